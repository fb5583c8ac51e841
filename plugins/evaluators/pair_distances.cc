#include "plugins/evaluators/pair_distances.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "plugins/evaluators/template_rows.h"

namespace facet {

namespace {

// `counts`: impostor and genuine pairs of each fold in turn. An error where a fold has none of one.
absl::Status CheckBothKinds(const Protocol& protocol, const std::vector<int64_t>& counts) {
  int64_t totals[2] = {0, 0};
  for (size_t i = 0; i < counts.size(); ++i) totals[i % 2] += counts[i];
  for (size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] > 0) continue;
    const char* const kind = i % 2 ? "genuine" : "impostor";
    if (totals[i % 2] == 0) {
      return absl::InvalidArgumentError(
          absl::StrCat(protocol.name, " has no ", kind,
                       " pair at all: no error rate can be computed. Add ", kind, " pairs"));
    }
    return absl::InvalidArgumentError(
        absl::StrCat("fold ", i / 2, " of ", protocol.name, " has no ", kind,
                     " pair: no error rate can be computed. Give each fold pairs of both kinds",
                     counts.size() > 4 ? ", or make fewer folds" : ""));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckVerificationInput(const EvaluationInput& input) {
  const Protocol& protocol = input.data->protocol;
  const bool folds = protocol.kind == Protocol::Kind::kFolds;
  if (protocol.kind == Protocol::Kind::kNone || (folds && protocol.num_folds < 2)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "verification needs pairs in two or more folds, or a split; ",
        protocol.name.empty() ? "this data set" : protocol.name, " has ",
        protocol.kind == Protocol::Kind::kNone ? "no protocol: is it a training set?" : "fewer"));
  }
  const int64_t num_folds = folds ? protocol.num_folds : 2;
  std::vector<int64_t> counts(static_cast<size_t>(2 * num_folds));
  const auto num_templates = static_cast<int64_t>(protocol.templates.size());
  for (const Pair& pair : protocol.pairs) {
    if (pair.fold < 0 || pair.fold >= num_folds || std::min(pair.first, pair.second) < 0 ||
        std::max(pair.first, pair.second) >= num_templates) {
      return absl::InvalidArgumentError(
          absl::StrCat("pair (", pair.first, ", ", pair.second, ") of fold ", pair.fold,
                       " is not one of ", num_templates, " templates and ", num_folds, " folds"));
    }
    ++counts[static_cast<size_t>(2 * pair.fold + (pair.genuine ? 1 : 0))];
  }
  FACET_RETURN_IF_ERROR(CheckBothKinds(protocol, counts));
  const auto matrices = static_cast<int64_t>(input.descriptors.size());
  if (matrices != 1 && matrices != num_folds) {
    return absl::InvalidArgumentError(absl::StrCat("descriptors: ", matrices, " matrices for ",
                                                   num_folds, " folds; one, or one per fold"));
  }
  for (const MatrixView& matrix : input.descriptors) {
    if (matrix.rows == num_templates && matrix.columns > 0) continue;
    return absl::InvalidArgumentError(absl::StrCat("descriptors: a matrix of ", matrix.rows, " x ",
                                                   matrix.columns, " for ", num_templates,
                                                   " templates"));
  }
  return absl::OkStatus();
}

std::vector<int64_t> ImpostorsOfFolds(const Protocol& protocol) {
  const int64_t num_folds = protocol.kind == Protocol::Kind::kFolds ? protocol.num_folds : 2;
  std::vector<int64_t> counts(static_cast<size_t>(num_folds));
  for (const Pair& pair : protocol.pairs) {
    if (!pair.genuine) ++counts[static_cast<size_t>(pair.fold)];
  }
  return counts;
}

absl::StatusOr<std::vector<Comparison>> PairDistances(const EvaluationInput& input, int64_t fold,
                                                      PairDistance distance, bool normalize) {
  const Protocol& protocol = input.data->protocol;
  const MatrixView& matrix = input.ForFold(fold);
  const bool cosine = distance == PairDistance::kCosine;
  FACET_ASSIGN_OR_RETURN(const std::vector<double> norms,
                         TemplateNorms(matrix, protocol, cosine || normalize));
  std::vector<Comparison> comparisons;
  comparisons.reserve(protocol.pairs.size());
  for (const Pair& pair : protocol.pairs) {
    const float *a = matrix.Row(pair.first), *b = matrix.Row(pair.second);
    const double norm_a = norms[static_cast<size_t>(pair.first)];
    const double norm_b = norms[static_cast<size_t>(pair.second)];
    double sum = 0.0;
    for (int64_t d = 0; d < matrix.columns; ++d) {
      const double x = a[d], y = b[d];
      const double difference = normalize ? x / norm_a - y / norm_b : x - y;
      sum += cosine ? x * y : difference * difference;
    }
    comparisons.push_back({cosine ? 1.0 - sum / (norm_a * norm_b) : std::sqrt(sum), pair.genuine});
  }
  return comparisons;
}

absl::Status AddPairDistances(const EvaluationInput& input, PairDistance distance, bool normalize,
                              Evaluation* evaluation) {
  for (size_t fold = 0; fold < input.descriptors.size(); ++fold) {
    FACET_ASSIGN_OR_RETURN(const std::vector<Comparison> compared,
                           PairDistances(input, static_cast<int64_t>(fold), distance, normalize));
    Curve curve{"pair distances", "distance", "genuine", {}, {}};
    if (input.descriptors.size() > 1) absl::StrAppend(&curve.name, ", fold ", fold);
    for (const Comparison& pair : compared) {
      curve.x.push_back(pair.distance);
      curve.y.push_back(pair.genuine ? 1.0 : 0.0);
    }
    evaluation->curves.push_back(std::move(curve));
  }
  return absl::OkStatus();
}

}  // namespace facet
