// Descriptors of templates, ready for many comparisons of one with another.
#ifndef FACET_PLUGINS_EVALUATORS_TEMPLATE_ROWS_H_
#define FACET_PLUGINS_EVALUATORS_TEMPLATE_ROWS_H_

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "core/api/evaluator.h"
#include "plugins/evaluators/lane_sums.h"

namespace facet {

// The l2 norm of every template's descriptor, one for each row. InvalidArgument if
// any is not finite, or zero where they `need_direction`: how many, and the first of them.
absl::StatusOr<std::vector<double>> TemplateNorms(const MatrixView& matrix,
                                                  const Protocol& protocol, bool need_direction);

class TemplateRows {
 public:
  // cosine: distances are 1 - cos, else l2, of rows that are l2-normalised if `normalize` says so.
  // InvalidArgument: another number of rows than templates, and as TemplateNorms().
  static absl::StatusOr<TemplateRows> Make(const MatrixView& matrix, const Protocol& protocol,
                                           bool cosine, bool normalize);
  // float32; the same on every processor, and in either direction.
  float Distance(size_t first, size_t second) const;
  // distances[i] = Distance(row, others[i]).
  void Distances(size_t row, const uint32_t* others, size_t count, float* distances) const;

  // Those rows, in this order.
  TemplateRows Picked(const std::vector<uint32_t>& rows) const;

  bool cosine() const { return cosine_; }
  size_t size() const { return rows_.size() / stride_; }
  size_t columns() const { return columns_; }
  PaddedRows rows() const { return {rows_.data(), stride_}; }

 private:
  TemplateRows(std::vector<float> rows, size_t columns, size_t stride, bool cosine)
      : rows_(std::move(rows)), columns_(columns), stride_(stride), cosine_(cosine) {}

  std::vector<float> rows_;
  size_t columns_, stride_;
  bool cosine_;
};

// The person of each template by the identity of its first sample, 0 .. *num_people - 1; -1 where
// none is known.
std::vector<int32_t> PeopleOfTemplates(const DatasetContents& data, int64_t* num_people);

}  // namespace facet

#endif  // FACET_PLUGINS_EVALUATORS_TEMPLATE_ROWS_H_
