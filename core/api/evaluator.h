// Evaluators: what a part of the system found, and the truth -> metrics with standard errors, and
// curves. Most score templates' descriptors on a protocol of pairs; what others take, their traits
// say, and the host computes no more than that. With Trait::kScoresIdentities it is descriptors,
// too, and each sample of a data set without a protocol is a template of its own.
#ifndef FACET_CORE_API_EVALUATOR_H_
#define FACET_CORE_API_EVALUATOR_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/api/aligner.h"
#include "core/api/component.h"
#include "core/api/dataset.h"
#include "core/api/detector.h"

namespace facet {

// Row-major float32 [rows, columns]; does not own its values.
struct MatrixView {
  int64_t rows = 0, columns = 0;
  const float* values = nullptr;
  const float* Row(int64_t row) const { return values + row * columns; }
};

// How the descriptors of a template's samples become one (YTF: the mean of a video's best frames,
// Parkhi et al. 2015, section 5.2).
struct TemplatePooling {
  int64_t top_k = 0;            // samples with the highest landmark confidence; 0: all
  bool normalize_each = false;  // l2-normalise each before the mean
};

// What the detect stage found in one sample's image.
struct Detections {
  bool readable = false;          // false: the image could not be read, the rest is empty
  int64_t width = 0, height = 0;  // of the image, px
  std::vector<Face> faces;        // canonical boxes, best score first
};

// What the align stage found for one sample.
struct FoundLandmarks {
  bool has_face = false;  // false: dropped or unreadable, the rest is empty
  Box box;                // canonical, what the aligner was given
  Alignment alignment;
};

// error_kind of what was counted and has no error (its standard_error is 0).
inline constexpr char kCounted[] = "counted";

struct Metric {
  std::string name;             // "100%-EER, pooled"
  double value = 0.0;           // in `unit`
  double standard_error = 0.0;  // in `unit`; negative: unknown
  std::string error_kind;       // how it was made: "10 folds, ddof 1", "bootstrap over people"
  std::string unit;             // "%", "1"
  int64_t count = 0;            // pairs, templates ... that the value rests on
};

inline Metric CountedMetric(std::string name, double value, std::string unit, int64_t count) {
  return {std::move(name), value, 0.0, kCounted, std::move(unit), count};
}

struct EvaluationInput {
  const DatasetContents* data = nullptr;  // null with Trait::kShowsCuration
  // Descriptors of the templates [templates, D]: one matrix for all folds, or one per fold (an
  // embedding learned per fold).
  std::vector<MatrixView> descriptors;
  // They come out of a learned projection, x = W' phi / ||phi||; else they are the network's phi.
  bool projected = false;
  uint64_t seed = 0;                      // for bootstrap draws
  std::vector<Detections> detections;     // Trait::kScoresDetections: one for each sample
  std::vector<FoundLandmarks> landmarks;  // Trait::kScoresLandmarks: one for each sample
  std::vector<Metric> curation;           // Trait::kShowsCuration: what the row's curator measured

  const MatrixView& ForFold(int64_t fold) const {
    return descriptors.size() == 1 ? descriptors[0] : descriptors[static_cast<size_t>(fold)];
  }
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

  // How the host makes templates' descriptors.
  virtual TemplatePooling pooling() const { return {}; }
  // InvalidArgument if the protocol is not one that this evaluator scores.
  virtual absl::StatusOr<Evaluation> Evaluate(const EvaluationInput& input) = 0;
};

}  // namespace facet

#endif  // FACET_CORE_API_EVALUATOR_H_
