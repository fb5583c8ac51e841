// The contract refuses each wrong schedule, with the sentence that it breaks.
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/bad_components/broken_sentences.h"

namespace facet {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::EndsWith;
using testing::Not;
using testing::SizeIs;

constexpr size_t kPhases = 10;

std::vector<std::string> BrokenBy(const std::string& name) {
  return BrokenSentences("schedule", name);
}

TEST(WrongSchedule, RatesThatAreNone) {
  EXPECT_THAT(BrokenBy("falls_below_zero"),
              AllOf(Contains("10 epochs: rates are finite and at least 0"),
                    Each(EndsWith("rates are finite and at least 0"))));
  // Where there is no warm-up.
  EXPECT_THAT(BrokenBy("divides_by_the_warm_up"),
              ElementsAre("10 epochs: rates are finite and at least 0",
                          "one step: rates are finite and at least 0",
                          "10 epochs, no validation: rates are finite and at least 0",
                          "one step, no validation: rates are finite and at least 0"));
  EXPECT_THAT(BrokenBy("learns_nothing"), ElementsAre("some rate is above 0"));
}

TEST(WrongSchedule, StateBetweenQuestions) {
  for (const char* const name : {"counts_questions", "never_goes_back"}) {
    EXPECT_THAT(BrokenBy(name), Contains("10 epochs: earlier questions change no rate")) << name;
  }
  EXPECT_THAT(BrokenBy("counts_instances"),
              AllOf(SizeIs(kPhases), Each(EndsWith(": two instances give the same rates"))));
  EXPECT_THAT(BrokenBy("keeps_the_first_phase"),
              AllOf(Contains("90 epochs: two instances give the same rates"),
                    Each(EndsWith(": two instances give the same rates")),
                    Not(Contains("10 epochs: two instances give the same rates"))));
  EXPECT_THAT(BrokenBy("loses_patience"),
              AllOf(Contains("10 epochs: it ends at the same place each time"),
                    Each(EndsWith(": it ends at the same place each time"))));
}

TEST(WrongSchedule, PhasesThatItDoesNotTake) {
  EXPECT_THAT(BrokenBy("refuses_all"),
              ElementsAre("a phase of 10 epochs is one like any other: so it cannot be done"));
  EXPECT_THAT(BrokenBy("blames_itself"),
              AllOf(SizeIs(4), Each(EndsWith(": a refusal is an InvalidArgument"))));
}

TEST(WrongSchedule, ScoresOfMoreOrFewerEpochs) {
  EXPECT_THAT(BrokenBy("ends_at_once"),
              AllOf(SizeIs(kPhases), Each(EndsWith(": it does not end before an epoch is over"))));
  // Where there are scores.
  EXPECT_THAT(BrokenBy("counts_scores"),
              AllOf(SizeIs(kPhases / 2), Each(EndsWith(": more scores than it needs do no harm"))));
}

}  // namespace
}  // namespace facet
