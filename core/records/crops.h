// crops.jsonl: one CropRecord for each row of crops.mdb.
#ifndef FACET_CORE_RECORDS_CROPS_H_
#define FACET_CORE_RECORDS_CROPS_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "core/base/json.h"

namespace facet {

struct CropRecord {
  int64_t sample = 0;
  std::string identity;
  int64_t width = 0, height = 0;
  bool aligned = false;
  double confidence = 0.0;
  int64_t fold = -1;
};
Json ToJson(const CropRecord& record);
absl::StatusOr<CropRecord> CropRecordFromJson(const Json& json);
absl::Status CheckRecord(const CropRecord& record);  // it has pixels, its confidence is finite

}  // namespace facet

#endif  // FACET_CORE_RECORDS_CROPS_H_
