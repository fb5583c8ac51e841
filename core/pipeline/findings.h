// What a report shows of a stage's artifact beyond its counts and notices.
#ifndef FACET_CORE_PIPELINE_FINDINGS_H_
#define FACET_CORE_PIPELINE_FINDINGS_H_

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/api/curator.h"
#include "core/api/evaluator.h"

namespace facet {

// The files of an artifact in the store: name -> path; empty: there is no such file.
struct StoredFiles {
  std::function<std::string(const std::string& name)> path;
};

// How a stage changed a data set in the making.
struct CurationFindings {
  std::string component;                 // the curator's name
  CurationResult result;                 // the cells of its sheets are blank
  std::vector<std::string> sheet_paths;  // of result.sheets; empty: there is no picture
};

struct StageFindings {
  std::optional<Evaluation> evaluation;
  std::vector<Curve> training;  // x = epoch; curves with equal y_label share a plot
  std::optional<CurationFindings> curation;
};

}  // namespace facet

#endif  // FACET_CORE_PIPELINE_FINDINGS_H_
