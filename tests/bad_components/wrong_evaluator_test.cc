// The contract refuses each wrong evaluator, with the sentence that it breaks, and no right one.
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/bad_components/broken_sentences.h"

namespace facet {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> BrokenBy(const std::string& name) {
  return BrokenSentences("evaluator", name);
}

TEST(WrongEvaluator, ARightOneIsNotRefused) { EXPECT_THAT(BrokenBy("right"), IsEmpty()); }

TEST(WrongEvaluator, FiguresThatAreNone) {
  EXPECT_THAT(BrokenBy("not_finite"), Contains("faces per image is finite"));
  EXPECT_THAT(BrokenBy("unnamed_error"),
              ElementsAre("faces per image says how its standard error was made"));
  EXPECT_THAT(BrokenBy("ragged_curve"), ElementsAre("ROC has as many x as y"));
  EXPECT_THAT(BrokenBy("forgets_the_kind"), ElementsAre("replicates say of which kind they are"));
}

TEST(WrongEvaluator, SeedsAndState) {
  EXPECT_THAT(BrokenBy("ignores_its_seed"), ElementsAre("the seed makes the draws"));
  EXPECT_THAT(BrokenBy("draws_on"), ElementsAre("what it saw before does not change what it says"));
}

TEST(WrongEvaluator, InputsThatMustBeRefused) {
  EXPECT_THAT(BrokenBy("takes_what_is_no_number"),
              ElementsAre("a NaN in what was found is refused"));
}

}  // namespace
}  // namespace facet
