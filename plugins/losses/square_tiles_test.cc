#include "plugins/losses/square_tiles.h"

#include <ATen/ATen.h>

#include "gtest/gtest.h"

namespace facet {
namespace {

TEST(SquareTiles, AreThoseOfTransposes) {
  for (const int64_t size : {0, 1, 31, 32, 33, 200}) {
    for (const at::ScalarType type : {at::kFloat, at::kDouble}) {
      const at::Tensor x = at::randn({size, size}, at::dtype(type));
      const at::Tensor mirrored = x.clone(), sum = x.clone();
      MirrorUpper(mirrored);
      EXPECT_TRUE(at::equal(mirrored, x.triu() + x.triu(1).t())) << size;
      AddTransposed(sum);
      EXPECT_TRUE(at::equal(sum, x + x.t())) << size;
    }
  }
}

}  // namespace
}  // namespace facet
