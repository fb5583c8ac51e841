#include "core/records/crops.h"

#include "core/records/json_fields.h"

namespace facet {

Json ToJson(const CropRecord& record) {
  Json json = {{"sample", record.sample},   {"identity", record.identity},
               {"width", record.width},     {"height", record.height},
               {"aligned", record.aligned}, {"confidence", Number(record.confidence)}};
  Put(json, "fold", record.fold, CropRecord().fold);
  return json;
}

absl::StatusOr<CropRecord> CropRecordFromJson(const Json& json) {
  return Parse<CropRecord>(json, "crop record", [&](CropRecord& record) {
    record.sample = WholeFrom(json.at("sample"));
    json.at("identity").get_to(record.identity);
    record.width = WholeFrom(json.at("width"));
    record.height = WholeFrom(json.at("height"));
    json.at("aligned").get_to(record.aligned);
    record.confidence = NumberFrom(json.at("confidence"));
    Take(json, "fold", record.fold);
  });
}

absl::Status CheckRecord(const CropRecord& record) {
  if (record.width > 0 && record.height > 0) return CheckNumber(record.confidence, "confidence");
  return absl::InternalError(
      absl::StrCat("its crop has ", record.width, " x ", record.height, " px"));
}

}  // namespace facet
