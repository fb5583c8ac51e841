// The loops of the CPU against PyTorch's operations, which test the same definition on any device;
// those against loops over doubles: pair_matrix_test.cc.
#include "plugins/losses/pair_terms.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <limits>

#include "gtest/gtest.h"

namespace facet {
namespace {

at::Tensor RandomValues(at::IntArrayRef sizes, uint64_t seed) {
  return at::randn(sizes, at::detail::createCPUGenerator(seed), at::kDouble);
}

// Some rows empty, some full.
at::Tensor SomeMask(int64_t rows, int64_t columns) {
  at::Tensor mask = RandomValues({rows, columns}, 7).gt(0.8);
  if (rows > 2) {
    mask[0].fill_(false);
    mask[1].fill_(true);
  }
  return mask;
}

std::vector<PairTerm> AllKinds(const at::Tensor& mask) {
  const at::Tensor rest = mask.logical_not();
  return {LogSumExpOf(mask, 3, 0.2),
          LogSumExpOf(rest, -2),
          EntriesOf(mask),
          SumOf(rest),
          HingesOf(mask, 1, 0.3, true),
          HingesOf(rest, -1, 0.5, false),
          HingesOf(rest, 1, 0, true),
          HingesOf(mask, -1, -0.1, false),
          LogSumExpOfEither(mask, mask.roll(1, 1), 2),
          CountOf(rest),
          CostlyHingesOf(rest, -1, 0.5, true),
          CostlyHingesOf(mask, 1, 0.1, false),
          LogSumExpOf(RandomValues(mask.sizes(), 9).gt(2.2), 2)};  // few of a row
}

struct Outcome {
  std::vector<at::Tensor> taken;
  at::Tensor gradient;
};

// `weigh`: each entry of a term by its own number, or all by one.
template <class Take>
Outcome Of(const at::Tensor& values, const std::vector<PairTerm>& terms, bool weigh,
           const Take& take) {
  const at::Tensor x = values.clone().set_requires_grad(true);
  Outcome outcome = {take(x, terms), {}};
  at::Tensor sum = 0 * x.sum();
  for (size_t i = 0; i < outcome.taken.size(); ++i) {
    const at::Tensor& taken = outcome.taken[i];
    sum = sum + (weigh ? (taken * RandomValues(taken.sizes(), i).to(taken.scalar_type())).sum()
                       : taken.mean());
  }
  sum.backward();
  outcome.gradient = x.grad();
  return outcome;
}

// Blocks of several rows, of one row, and of one that is longer than a block.
TEST(PairTerms, AreThoseOfOperations) {
  for (const auto& [rows, columns] : std::vector<std::pair<int64_t, int64_t>>{
           {1, 1}, {7, 13}, {300, 301}, {5, 70000}, {64, 2000}}) {
    const at::Tensor values = RandomValues({rows, columns}, 1);
    const std::vector<PairTerm> terms = AllKinds(SomeMask(rows, columns));
    for (const at::ScalarType type : {at::kDouble, at::kFloat}) {
      // A sum of some thousand terms in another order.
      const double tolerance = type == at::kDouble ? 1e-11 : 1e-4;
      for (const bool weigh : {false, true}) {
        SCOPED_TRACE(std::to_string(rows) + " " + std::to_string(columns));
        const Outcome own = Of(values.to(type), terms, weigh, &TakeTerms);
        const Outcome other = Of(values.to(type), terms, weigh, &TakeTermsByOperations);
        for (size_t i = 0; i < terms.size(); ++i) {
          ASSERT_EQ(own.taken[i].sizes(), other.taken[i].sizes()) << i;
          EXPECT_TRUE(at::allclose(own.taken[i], other.taken[i], tolerance, tolerance)) << i;
        }
        EXPECT_TRUE(at::allclose(own.gradient, other.gradient, tolerance, tolerance));
      }
    }
  }
}

// A training that diverges has to show it.
TEST(PairTerms, WhatIsNoNumberStaysSo) {
  const at::Tensor mask = at::ones({1, 3}, at::kBool);
  for (const double sign : {1.0, -1.0}) {
    at::Tensor values = at::full({1, 3}, 0.5, at::kFloat);
    values[0][1].fill_(std::numeric_limits<float>::quiet_NaN());
    const at::Tensor hinges = TakeTerms(values, {HingesOf(mask, sign, 0, false)})[0];
    EXPECT_EQ(hinges.isnan().sum().item<int64_t>(), 1);
    const at::Tensor costly = TakeTerms(values, {CostlyHingesOf(mask, sign, 0, false)})[0];
    EXPECT_EQ(costly.isnan().sum().item<int64_t>(), 1);
  }
}

TEST(PairTerms, CountEntriesOfLongRows) {
  const at::Tensor mask = RandomValues({3, 9001}, 8).gt(-1);
  EXPECT_TRUE(at::equal(mask.sum(1).to(at::kFloat),
                        TakeTerms(at::zeros({3, 9001}, at::kFloat), {CountOf(mask)})[0]));
}

// A sum of exponentials with it is none either, be it alone in its row, with few or with many.
TEST(PairTerms, SumsOfWhatIsNoNumberAreNone) {
  for (const int64_t count : {1, 40}) {
    at::Tensor values = at::full({1, 40}, std::numeric_limits<float>::quiet_NaN(), at::kFloat);
    values.narrow(1, 1, 39).fill_(0.5);
    const at::Tensor mask = at::arange(40).lt(count).unsqueeze(0);
    EXPECT_TRUE(TakeTerms(values, {LogSumExpOf(mask)})[0].isnan().item<bool>()) << count;
  }
}

TEST(PairTerms, DoNotDependOnTheNumberOfThreads) {
  const at::Tensor values = RandomValues({200, 901}, 2).to(at::kFloat);
  const std::vector<PairTerm> terms = AllKinds(SomeMask(200, 901));
  const int threads = at::get_num_threads();
  std::vector<Outcome> outcomes;
  for (const int number : {1, 3}) {
    at::set_num_threads(number);
    outcomes.push_back(Of(values, terms, true, &TakeTerms));
  }
  at::set_num_threads(threads);
  EXPECT_TRUE(at::equal(outcomes[0].gradient, outcomes[1].gradient));
  for (size_t i = 0; i < terms.size(); ++i) {
    EXPECT_TRUE(at::equal(outcomes[0].taken[i], outcomes[1].taken[i]));
  }
}

TEST(PairTerms, TakeAnyLayoutAndNothing) {
  const at::Tensor values = RandomValues({9, 5}, 3).t(), mask = SomeMask(9, 5).t();
  const auto own = TakeTerms(values, {EntriesOf(mask), LogSumExpOf(mask)});
  EXPECT_TRUE(at::equal(own[0], values.contiguous().masked_select(mask.contiguous())));
  EXPECT_TRUE(at::equal(own[1], TakeTerms(values.contiguous(), {LogSumExpOf(mask)})[0]));
  const at::Tensor none = at::zeros({0, 0}, at::kBool);
  EXPECT_EQ(TakeTerms(at::zeros({0, 0}), {EntriesOf(none)})[0].numel(), 0);
}

TEST(PairTerms, PlacesAreThoseOfNonzero) {
  for (const at::Tensor& mask : {SomeMask(30, 40), SomeMask(1, 3), at::zeros({4, 4}, at::kBool)}) {
    const auto [rows, columns] = PlacesOf(mask);
    const at::Tensor places = mask.nonzero();
    EXPECT_TRUE(at::equal(rows, places.select(1, 0)));
    EXPECT_TRUE(at::equal(columns, places.select(1, 1)));
  }
}

}  // namespace
}  // namespace facet
