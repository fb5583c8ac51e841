#include "plugins/losses/named_rows.h"

#include <ATen/ATen.h>

#include <vector>

namespace facet {
namespace {

constexpr int64_t kFar = 4;  // as large as the matrix of all rows may be, at least

// What becomes of each row.
class Places {
 public:
  explicit Places(int64_t size) : place_(static_cast<size_t>(size), kNone) {}

  // False where an index lies outside [0, end).
  bool Name(const at::Tensor& indices, int64_t end) {
    const at::Tensor rows = indices.contiguous();
    for (int64_t k = 0; k < rows.numel(); ++k) {
      const int64_t row = rows.data_ptr<int64_t>()[k];
      if (row < 0 || row >= end) return false;
      int64_t& place = place_[static_cast<size_t>(row)];
      if (place == kNone) place = kNamed;
    }
    return true;
  }
  // Gives places to what was named since, ascending; returns those rows.
  std::vector<int64_t> Number() {
    std::vector<int64_t> rows;
    for (size_t row = 0; row < place_.size(); ++row) {
      if (place_[row] != kNamed) continue;
      place_[row] = next_++;
      rows.push_back(static_cast<int64_t>(row));
    }
    return rows;
  }
  at::Tensor Of(const at::Tensor& indices) const {
    const at::Tensor rows = indices.contiguous(), places = at::empty_like(rows);
    for (int64_t k = 0; k < rows.numel(); ++k) {
      places.data_ptr<int64_t>()[k] = place_[static_cast<size_t>(rows.data_ptr<int64_t>()[k])];
    }
    return places;
  }

 private:
  static constexpr int64_t kNone = -1, kNamed = -2;
  std::vector<int64_t> place_;
  int64_t next_ = 0;
};

}  // namespace

std::optional<NamedRows> NamedRowsOf(const LossInput& input, int64_t num_anchors) {
  if (input.tuples == nullptr || input.tuples->kind != TupleKind::kPairs ||
      !input.embeddings.is_cpu() || input.embeddings.dim() != 2 || input.labels.dim() != 1) {
    return std::nullopt;
  }
  const Tuples& all = *input.tuples;
  const int64_t size = input.embeddings.size(0);
  if (input.labels.size(0) != size || all.positive_first.sizes() != all.positive_second.sizes() ||
      all.negative_first.sizes() != all.negative_second.sizes()) {
    return std::nullopt;
  }
  Places places(size);
  if (!places.Name(all.positive_first, num_anchors) ||
      !places.Name(all.negative_first, num_anchors)) {
    return std::nullopt;
  }
  std::vector<int64_t> rows = places.Number();
  NamedRows named;
  named.anchors = at::tensor(rows, at::kLong);
  if (!places.Name(all.positive_second, size) || !places.Name(all.negative_second, size)) {
    return std::nullopt;
  }
  const std::vector<int64_t> others = places.Number();
  rows.insert(rows.end(), others.begin(), others.end());
  const auto count = static_cast<int64_t>(rows.size());
  if (rows.empty() || kFar * named.num_anchors() * count > num_anchors * size) return std::nullopt;
  const at::Tensor chosen = at::tensor(rows, at::kLong);
  named.embeddings = input.embeddings.index_select(0, chosen);
  named.labels = input.labels.index_select(0, chosen);
  named.tuples.kind = TupleKind::kPairs;
  named.tuples.positive_first = places.Of(all.positive_first);
  named.tuples.positive_second = places.Of(all.positive_second);
  named.tuples.negative_first = places.Of(all.negative_first);
  named.tuples.negative_second = places.Of(all.negative_second);
  return named;
}

}  // namespace facet
