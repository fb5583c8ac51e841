#include "core/records/artifacts.h"

#include <utility>

#include "core/base/json.h"
#include "core/records/record_lines.h"

namespace facet {

absl::StatusOr<DatasetContents> ReadDataset(const std::string& samples_path,
                                            const std::string& protocol_path) {
  DatasetContents contents;
  FACET_ASSIGN_OR_RETURN(contents.samples, ReadRecords<Sample>(samples_path, &SampleFromJson));
  FACET_ASSIGN_OR_RETURN(const Json protocol, ReadJsonFile(protocol_path));
  absl::StatusOr<Protocol> parsed = ProtocolFromJson(protocol);
  if (!parsed.ok()) return Annotate(parsed.status(), protocol_path);
  contents.protocol = *std::move(parsed);
  return contents;
}

}  // namespace facet
