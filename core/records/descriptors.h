// rows.jsonl: one DescriptorRecord for each row of descriptors.npy. scores.jsonl: one ScoreRecord
// for every sample whose identity the network knows.
#ifndef FACET_CORE_RECORDS_DESCRIPTORS_H_
#define FACET_CORE_RECORDS_DESCRIPTORS_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "core/base/json.h"

namespace facet {

struct DescriptorRecord {
  int64_t sample = 0;
  std::string identity;
  double confidence = 0.0;
  int64_t fold = -1;
};
Json ToJson(const DescriptorRecord& record);
absl::StatusOr<DescriptorRecord> DescriptorRecordFromJson(const Json& json);
absl::Status CheckRecord(const DescriptorRecord& record);

// classify: log p(identity of the sample | its face).
struct ScoreRecord {
  int64_t sample = 0;
  double log_probability = 0.0;
};
Json ToJson(const ScoreRecord& record);
absl::StatusOr<ScoreRecord> ScoreRecordFromJson(const Json& json);
absl::Status CheckRecord(const ScoreRecord& record);  // a logarithm of [0, 1]: -inf is one

}  // namespace facet

#endif  // FACET_CORE_RECORDS_DESCRIPTORS_H_
