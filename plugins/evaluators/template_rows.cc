#include "plugins/evaluators/template_rows.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/parallel_work.h"
#include "core/base/status.h"
#include "plugins/evaluators/evaluation_threads.h"

namespace facet {
namespace {

// work(row) for each, on all threads where there are many.
template <class Work>
void ForRows(size_t count, const Work& work) {
  constexpr size_t kTogether = 256;
  const size_t num_pieces = (count + kTogether - 1) / kTogether;
  ParallelWork(static_cast<int64_t>(num_pieces), EvaluationThreads(), [&](int64_t piece) {
    const size_t begin = static_cast<size_t>(piece) * kTogether;
    for (size_t row = begin; row < std::min(count, begin + kTogether); ++row) work(row);
    return absl::OkStatus();
  }).IgnoreError();  // never one
}

// Descriptors that are zero, or else not finite: how many of them, and what makes a network give such.
absl::Status Unusable(const std::vector<double>& norms, const Protocol& protocol, bool zero) {
  const auto is_bad = [zero](double norm) { return zero ? norm == 0.0 : !std::isfinite(norm); };
  const auto first = std::find_if(norms.begin(), norms.end(), is_bad);
  return absl::InvalidArgumentError(absl::StrCat(
      "the descriptors of ", std::count_if(norms.begin(), norms.end(), is_bad), " of ",
      norms.size(), " templates ", zero ? "are zero and have no direction" : "are not finite",
      ", the first is that of \"",
      protocol.templates[static_cast<size_t>(first - norms.begin())].name,
      "\"; so it is where training has ", zero ? "collapsed" : "diverged",
      ": the report shows its loss; a lower rate (train.schedule), "
      "train.clip_norm or another loss may help"));
}

}  // namespace

absl::StatusOr<std::vector<double>> TemplateNorms(const MatrixView& matrix,
                                                  const Protocol& protocol, bool need_direction) {
  std::vector<double> norms(static_cast<size_t>(matrix.rows));
  ForRows(norms.size(), [&](size_t row) {
    double squares = 0.0;
    const float* const values = matrix.Row(static_cast<int64_t>(row));
    for (int64_t d = 0; d < matrix.columns; ++d) squares += double{values[d]} * double{values[d]};
    norms[row] = std::sqrt(squares);
  });
  bool all_finite = true, any_zero = false;
  for (const double norm : norms) {
    all_finite = all_finite && std::isfinite(norm);
    any_zero = any_zero || norm == 0.0;
  }
  if (!all_finite) return Unusable(norms, protocol, /*zero=*/false);
  if (need_direction && any_zero) return Unusable(norms, protocol, /*zero=*/true);
  return norms;
}

absl::StatusOr<TemplateRows> TemplateRows::Make(const MatrixView& matrix, const Protocol& protocol,
                                                bool cosine, bool normalize) {
  if (matrix.rows != static_cast<int64_t>(protocol.templates.size()) || matrix.columns <= 0) {
    return absl::InvalidArgumentError(absl::StrCat("descriptors: a matrix of ", matrix.rows, " x ",
                                                   matrix.columns, " for ",
                                                   protocol.templates.size(), " templates"));
  }
  normalize = normalize || cosine;
  FACET_ASSIGN_OR_RETURN(const std::vector<double> norms,
                         TemplateNorms(matrix, protocol, normalize));
  const auto columns = static_cast<size_t>(matrix.columns);
  const size_t stride = (columns + kLanes - 1) / kLanes * kLanes;
  std::vector<float> rows(norms.size() * stride);
  ForRows(norms.size(), [&](size_t row) {
    const float* const from = matrix.Row(static_cast<int64_t>(row));
    float* const to = &rows[row * stride];
    for (size_t i = 0; i < columns; ++i) {
      to[i] = normalize ? static_cast<float>(from[i] / norms[row]) : from[i];
    }
  });
  return TemplateRows(std::move(rows), columns, stride, cosine);
}

TemplateRows TemplateRows::Picked(const std::vector<uint32_t>& rows) const {
  std::vector<float> picked;
  picked.reserve(rows.size() * stride_);
  for (const size_t row : rows) {
    const float* const values = &rows_[row * stride_];
    picked.insert(picked.end(), values, values + stride_);
  }
  return TemplateRows(std::move(picked), columns_, stride_, cosine_);
}

float TemplateRows::Distance(size_t first, size_t second) const {
  const auto other = static_cast<uint32_t>(second);
  float distance = 0.0F;
  Distances(first, &other, 1, &distance);
  return distance;
}

void TemplateRows::Distances(size_t row, const uint32_t* others, size_t count,
                             float* distances) const {
  (cosine_ ? SumProducts : SumSquaredDifferences)(rows(), row, others, count, distances);
  for (size_t i = 0; i < count; ++i) {
    distances[i] = cosine_ ? 1.0F - distances[i] : std::sqrt(distances[i]);
  }
}

std::vector<int32_t> PeopleOfTemplates(const DatasetContents& data, int64_t* num_people) {
  std::map<std::string, int32_t> numbers;
  std::vector<int32_t> people;
  for (const Template& each : data.protocol.templates) {
    const std::string name =
        each.samples.empty() ? "" : data.samples[static_cast<size_t>(each.samples[0])].identity;
    people.push_back(
        name.empty() ? -1
                     : numbers.emplace(name, static_cast<int32_t>(numbers.size())).first->second);
  }
  *num_people = static_cast<int64_t>(numbers.size());
  return people;
}

}  // namespace facet
