// Rows in float32, of which a product of matrices tells all distances roughly and how far off they
// may be, however its sums were rounded: the few that matter are then measured exactly.
#ifndef FACET_PLUGINS_DISTANCES_ROUGH_ROWS_H_
#define FACET_PLUGINS_DISTANCES_ROUGH_ROWS_H_

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace facet {

class RoughRows {
 public:
  // rows [N, D]: contiguous, float32 or float64, on the CPU. `unit`: the rows' lengths are 1 or 0,
  // so that they need no scale. None where a value is not finite, or so large that its square is
  // not.
  static std::optional<RoughRows> Of(const at::Tensor& rows, bool unit);

  int64_t size() const { return scaled_.size(0); }
  // Of the rows: a power of two, so that the largest value is about 1.
  double scale() const { return scale_; }
  // Of each scaled row, its squared length.
  const std::vector<float>& squares() const { return squares_; }

  // How far off squares()[i] + squares()[j] - 2 product may be from the squared distance of scaled
  // rows, or where they are `unit` 1 - product from that. A sum of D products of float32 values is,
  // in any order, off by at most about D roundings of the product of the lengths; those of the
  // values themselves, of the squares and of the difference are fewer than 16.
  double Slack(int64_t i) const;

  // products [count, N - begin] of the scaled rows from `first` and those from `begin` on.
  struct Products {
    int64_t first, count, begin;
    const float* products;
  };
  // For the first `num` rows, some at a time, while `each` returns true. `begin` is 0; with
  // `symmetric` it is `first`: what is left out has been there, the other way around.
  void ForEachProduct(int64_t num, bool symmetric,
                      const std::function<bool(const Products&)>& each) const;

 private:
  explicit RoughRows(bool unit) : unit_(unit) {}

  bool unit_;
  double scale_ = 1, longest_ = 0;
  at::Tensor scaled_;
  std::vector<float> squares_;
};

}  // namespace facet

#endif  // FACET_PLUGINS_DISTANCES_ROUGH_ROWS_H_
