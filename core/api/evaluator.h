// Evaluators: descriptors and a protocol -> metrics with standard errors, and curves.
#ifndef FACET_CORE_API_EVALUATOR_H_
#define FACET_CORE_API_EVALUATOR_H_

#include <cstdint>
#include <string>
#include <vector>

#include "core/api/component.h"
#include "core/api/dataset.h"

namespace facet {

// Row-major float32 [rows, columns]; does not own its values.
struct MatrixView {
  int64_t rows = 0, columns = 0;
  const float* values = nullptr;
  const float* Row(int64_t row) const { return values + row * columns; }
};

struct EvaluationInput {
  const DatasetContents* data = nullptr;
  // Descriptors of the templates [templates, D]: one matrix for all folds, or one per fold (an
  // embedding learned per fold).
  std::vector<MatrixView> descriptors;
  // They come out of a learned projection, x = W' phi / ||phi||; else they are the network's phi.
  bool projected = false;
  uint64_t seed = 0;  // for bootstrap draws

  const MatrixView& ForFold(int64_t fold) const {
    return descriptors.size() == 1 ? descriptors[0] : descriptors[static_cast<size_t>(fold)];
  }
};

struct Metric {
  std::string name;             // "100%-EER, pooled"
  double value = 0.0;           // in `unit`
  double standard_error = 0.0;  // in `unit`; negative: unknown
  std::string error_kind;       // how it was made: "10 folds, ddof 1", "bootstrap over people"
  std::string unit;             // "%", "1"
  int64_t count = 0;            // pairs, templates ... that the value rests on
};

struct Curve {
  std::string name;  // "ROC"
  std::string x_label, y_label;
  std::vector<double> x, y;
};

struct Evaluation {
  std::vector<Metric> metrics;  // the first is the row's headline
  std::vector<Curve> curves;
  std::vector<std::string> notices;
  // Headline values per unit of resampling, for paired comparisons between rows.
  std::vector<double> replicates;
  std::string replicate_kind;  // "fold" or "bootstrap"; empty: none
  // Set by the host: what the replicates were drawn from, with a digest of its pairs and, for a
  // bootstrap, its seed. Replicates are comparable where kind and protocol are equal.
  std::string protocol;
};

class Evaluator : public Component {
 public:
  static constexpr char kKind[] = "evaluator";
  ~Evaluator() override;

  // InvalidArgument if the protocol is not one that this evaluator scores.
  virtual absl::StatusOr<Evaluation> Evaluate(const EvaluationInput& input) = 0;
};

}  // namespace facet

#endif  // FACET_CORE_API_EVALUATOR_H_
