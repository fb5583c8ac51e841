// The contract refuses each wrong sampler, with the sentence that it breaks.
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

std::vector<std::string> BrokenBy(const std::string& name) {
  return BrokenSentences("sampler", name);
}

TEST(WrongSampler, EpochsThatAreNone) {
  EXPECT_THAT(BrokenBy("counts_from_one"),
              AllOf(Contains("plenty of images: an epoch is of indices of images"),
                    Each(EndsWith(": an epoch is of indices of images"))));
  EXPECT_THAT(BrokenBy("stops_early"),
              AllOf(Contains("plenty of images: an epoch fills as many batches as there are"),
                    Contains("one image: an epoch fills as many batches as there are"),
                    Each(EndsWith(": an epoch fills as many batches as there are"))));
}

TEST(WrongSampler, MoreOrLessThanItSays) {
  EXPECT_THAT(BrokenBy("repeats_in_silence"),
              AllOf(Contains("plenty of images: no image comes twice, as repeats() says"),
                    Each(EndsWith(": no image comes twice, as repeats() says"))));
  EXPECT_THAT(BrokenBy("loses_an_image"),
              Contains("plenty of images: every image comes, as repeats() says"));
  EXPECT_THAT(
      BrokenBy("only_promises_pairs"),
      Contains("plenty of images: images of one identity stand together, as images_together() "
               "says"));
  EXPECT_THAT(BrokenBy("never_together"), ElementsAre("images_together() is at least 1"));
}

TEST(WrongSampler, LabelsThatItDoesNotExpect) {
  EXPECT_THAT(BrokenBy("needs_sorted_labels"),
              ElementsAre("labels with gaps in any order: images of one identity stand together, "
                          "as images_together() says"));
  EXPECT_THAT(BrokenBy("takes_labels_for_indices"),
              ElementsAre("labels with gaps in any order: an epoch fills as many batches as there "
                          "are",
                          "labels with gaps in any order: every image comes, as repeats() says"));
}

TEST(WrongSampler, StateAndSideEffects) {
  EXPECT_THAT(BrokenBy("paints_labels"),
              AllOf(Contains("plenty of images: it leaves the labels as they are"),
                    Each(EndsWith(": it leaves the labels as they are"))));
  EXPECT_THAT(BrokenBy("has_one_seed"), ElementsAre("another seed gives another epoch"));
  EXPECT_THAT(BrokenBy("counts_epochs"), Contains("earlier epochs change nothing"));
  EXPECT_THAT(BrokenBy("counts_instances"), ElementsAre("equal seeds give equal epochs"));
}

TEST(WrongSampler, Refusals) {
  EXPECT_THAT(BrokenBy("refuses_all"),
              ElementsAre("it takes plenty of images: so it cannot be done"));
  EXPECT_THAT(BrokenBy("blames_itself"),
              ElementsAre("a batch of 1: a refusal is an InvalidArgument that says why"));
  EXPECT_THAT(BrokenBy("says_nothing"),
              ElementsAre("one image: a refusal is an InvalidArgument that says why"));
}

}  // namespace
}  // namespace facet
