// The contract refuses each wrong optimiser, with the sentence that it breaks.
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/bad_components/broken_sentences.h"

namespace facet {
namespace {

using testing::ElementsAre;

std::vector<std::string> BrokenBy(const std::string& name) {
  return BrokenSentences("optimizer", name);
}

TEST(WrongOptimizer, NamesOfItsState) {
  EXPECT_THAT(BrokenBy("state_without_name"), ElementsAre("the tensors of its state have names"));
  EXPECT_THAT(BrokenBy("one_name_twice"),
              ElementsAre("the tensors of its state have different names"));
}

TEST(WrongOptimizer, Steps) {
  EXPECT_THAT(BrokenBy("fails_at_first"),
              ElementsAre("a step from a state of zeros is no error: no velocity"));
  EXPECT_THAT(BrokenBy("fails_in_the_end"), ElementsAre("a step is no error: worn out"));
  EXPECT_THAT(BrokenBy("divides_by_its_state"),
              ElementsAre("a step from a state of zeros gives finite values"));
  EXPECT_THAT(BrokenBy("clears_the_gradient"), ElementsAre("it leaves the gradient as it is"));
}

TEST(WrongOptimizer, DirectionAndRate) {
  constexpr char kHalves[] =
      "1000 steps at a rate of 0.1 halve a quadratic of curvatures 0.1 to 10";
  EXPECT_THAT(BrokenBy("ascends"), ElementsAre(kHalves));
  EXPECT_THAT(BrokenBy("ignores_the_rate"),
              ElementsAre(kHalves, "a step of rate 0 leaves the value as it is"));
  EXPECT_THAT(BrokenBy("decays_without_a_rate"),
              ElementsAre("a step of rate 0 leaves the value as it is"));
}

TEST(WrongOptimizer, DependsOnMoreThanItsArguments) {
  EXPECT_THAT(BrokenBy("counts_in_the_process"),
              testing::Contains("equal arguments give equal bits"));
  EXPECT_THAT(BrokenBy("remembers_steps"),
              ElementsAre("a fresh one goes on from copies of value and state with the same bits",
                          "steps of other tensors in between change no bit"));
  EXPECT_THAT(BrokenBy("depends_on_threads"), ElementsAre("the number of threads changes no bit"));
  EXPECT_THAT(BrokenBy("reads_memory_in_order"),
              ElementsAre("channels last in memory or not, a step is the same"));
}

TEST(WrongOptimizer, IgnoresAnArgument) {
  EXPECT_THAT(BrokenBy("ignores_the_scale"),
              ElementsAre("gradient_scale is a factor of the gradient"));
  EXPECT_THAT(BrokenBy("decays_everything"),
              ElementsAre("what does not decay stays where its gradient is zero"));
}

TEST(WrongOptimizer, BFloat16) {
  EXPECT_THAT(BrokenBy("refuses_bfloat16"),
              ElementsAre("a gradient in bfloat16 is no error: bfloat16"));
  EXPECT_THAT(BrokenBy("scales_in_bfloat16"),
              ElementsAre("a gradient in bfloat16 is as good as those values in float32"));
  EXPECT_THAT(BrokenBy("only_says_that_it_rounds"),
              ElementsAre("if it says that it rounds, a step writes `rounded`"));
}

TEST(WrongOptimizer, Climbs) {
  EXPECT_THAT(BrokenBy("climbs_unasked"),
              ElementsAre("what does not climb says so: Unimplemented"));
  EXPECT_THAT(BrokenBy("fails_to_climb"), ElementsAre("a climb is no error: two types"));
  EXPECT_THAT(BrokenBy("climbs_down"), ElementsAre("a climb leads up the gradient"));
  EXPECT_THAT(BrokenBy("climb_clears_the_gradient"),
              ElementsAre("a climb leaves the gradient as it is"));
  EXPECT_THAT(BrokenBy("undoes_by_arithmetic"),
              ElementsAre("a step of rate 0 undoes the climb to the bit"));
  EXPECT_THAT(BrokenBy("rounds_steps_alone"),
              ElementsAre("if it says that it rounds, a climb writes `rounded` too"));
  EXPECT_THAT(BrokenBy("divides_by_the_norm"), ElementsAre("nothing climbs by a gradient of zero"));
  EXPECT_THAT(BrokenBy("refuses_to_stay"),
              ElementsAre("a gradient of zero is no error: no gradient",
                          "a step is no error: no gradient"));  // of a tensor without elements
}

}  // namespace
}  // namespace facet
