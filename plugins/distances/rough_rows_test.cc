#include "plugins/distances/rough_rows.h"

#include <ATen/ATen.h>

#include <cmath>
#include <limits>

#include "gtest/gtest.h"

namespace facet {
namespace {

at::Tensor NormalRows(at::IntArrayRef sizes, uint64_t seed) {
  return at::randn(sizes, at::detail::createCPUGenerator(seed), at::kDouble);
}

// Each pair's, [num, N]; not a number where nothing was visited.
at::Tensor RoughSquares(const RoughRows& rough, int64_t num, bool symmetric) {
  const at::Tensor out =
      at::full({num, rough.size()}, std::numeric_limits<double>::quiet_NaN(), at::kDouble);
  const auto squares = [&](int64_t i) { return rough.squares()[static_cast<size_t>(i)]; };
  rough.ForEachProduct(num, symmetric, [&](const RoughRows::Products& some) {
    const int64_t columns = rough.size() - some.begin;
    for (int64_t i = 0; i < some.count; ++i) {
      for (int64_t j = 0; j < columns; ++j) {
        out.data_ptr<double>()[(some.first + i) * rough.size() + some.begin + j] =
            squares(some.first + i) + squares(some.begin + j) - 2 * some.products[i * columns + j];
      }
    }
    return true;
  });
  return out;
}

// However long the rows are, and however near each other beside that.
TEST(RoughRows, AreOffByNoMoreThanTheySay) {
  for (const double length : {1e-30, 1.0, 1e30}) {
    for (const double spread : {1.0, 1e-4}) {
      const at::Tensor rows = length * (NormalRows({1, 64}, 1) + spread * NormalRows({300, 64}, 2));
      for (const at::ScalarType type : {at::kDouble, at::kFloat}) {
        const auto rough = RoughRows::Of(rows.to(type), false);
        ASSERT_TRUE(rough.has_value());
        const at::Tensor scaled = rows.to(type).to(at::kDouble) * rough->scale();
        const at::Tensor distances = at::square(at::cdist(scaled, scaled, 2, 2));
        const at::Tensor off = (RoughSquares(*rough, 300, false) - distances).abs().amax(1);
        for (int64_t i = 0; i < 300; ++i) EXPECT_LE(off[i].item<double>(), rough->Slack(i));
      }
    }
  }
}

TEST(RoughRows, MeetEachOtherOnceOrBothWays) {
  const auto rough = RoughRows::Of(NormalRows({600, 16}, 3), false);
  EXPECT_FALSE(RoughSquares(*rough, 600, false).isnan().any().item<bool>());
  EXPECT_FALSE(RoughSquares(*rough, 7, false).isnan().any().item<bool>());
  const at::Tensor once = RoughSquares(*rough, 600, true);
  EXPECT_FALSE(at::maximum(once.nan_to_num(-1), once.t().nan_to_num(-1)).eq(-1).any().item<bool>());
  int64_t blocks = 0;
  rough->ForEachProduct(600, true, [&](const RoughRows::Products&) { return ++blocks < 2; });
  EXPECT_EQ(blocks, 2);
}

TEST(RoughRows, AreNoneOfWhatIsNotFinite) {
  at::Tensor rows = NormalRows({4, 16}, 4);
  EXPECT_TRUE(RoughRows::Of(at::zeros({0, 16}), false).has_value());
  rows[2][3].fill_(std::numeric_limits<double>::infinity());
  EXPECT_FALSE(RoughRows::Of(rows, false).has_value());
  rows[2][3].fill_(1e200);
  EXPECT_FALSE(RoughRows::Of(rows, false).has_value());
}

}  // namespace
}  // namespace facet
