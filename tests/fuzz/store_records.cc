// What host, worker and store say to each other in JSON: artifacts, jobs, results, progress.
#include "core/base/check.h"
#include "core/base/json.h"
#include "core/graph/job.h"
#include "core/graph/store.h"
#include "tests/fuzz/fuzz.h"

namespace facet {
namespace {

template <class Record>
void ReadWriteRead(const Json& json, absl::StatusOr<Record> (*parse)(const Json&)) {
  const absl::StatusOr<Record> record = parse(json);
  if (!record.ok()) return;
  const Json written = ToJson(*record);
  const absl::StatusOr<Record> again = parse(written);
  FACET_CHECK(again.ok());
  FACET_CHECK(Dump(ToJson(*again)) == Dump(written));
}

}  // namespace

void Fuzz(std::string_view bytes) {
  const absl::StatusOr<Json> json = ParseJson(std::string(bytes), "input");
  if (!json.ok()) return;
  FACET_CHECK(ParseJson(Dump(*json), "dumped").ok());
  ReadWriteRead(*json, &ArtifactFromJson);
  ReadWriteRead(*json, &JobFromJson);
  ReadWriteRead(*json, &JobResultFromJson);
  ReadWriteRead(*json, &StageProgressFromJson);
  ReadWriteRead(*json, &ComponentUseFromJson);
}

}  // namespace facet
