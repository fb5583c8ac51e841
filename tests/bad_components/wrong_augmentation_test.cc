// The contract refuses each wrong augmentation, with the sentence that it breaks and no other.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/bad_components/broken_sentences.h"

namespace facet {
namespace {

using testing::ElementsAre;
using testing::StartsWith;

// The sentences that `name` breaks, each once.
std::vector<std::string> BrokenBy(const std::string& name) {
  std::vector<std::string> broken = BrokenSentences("augmentation", name);
  broken.erase(std::unique(broken.begin(), broken.end()), broken.end());
  return broken;
}

TEST(WrongAugmentation, EachBreaksItsSentence) {
  const std::string inside = "the view is a square of at least 1 px inside the crop";
  const std::vector<std::pair<const char*, std::string>> expected = {
      {"does_nothing", "some visits change something"},
      {"leaves_the_crop", inside},
      {"starts_before_the_crop", inside},
      {"vanishes", inside},
      {"turns_by_nan", "the view's angle is finite"},
      {"divides_by_the_mean", "the colour map is finite"},
      {"halves_the_image", "it keeps the image's size"},
      {"loses_rows", "it keeps the image's size"},
      {"limits_the_width", "a large image is one like any other"},
      {"counts_visits", "earlier visits change nothing"},
      {"counts_objects", "two instances do the same for equal seeds"},
      {"draws_into_the_object", "two threads get what one gets"},
      {"works_out_of_sort", "the methods of other sorts change nothing"},
      {"no_probability", "it has the option probability"},
      {"ignores_probability", "where probability is 0 it changes nothing"},
      {"draws_when_off", "where probability is 0 it draws nothing"},
      {"ignores_strength", "where strength is 0 it changes nothing"},
      {"ignores_angle", "where angle_rad is 0 it changes nothing"},
  };
  for (const auto& [name, sentence] : expected) {
    EXPECT_THAT(BrokenBy(name), ElementsAre(sentence)) << name;
  }
  EXPECT_THAT(BrokenBy("never_off"),
              ElementsAre(StartsWith(R"(it can be made with {"probability": 0}: )")));
}

}  // namespace
}  // namespace facet
