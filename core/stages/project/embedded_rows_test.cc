// Against embeddings made anew after each step.
#include "core/stages/project/embedded_rows.h"

#include <ATen/ATen.h>

#include <numeric>

#include "gtest/gtest.h"

namespace facet {
namespace {

constexpr int64_t kRows = 100, kD = 24, kL = 6;

class EmbeddedRowsTest : public testing::Test {
 protected:
  EmbeddedRowsTest() {
    at::manual_seed(1);
    descriptors_ = at::randn({kRows, kD});
    projection_ = at::randn({kL, kD});
  }
  static std::vector<int64_t> AllRows() {
    std::vector<int64_t> all(kRows);
    std::iota(all.begin(), all.end(), 0);
    return all;
  }

  at::Tensor descriptors_, projection_;
};

TEST_F(EmbeddedRowsTest, StaysWithTheProjection) {
  const TrainingRows rows(descriptors_, AllRows(), at::kCPU, kHeldOnCpu);
  EmbeddedRows embedded(rows);
  const at::Tensor all = at::arange(kRows, at::kLong), few = at::tensor({5, 3, 99}, at::kLong);
  for (int64_t step = 1; step <= 300; ++step) {
    // All rows in some steps, in others a few: what is asked for decides what is taken along.
    const at::Tensor& asked = step % 7 < 4 ? all : few;
    const at::Tensor found = embedded.At(asked, projection_);
    const at::Tensor expected = rows.Embed(asked, projection_);
    ASSERT_TRUE(at::allclose(found, expected, 1e-4, 1e-4)) << step;
    const at::Tensor before = projection_.clone(), gradient = at::randn({3, kL});
    embedded.Descend(few, gradient, 0.1, step, &projection_);
    const at::Tensor descended = before - 0.1 * gradient.t().mm(rows.At(few));
    ASSERT_TRUE(at::allclose(projection_, descended, 1e-5, 1e-5)) << step;
  }
}

TEST_F(EmbeddedRowsTest, GoesOnFromWhatWasSaved) {
  const TrainingRows rows(descriptors_, AllRows(), at::kCPU, kHeldOnCpu);
  EmbeddedRows whole(rows), resumed(rows);
  const at::Tensor most = at::arange(5, kRows, at::kLong), few = at::tensor({5, 3, 99}, at::kLong);
  whole.At(most, projection_);
  whole.Descend(few, at::randn({3, kL}), 0.1, 1, &projection_);
  ASSERT_TRUE(whole.table().defined());
  resumed.Restore(whole.table().clone(), whole.known());
  const at::Tensor all = at::arange(kRows, at::kLong);
  EXPECT_TRUE(at::equal(whole.At(all, projection_), resumed.At(all, projection_)));
}

TEST_F(EmbeddedRowsTest, ForgetsWhatFewAskFor) {
  const TrainingRows rows(descriptors_, AllRows(), at::kCPU, kHeldOnCpu);
  EmbeddedRows embedded(rows);
  const at::Tensor few = at::tensor({5, 3, 99}, at::kLong);
  embedded.At(few, projection_);
  EXPECT_TRUE(embedded.table().defined());
  embedded.Descend(few, at::randn({3, kL}), 0.1, 1, &projection_);
  EXPECT_FALSE(embedded.table().defined());
}

}  // namespace
}  // namespace facet
