#include "plugins/support/linear_svm.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "core/base/random.h"
#include "core/base/status.h"
#include "plugins/support/matrix_rows.h"
#include "plugins/support/vlfeat.h"

namespace facet {
namespace {

absl::Status Check(const cv::Mat& samples, const std::vector<bool>& is_positive,
                   const LinearSvmOptions& options) {
  FACET_RETURN_IF_ERROR(CheckRows(samples, 2, 0, "linear SVM: the samples"));
  const auto count = static_cast<int64_t>(is_positive.size());
  const auto positive = std::count(is_positive.begin(), is_positive.end(), true);
  if (count != samples.rows || positive == 0 || positive == count) {
    return absl::InvalidArgumentError(
        absl::StrCat("linear SVM: ", samples.rows, " samples, ", count, " labels, ", positive,
                     " of them positive; give a label each, and samples of both kinds"));
  }
  if (!(options.c > 0.0 && options.positive_weight > 0.0 && options.gap > 0.0) ||
      options.max_epochs < 1) {
    return absl::InvalidArgumentError(absl::StrCat(
        "linear SVM: c = ", options.c, ", positive_weight = ", options.positive_weight,
        ", gap = ", options.gap, ", max_epochs = ", options.max_epochs, "; all are above 0"));
  }
  return absl::OkStatus();
}

double Dot(const float* a, const float* b, int count) {
  double sum = 0.0;
  for (int i = 0; i < count; ++i) sum += static_cast<double>(a[i]) * b[i];
  return sum;
}

LinearSvm ModelOf(const VlSvm& trained, int dimension) {
  LinearSvm svm;
  cv::Mat(1, dimension, CV_64FC1, const_cast<double*>(vl_svm_get_model(&trained)))
      .convertTo(svm.weights, CV_32F);
  svm.bias = static_cast<float>(vl_svm_get_bias(&trained));
  svm.converged = vl_svm_get_statistics(&trained)->status == VlSvmStatusConverged;
  return svm;
}

}  // namespace

absl::StatusOr<LinearSvm> TrainLinearSvm(const cv::Mat& samples,
                                         const std::vector<bool>& is_positive,
                                         const LinearSvmOptions& options) {
  FACET_RETURN_IF_ERROR(Check(samples, is_positive, options));
  const auto count = static_cast<vl_size>(samples.rows);
  std::vector<double> labels, weights;
  for (const bool positive : is_positive) {
    labels.push_back(positive ? 1.0 : -1.0);
    weights.push_back(positive ? options.positive_weight : 1.0);
  }
  SeedVlfeat(options.seed);
  const VlfeatOwner<VlSvmDataset> dataset(
      vl_svmdataset_new(VL_TYPE_FLOAT, const_cast<float*>(samples.ptr<float>()),
                        static_cast<vl_size>(samples.cols), count));
  const VlfeatOwner<VlSvm> trained(vl_svm_new_with_dataset(
      VlSvmSolverSdca, dataset.get(), labels.data(), 1.0 / (options.c * samples.rows)));
  const bool hinge = options.loss == SvmLoss::kHinge;
  vl_svm_set_loss(trained.get(), hinge ? VlSvmLossHinge : VlSvmLossHinge2);
  vl_svm_set_weights(trained.get(), weights.data());
  vl_svm_set_bias_multiplier(trained.get(), 1.0);
  vl_svm_set_epsilon(trained.get(), options.gap);
  vl_svm_set_diagnostic_frequency(trained.get(), count);
  vl_svm_set_max_num_iterations(trained.get(), static_cast<vl_size>(options.max_epochs) * count);
  vl_svm_train(trained.get());
  LinearSvm svm = ModelOf(*trained, samples.cols);
  svm.objective = Objective(svm, samples, is_positive, options);
  return svm;
}

absl::StatusOr<LinearSvm> TrainOneVsRest(const cv::Mat& samples,
                                         const std::vector<int64_t>& identities, int64_t identity,
                                         const LinearSvmOptions& options) {
  std::vector<bool> is_positive;
  for (const int64_t one : identities) is_positive.push_back(one == identity);
  LinearSvmOptions of_identity = options;
  of_identity.seed = DeriveSeed(options.seed, absl::StrCat("identity ", identity));
  return TrainLinearSvm(samples, is_positive, of_identity);
}

std::vector<float> Scores(const LinearSvm& svm, const cv::Mat& samples) {
  std::vector<float> scores;
  for (int i = 0; i < samples.rows; ++i) {
    scores.push_back(static_cast<float>(
        Dot(samples.ptr<float>(i), svm.weights.ptr<float>(), samples.cols) + svm.bias));
  }
  return scores;
}

double Objective(const LinearSvm& svm, const cv::Mat& samples, const std::vector<bool>& is_positive,
                 const LinearSvmOptions& options) {
  const float* const w = svm.weights.ptr<float>();
  const double bias = svm.bias;
  double loss = 0.0;
  for (int i = 0; i < samples.rows; ++i) {
    const bool positive = is_positive[static_cast<size_t>(i)];
    const double score = Dot(samples.ptr<float>(i), w, samples.cols) + bias;
    const double slack = std::max(0.0, 1.0 - (positive ? score : -score));
    loss += (positive ? options.positive_weight : 1.0) *
            (options.loss == SvmLoss::kHinge ? slack : slack * slack);
  }
  const double norm = Dot(w, w, samples.cols) + bias * bias;
  return norm / (2.0 * options.c * samples.rows) + loss / samples.rows;
}

}  // namespace facet
