// The contract refuses each wrong detector, with the sentence that it breaks.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/bad_components/broken_sentences.h"

namespace facet {
namespace {

using testing::Contains;
using testing::SizeIs;

// The sentences that `name` breaks, each once.
std::vector<std::string> BrokenBy(const std::string& name) {
  std::vector<std::string> broken = BrokenSentences("detector", name);
  broken.erase(std::unique(broken.begin(), broken.end()), broken.end());
  return broken;
}

TEST(WrongDetector, EachBreaksItsSentence) {
  const std::vector<std::pair<const char*, const char*>> expected = {
      {"weakest_first", "the best score comes first"},
      {"tracks_faces", "what it saw before does not change what it finds"},
      {"counts_instances", "two instances find the same"},
      {"fails_on_small_images", "an image of any size is no error: the image is too small"},
      {"divides_by_zero", "scores are finite"},
      {"empty_boxes", "boxes are finite and not empty"},
      {"four_points", "landmarks have as many points as their scheme"},
      {"lost_point", "landmarks are finite"},
      {"swaps_eyes", "landmarks are in the image's left-to-right order"},
      {"paints_on_the_image", "it leaves the image as it is"},
      {"no_size", "its box convention has a size"},
  };
  for (const auto& [name, sentence] : expected) {
    EXPECT_THAT(BrokenBy(name), Contains(sentence)) << name;
  }
}

TEST(WrongDetector, WhatIsWrongOnceIsSaidOnce) {
  for (const char* name : {"weakest_first", "four_points", "swaps_eyes", "empty_boxes", "no_size",
                           "counts_instances", "fails_on_small_images"}) {
    EXPECT_THAT(BrokenBy(name), SizeIs(1)) << name;
  }
}

}  // namespace
}  // namespace facet
