// samples.jsonl: one Sample a line, in the data set's order, so that its line number is the
// sample's index everywhere. protocol.json: templates and pairs (kind "none" for training sets).
#ifndef FACET_CORE_RECORDS_SAMPLES_H_
#define FACET_CORE_RECORDS_SAMPLES_H_

#include <string>

#include "absl/status/statusor.h"
#include "core/api/dataset.h"
#include "core/base/json.h"

namespace facet {

Json ToJson(const Sample& sample);
absl::StatusOr<Sample> SampleFromJson(const Json& json);
absl::Status CheckRecord(const Sample& sample);  // box, landmarks and score
Json ToJson(const Protocol& protocol);
absl::StatusOr<Protocol> ProtocolFromJson(const Json& json);

// samples.jsonl and protocol.json of a dataset artifact.
absl::StatusOr<DatasetContents> ReadDataset(const std::string& samples_path,
                                            const std::string& protocol_path);

}  // namespace facet

#endif  // FACET_CORE_RECORDS_SAMPLES_H_
