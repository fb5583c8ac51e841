#include "core/records/descriptors.h"

#include "core/records/json_fields.h"

namespace facet {

Json ToJson(const DescriptorRecord& record) {
  Json json = {{"sample", record.sample},
               {"identity", record.identity},
               {"confidence", Number(record.confidence)}};
  Put(json, "fold", record.fold, DescriptorRecord().fold);
  return json;
}

absl::StatusOr<DescriptorRecord> DescriptorRecordFromJson(const Json& json) {
  return Parse<DescriptorRecord>(json, "descriptor record", [&](DescriptorRecord& record) {
    record.sample = WholeFrom(json.at("sample"));
    json.at("identity").get_to(record.identity);
    record.confidence = NumberFrom(json.at("confidence"));
    Take(json, "fold", record.fold);
  });
}

Json ToJson(const ScoreRecord& record) {
  return {{"sample", record.sample}, {"log_probability", Number(record.log_probability)}};
}

absl::StatusOr<ScoreRecord> ScoreRecordFromJson(const Json& json) {
  return Parse<ScoreRecord>(json, "score", [&](ScoreRecord& record) {
    record.sample = WholeFrom(json.at("sample"));
    record.log_probability = NumberFrom(json.at("log_probability"));
  });
}

absl::Status CheckRecord(const DescriptorRecord& record) {
  return CheckNumber(record.confidence, "confidence");
}

absl::Status CheckRecord(const ScoreRecord& record) {
  if (record.log_probability <= 0) return absl::OkStatus();
  return absl::InternalError(absl::StrCat("its log probability is ", record.log_probability));
}

}  // namespace facet
