// Ridge regression on binary features, of which each row has the same number set.
#ifndef FACET_PLUGINS_ALIGNERS_LOCAL_BINARY_FEATURES_REGRESSION_H_
#define FACET_PLUGINS_ALIGNERS_LOCAL_BINARY_FEATURES_REGRESSION_H_

#include <cstdint>
#include <opencv2/core.hpp>
#include <vector>

#include "absl/status/status.h"
#include "core/api/aligner.h"

namespace facet {

struct BinaryRows {
  int64_t rows = 0;
  int set_per_row = 0;
  int num_features = 0;
  std::vector<int32_t> set;  // [rows * set_per_row], the features that are 1
};

// weights [targets.cols, num_features] (64FC1): each row w minimises
//   sum over rows of (x w - target)^2 + ridge * rows * |w|^2
// by conjugate gradients, to a thousandth of the gradient at 0 or kMost iterations. `targets` is
// 32FC1, [rows, targets]. The result does not depend on the number of threads.
absl::Status SolveRidge(const BinaryRows& features, const cv::Mat& targets, double ridge,
                        const TrainingContext& context, const std::string& unit, cv::Mat* weights);

}  // namespace facet

#endif  // FACET_PLUGINS_ALIGNERS_LOCAL_BINARY_FEATURES_REGRESSION_H_
