#include "plugins/curators/purity/linear_svm.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "core/base/random.h"
#include "core/base/status.h"
#include "plugins/curators/local_descriptors/matrix_rows.h"
#include "plugins/curators/local_descriptors/vlfeat.h"

namespace facet {
namespace {

using SampleRows = std::vector<const float*>;

absl::Status Check(int64_t samples, const std::vector<bool>& is_positive,
                   const LinearSvmOptions& options) {
  const auto count = static_cast<int64_t>(is_positive.size());
  const auto positive = std::count(is_positive.begin(), is_positive.end(), true);
  if (count != samples || positive == 0 || positive == count) {
    return absl::InvalidArgumentError(
        absl::StrCat("linear SVM: ", samples, " samples, ", count, " labels, ", positive,
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

// Eight sums, so that the compiler may use vectors.
template <class T>
double Dot(const float* a, const T* b, int count) {
  constexpr int kSums = 8;
  double sums[kSums] = {}, rest = 0.0;
  int i = 0;
  for (; i + kSums <= count; i += kSums) {
    for (int j = 0; j < kSums; ++j) sums[j] += static_cast<double>(a[i + j]) * b[i + j];
  }
  for (; i < count; ++i) rest += static_cast<double>(a[i]) * b[i];
  for (const double sum : sums) rest += sum;
  return rest;
}

// What VLFeat asks of the samples.
struct VlfeatRows {
  const SampleRows& rows;
  int dimension;
};

double InnerProduct(const void* data, vl_uindex element, double* model) {
  const auto& samples = *static_cast<const VlfeatRows*>(data);
  return Dot(samples.rows[element], model, samples.dimension);
}

void Accumulate(const void* data, vl_uindex element, double* model, double multiplier) {
  const auto& samples = *static_cast<const VlfeatRows*>(data);
  const float* const row = samples.rows[element];
  for (int i = 0; i < samples.dimension; ++i) model[i] += multiplier * row[i];
}

double ObjectiveOf(const LinearSvm& svm, const SampleRows& samples,
                   const std::vector<bool>& is_positive, const LinearSvmOptions& options) {
  const float* const w = svm.weights.ptr<float>();
  const double bias = svm.bias;
  const auto count = static_cast<double>(samples.size());
  double loss = 0.0;
  for (size_t i = 0; i < samples.size(); ++i) {
    const double score = Dot(samples[i], w, svm.weights.cols) + bias;
    const double slack = std::max(0.0, 1.0 - (is_positive[i] ? score : -score));
    loss += (is_positive[i] ? options.positive_weight : 1.0) *
            (options.loss == SvmLoss::kHinge ? slack : slack * slack);
  }
  const double norm = Dot(w, w, svm.weights.cols) + bias * bias;
  return norm / (2.0 * options.c * count) + loss / count;
}

SampleRows RowsOf(const cv::Mat& samples) {
  SampleRows rows;
  for (int i = 0; i < samples.rows; ++i) rows.push_back(samples.ptr<float>(i));
  return rows;
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

absl::StatusOr<LinearSvm> TrainLinearSvm(const std::vector<const float*>& samples, int dimension,
                                         const std::vector<bool>& is_positive,
                                         const LinearSvmOptions& options) {
  FACET_RETURN_IF_ERROR(Check(static_cast<int64_t>(samples.size()), is_positive, options));
  const auto count = static_cast<vl_size>(samples.size());
  std::vector<double> labels, weights;
  for (const bool positive : is_positive) {
    labels.push_back(positive ? 1.0 : -1.0);
    weights.push_back(positive ? options.positive_weight : 1.0);
  }
  SeedVlfeat(options.seed);
  VlfeatRows data{samples, dimension};
  const VlfeatOwner<VlSvm> trained(
      vl_svm_new_with_abstract_data(VlSvmSolverSdca, &data, static_cast<vl_size>(dimension), count,
                                    labels.data(), 1.0 / (options.c * static_cast<double>(count))));
  vl_svm_set_data_functions(trained.get(), InnerProduct, Accumulate);
  const bool hinge = options.loss == SvmLoss::kHinge;
  vl_svm_set_loss(trained.get(), hinge ? VlSvmLossHinge : VlSvmLossHinge2);
  vl_svm_set_weights(trained.get(), weights.data());
  vl_svm_set_bias_multiplier(trained.get(), 1.0);
  vl_svm_set_epsilon(trained.get(), options.gap);
  vl_svm_set_diagnostic_frequency(trained.get(), count);
  vl_svm_set_max_num_iterations(trained.get(), static_cast<vl_size>(options.max_epochs) * count);
  vl_svm_train(trained.get());
  LinearSvm svm = ModelOf(*trained, dimension);
  svm.objective = ObjectiveOf(svm, samples, is_positive, options);
  return svm;
}

absl::StatusOr<LinearSvm> TrainLinearSvm(const cv::Mat& samples,
                                         const std::vector<bool>& is_positive,
                                         const LinearSvmOptions& options) {
  FACET_RETURN_IF_ERROR(CheckRows(samples, 2, 0, "linear SVM: the samples"));
  return TrainLinearSvm(RowsOf(samples), samples.cols, is_positive, options);
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

float ScoreOf(const LinearSvm& svm, const float* sample) {
  return static_cast<float>(Dot(sample, svm.weights.ptr<float>(), svm.weights.cols) + svm.bias);
}

std::vector<float> Scores(const LinearSvm& svm, const cv::Mat& samples) {
  std::vector<float> scores;
  for (const float* const sample : RowsOf(samples)) scores.push_back(ScoreOf(svm, sample));
  return scores;
}

double Objective(const LinearSvm& svm, const cv::Mat& samples, const std::vector<bool>& is_positive,
                 const LinearSvmOptions& options) {
  return ObjectiveOf(svm, RowsOf(samples), is_positive, options);
}

}  // namespace facet
