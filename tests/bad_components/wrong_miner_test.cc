// The contract refuses each wrong miner, with the sentence that it breaks.
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/bad_components/broken_sentences.h"

namespace facet {
namespace {

using testing::Contains;
using testing::Each;
using testing::ElementsAre;

std::vector<std::string> BrokenBy(const std::string& name) {
  return BrokenSentences("miner", name);
}

TEST(WrongMiner, TuplesThatTheLabelsContradict) {
  EXPECT_THAT(BrokenBy("anchor_is_positive"),
              ElementsAre("a batch: the positive is another sample of the anchor's identity"));
  EXPECT_THAT(BrokenBy("negative_is_positive"),
              ElementsAre("a batch: the negative is of another identity"));
  EXPECT_THAT(
      BrokenBy("pairs_with_itself"),
      ElementsAre("a batch: a positive pair is two samples of one identity",
                  "a batch of one identity: a positive pair is two samples of one identity",
                  "a batch without two images of anyone: a positive pair is two samples of one "
                  "identity",
                  "a batch without two images of anyone has no positive pairs"));
}

TEST(WrongMiner, TuplesThatAreNone) {
  for (const char* const name : {"counts_from_one", "indices_of_32_bits"}) {
    EXPECT_THAT(BrokenBy(name),
                ElementsAre("a batch: triplets are three equally long lists of int64 indices into "
                            "the samples"));
  }
  EXPECT_THAT(BrokenBy("makes_nothing"), ElementsAre("a batch: it makes the kind that it says"));
}

TEST(WrongMiner, ErrorsWhereThereIsNothingToFind) {
  EXPECT_THAT(BrokenBy("fails_without_negatives"),
              ElementsAre("a batch of one identity is no error: no triplet",
                          "a batch without two images of anyone is no error: no triplet",
                          "an empty batch is no error: no triplet"));
}

TEST(WrongMiner, StateAndSideEffects) {
  EXPECT_THAT(BrokenBy("normalises_its_input"), ElementsAre("it leaves its input as it is"));
  EXPECT_THAT(BrokenBy("draws_from_the_process"),
              ElementsAre("equal seeds mine the same", "earlier batches and seeds change nothing",
                          "tensors that are not contiguous are read alike"));
  EXPECT_THAT(BrokenBy("remembers_batches"),
              ElementsAre("earlier batches and seeds change nothing",
                          "tensors that are not contiguous are read alike"));
  EXPECT_THAT(BrokenBy("ignores_strides"),
              ElementsAre("tensors that are not contiguous are read alike"));
}

TEST(WrongMiner, Anchors) {
  EXPECT_THAT(BrokenBy("ignores_anchors"),
              ElementsAre("a batch with 0 anchors: its tuples begin with an anchor",
                          "a batch with 5 anchors: its tuples begin with an anchor"));
  EXPECT_THAT(
      BrokenBy("counts_a_skipped_one"),
      ElementsAre("num_skipped counts the images that begin no tuple",
                  "a batch with 0 anchors: num_skipped counts the anchors that begin no tuple",
                  "a batch with 5 anchors: num_skipped counts the anchors that begin no tuple",
                  "a batch with 12 anchors: num_skipped counts the anchors that begin no tuple"));
}

TEST(WrongMiner, Epochs) {
  EXPECT_THAT(BrokenBy("epoch_never_ends"), Contains("an epoch ends"));
  EXPECT_THAT(BrokenBy("gives_more_than_asked"),
              Each("it gives no more tuples at a time than asked for"));
  EXPECT_FALSE(BrokenBy("gives_more_than_asked").empty());
}

}  // namespace
}  // namespace facet
