// Linear support vector machines, one identity against the rest (VLFeat's stochastic dual
// coordinate ascent: Shalev-Shwartz, Zhang, JMLR 2013). They minimise
//   (|w|^2 + b^2) / (2 C n) + sum_i p_i loss(1 - y_i (w x_i + b)) / n
// over n samples with y_i = 1 or -1, where loss(t) is max(0, t) or its square, and p_i is
// `positive_weight` for positive samples, else 1. LIBLINEAR minimises C n times that (`bias` 1).
#ifndef FACET_PLUGINS_CURATORS_PURITY_LINEAR_SVM_H_
#define FACET_PLUGINS_CURATORS_PURITY_LINEAR_SVM_H_

#include <cstdint>
#include <opencv2/core.hpp>
#include <vector>

#include "absl/status/statusor.h"

namespace facet {

enum class SvmLoss { kHinge, kSquaredHinge };

struct LinearSvmOptions {
  SvmLoss loss = SvmLoss::kHinge;
  double c = 10.0;               // VLFeat's recognition example
  double positive_weight = 1.0;  // (0, inf)
  double gap = 1e-3;             // the objective's distance from its minimum at which it ends
  int max_epochs = 1000;         // passes over the samples
  uint64_t seed = 1;             // of the order in which samples are visited
};

struct LinearSvm {
  cv::Mat weights;  // w, [1, D] float32
  float bias = 0.0F;
  double objective = 0.0;  // as above, over the samples that it was trained on
  bool converged = false;  // to `gap`, within max_epochs
};

// `samples` float32 [N, D], not copied; the bits depend on nothing but arguments and processor, so
// several may be trained at once. InvalidArgument: other shapes, not finite, positive or negative
// samples missing, options out of range.
absl::StatusOr<LinearSvm> TrainLinearSvm(const cv::Mat& samples,
                                         const std::vector<bool>& is_positive,
                                         const LinearSvmOptions& options);
// The same of `dimension` finite numbers at each pointer: rows of several matrices, of a file that
// is mapped into memory.
absl::StatusOr<LinearSvm> TrainLinearSvm(const std::vector<const float*>& samples, int dimension,
                                         const std::vector<bool>& is_positive,
                                         const LinearSvmOptions& options);
// Samples of `identity` against all others; the order of visits follows from the seed and
// `identity`.
absl::StatusOr<LinearSvm> TrainOneVsRest(const cv::Mat& samples,
                                         const std::vector<int64_t>& identities, int64_t identity,
                                         const LinearSvmOptions& options);

// w x + b.
float ScoreOf(const LinearSvm& svm, const float* sample);
// Of each row.
std::vector<float> Scores(const LinearSvm& svm, const cv::Mat& samples);

// The objective above at any machine.
double Objective(const LinearSvm& svm, const cv::Mat& samples, const std::vector<bool>& is_positive,
                 const LinearSvmOptions& options);

}  // namespace facet

#endif  // FACET_PLUGINS_CURATORS_PURITY_LINEAR_SVM_H_
