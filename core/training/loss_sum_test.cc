#include "core/training/loss_sum.h"

#include <ATen/ATen.h>

#include <cmath>

#include "gtest/gtest.h"

namespace facet {
namespace {

float LossOf(int step) { return 1.0f / static_cast<float>(step + 3); }

TEST(LossSum, IsTheSameReadAtOnceOrTogether) {
  LossSum at_once(1), together(4);
  at::Tensor loss = at::zeros({});
  for (int step = 0; step < 11; ++step) {
    at_once.Add(LossOf(step));
    loss.fill_(LossOf(step));  // the same memory again
    together.Add(loss);
    if (together.IsToBeRead()) together.Read();
    // The first, then four at a time.
    const int read = step < 4 ? 1 : step < 8 ? 5 : 9;
    double sum = 0;
    for (int i = 0; i < read; ++i) sum += LossOf(i);
    EXPECT_EQ(together.sum(), sum) << step;
    EXPECT_EQ(together.mean(), sum / read) << step;
  }
  together.Read();
  EXPECT_EQ(together.sum(), at_once.sum());
  EXPECT_EQ(together.mean(), at_once.mean());
}

TEST(LossSum, GoesOnFromWhatACheckpointHolds) {
  for (const bool unread : {false, true}) {
    LossSum losses(4);
    losses.Set(0.5, 2);
    unread ? losses.Add(at::full({}, 1.5f)) : losses.Add(1.5);
    EXPECT_FALSE(losses.IsToBeRead());
    losses.Read();
    EXPECT_EQ(losses.sum(), 2.0);
    EXPECT_EQ(losses.mean(), 2.0 / 3);
  }
}

TEST(LossSum, TellsOfALossThatIsNoNumber) {
  LossSum losses(2);
  losses.Add(at::full({}, std::nanf("")));
  losses.Add(at::full({}, 1.0f));
  losses.Read();
  EXPECT_TRUE(std::isnan(losses.sum()));
  EXPECT_EQ(LossSum(1).mean(), 0);
}

}  // namespace
}  // namespace facet
