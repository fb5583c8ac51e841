// What a curator measured of its stage, as a row of a table: a stage of Table 2 on which no network
// is trained (the list of candidates has no images yet).
//
//   headline   the metric that comes first; empty: the curator's first, which is "persons"
//
// The metrics are the curator's, names and units included (plugins/curators/stage/summary.h has
// the common ones). It needs no test set. NotFound: the curator has no metric of that name.
// Example: test.evaluator = { use = "curation" }
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/api/evaluator.h"

namespace {

using facet::Evaluation;
using facet::Metric;

struct Options {
  std::string headline;
  void Visit(facet::OptionVisitor& v) {
    v("headline", headline, facet::Any(), "metric that comes first; empty: the curator's first");
  }
};

class Curation final : public facet::Evaluator {
 public:
  static constexpr facet::Traits kTraits = {facet::Trait::kShowsCuration};

  explicit Curation(const Options& options) : options_(options) {}

  absl::StatusOr<Evaluation> Evaluate(const facet::EvaluationInput& input) override {
    Evaluation evaluation;
    evaluation.metrics = input.curation;
    std::vector<Metric>& metrics = evaluation.metrics;
    if (metrics.empty()) {
      return absl::InvalidArgumentError("the row has no curator, or one that measures nothing");
    }
    if (options_.headline.empty()) return evaluation;
    const auto found = std::find_if(metrics.begin(), metrics.end(), [this](const Metric& metric) {
      return metric.name == options_.headline;
    });
    if (found == metrics.end()) {
      const auto name = [](std::string* out, const Metric& metric) { out->append(metric.name); };
      return absl::NotFoundError(absl::StrCat("headline = \"", options_.headline,
                                              "\": the curator measures no such thing; it has ",
                                              absl::StrJoin(metrics, ", ", name)));
    }
    std::rotate(metrics.begin(), found, found + 1);
    return evaluation;
  }

 private:
  const Options options_;
};

}  // namespace

FACET_PLUGIN(facet::Evaluator, Curation, Options, "curation",
             "what the row's curator measured of its stage", "facet")
