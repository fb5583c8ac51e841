// evaluation.json: what an evaluator measured. curation.json: what a curator says of its stage.
#ifndef FACET_CORE_RECORDS_RESULTS_H_
#define FACET_CORE_RECORDS_RESULTS_H_

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "core/api/curator.h"
#include "core/api/evaluator.h"
#include "core/base/json.h"

namespace facet {

Json ToJson(const Evaluation& evaluation);
absl::StatusOr<Evaluation> EvaluationFromJson(const Json& json);
// Internal: no metric, one without a name, what is not finite, a curve with more x than y.
absl::Status CheckRecord(const Evaluation& evaluation);

// Of a contact sheet the JSON has the title, its picture's file and the number of cells: cells are
// read back blank. Other names are the caller's to add ("component", "from").
Json ToJson(const CurationResult& result);
absl::StatusOr<CurationResult> CurationResultFromJson(const Json& json);
// The picture of the index-th contact sheet, beside curation.json: "sheet_00.jpg".
std::string ContactSheetFile(size_t index);

}  // namespace facet

#endif  // FACET_CORE_RECORDS_RESULTS_H_
