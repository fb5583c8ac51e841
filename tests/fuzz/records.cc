// What stages hand on as lines of JSON: what is read is written and read again as it was.
#include "core/base/check.h"
#include "core/base/json.h"
#include "core/records/crops.h"
#include "core/records/descriptors.h"
#include "core/records/faces.h"
#include "core/records/record_lines.h"
#include "core/records/results.h"
#include "core/records/samples.h"
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
  const std::string path = WriteFuzzFile("samples.jsonl", bytes);
  (void)ReadDataset(path, path);
  JsonLineReader lines(path);
  while (true) {
    const absl::StatusOr<std::optional<Json>> line = lines.Next();
    if (!line.ok() || !line->has_value()) return;
    const Json& json = **line;
    ReadWriteRead(json, &SampleFromJson);
    ReadWriteRead(json, &ProtocolFromJson);
    ReadWriteRead(json, &FaceRecordFromJson);
    ReadWriteRead(json, &AlignmentRecordFromJson);
    ReadWriteRead(json, &CropRecordFromJson);
    ReadWriteRead(json, &DescriptorRecordFromJson);
    ReadWriteRead(json, &ScoreRecordFromJson);
    ReadWriteRead(json, &EvaluationFromJson);
    ReadWriteRead(json, &CurationResultFromJson);
  }
}

}  // namespace facet
