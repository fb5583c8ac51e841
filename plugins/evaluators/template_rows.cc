#include "plugins/evaluators/template_rows.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <string>

#include "absl/strings/str_cat.h"

namespace facet {
namespace {

constexpr size_t kLanes = 16;  // sums side by side keep vector units busy, in a fixed order

float Accumulate(const float* a, const float* b, size_t size, bool squared_difference) {
  std::array<float, kLanes> sums = {};
  for (size_t i = 0; i < size; i += kLanes) {
    const size_t lanes = std::min(kLanes, size - i);
    for (size_t k = 0; k < lanes; ++k) {
      const float x = a[i + k], y = b[i + k];
      sums[k] += squared_difference ? (x - y) * (x - y) : x * y;
    }
  }
  float total = 0.0F;
  for (const float sum : sums) total += sum;
  return total;
}

}  // namespace

absl::StatusOr<TemplateRows> TemplateRows::Make(const MatrixView& matrix, const Protocol& protocol,
                                                bool cosine, bool normalize) {
  if (matrix.rows != static_cast<int64_t>(protocol.templates.size()) || matrix.columns <= 0) {
    return absl::InvalidArgumentError(absl::StrCat("descriptors: a matrix of ", matrix.rows, " x ",
                                                   matrix.columns, " for ",
                                                   protocol.templates.size(), " templates"));
  }
  normalize = normalize || cosine;
  const auto columns = static_cast<size_t>(matrix.columns);
  std::vector<float> rows(matrix.values,
                          matrix.values + static_cast<size_t>(matrix.rows) * columns);
  for (size_t row = 0; row < static_cast<size_t>(matrix.rows); ++row) {
    double squares = 0.0;
    for (size_t d = 0; d < columns; ++d) {
      squares += double{rows[row * columns + d]} * double{rows[row * columns + d]};
    }
    if (!std::isfinite(squares) || (normalize && squares == 0.0)) {
      return absl::InvalidArgumentError(
          absl::StrCat("the descriptor of template \"", protocol.templates[row].name, "\" ",
                       squares == 0.0 ? "is zero and has no direction"
                                      : "has values that are not finite (has training diverged?)"));
    }
    const double norm = normalize ? std::sqrt(squares) : 1.0;
    for (size_t d = 0; d < columns; ++d) {
      rows[row * columns + d] = static_cast<float>(rows[row * columns + d] / norm);
    }
  }
  return TemplateRows(std::move(rows), columns, cosine);
}

float TemplateRows::Distance(size_t first, size_t second) const {
  const float sum =
      Accumulate(&rows_[first * columns_], &rows_[second * columns_], columns_, !cosine_);
  return cosine_ ? 1.0F - sum : std::sqrt(sum);
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
