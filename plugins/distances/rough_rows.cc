#include "plugins/distances/rough_rows.h"

#include <ATen/ATen.h>
#include <ATen/Dispatch.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>

namespace facet {
namespace {

constexpr int64_t kAtOnce = int64_t{1} << 20;  // products
constexpr int64_t kSymmetric = 256;            // rows: the fewer, the less is done twice

double LargestOf(const at::Tensor& rows) {
  if (rows.numel() == 0) return 0;
  const auto [low, high] = at::aminmax(rows);  // not a number where one is not
  return std::max(-low.item<double>(), high.item<double>());
}

}  // namespace

std::optional<RoughRows> RoughRows::Of(const at::Tensor& rows, bool unit) {
  constexpr double kSquares = 1e150;  // beyond it they may not be finite
  const double largest = LargestOf(rows);
  if (!(largest < kSquares)) return std::nullopt;
  RoughRows rough(unit);
  if (!unit) {
    int exponent = 0;
    std::frexp(largest, &exponent);
    rough.scale_ = std::ldexp(1, -exponent);
  }
  const int64_t size = rows.size(0), dimension = rows.size(1);
  rough.scaled_ = at::empty(rows.sizes(), rows.options().dtype(at::kFloat));
  rough.squares_.resize(static_cast<size_t>(size));
  AT_DISPATCH_FLOATING_TYPES(rows.scalar_type(), "RoughRows", [&] {
    at::parallel_for(0, size, 64, [&](int64_t begin, int64_t end) {
      const scalar_t* from = rows.data_ptr<scalar_t>() + begin * dimension;
      float* to = rough.scaled_.data_ptr<float>() + begin * dimension;
      for (int64_t i = begin; i < end; ++i) {
        double square = 0;
        for (int64_t d = 0; d < dimension; ++d) {
          const double value = rough.scale_ * static_cast<double>(*from++);
          square += value * value;
          *to++ = static_cast<float>(value);
        }
        rough.squares_[static_cast<size_t>(i)] = static_cast<float>(square);
      }
    });
  });
  if (size > 0) {
    rough.longest_ = std::sqrt(*std::max_element(rough.squares_.begin(), rough.squares_.end()));
  }
  return rough;
}

double RoughRows::Slack(int64_t i) const {
  const double lengths = unit_ ? 1 : std::sqrt(squares_[static_cast<size_t>(i)]) + longest_;
  return static_cast<double>(scaled_.size(1) + 16) * 0x1p-24 * lengths * lengths;
}

void RoughRows::ForEachProduct(int64_t num, bool symmetric,
                               const std::function<bool(const Products&)>& each) const {
  if (num == 0) return;
  const int64_t most = symmetric ? std::min(num, kSymmetric) : num;
  const int64_t at_once = std::clamp<int64_t>(kAtOnce / size(), 1, most);
  const at::Tensor products = at::empty({at_once * size()}, scaled_.options());
  for (int64_t first = 0; first < num; first += at_once) {
    const int64_t count = std::min(at_once, num - first), begin = symmetric ? first : 0;
    const int64_t columns = size() - begin;
    at::Tensor some = products.narrow(0, 0, count * columns).view({count, columns});
    at::mm_out(some, scaled_.narrow(0, first, count), scaled_.narrow(0, begin, columns).t());
    if (!each({first, count, begin, some.data_ptr<float>()})) return;
  }
}

}  // namespace facet
