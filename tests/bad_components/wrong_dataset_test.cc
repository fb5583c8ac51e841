// The contract refuses each wrong data set, with the sentence that it breaks, and the good one not.
#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/bad_components/broken_sentences.h"

namespace facet {
namespace {

using testing::ElementsAre;

// The sentences that `name` breaks, each once.
std::vector<std::string> BrokenBy(const std::string& name) {
  std::vector<std::string> broken = BrokenSentences("dataset", name);
  broken.erase(std::unique(broken.begin(), broken.end()), broken.end());
  return broken;
}

TEST(WrongDataset, EachBreaksItsSentenceAlone) {
  const std::vector<std::pair<const char*, const char*>> expected = {
      {"other_order", "two instances load the same samples in the same order"},
      {"other_pairs", "two instances load the same protocol"},
      {"folds_from_one", "a sample's fold is -1 or one of the protocol's"},
      {"empty_fold", "every fold has pairs"},
      {"no_area", "boxes are finite and not empty"},
      {"lost_point", "landmarks have as many points as their scheme"},
      {"same_keys", "sample keys are unique"},
      {"empty", "it has samples, or says why not"},
      {"other_pixels", "rendering a sample gives the same pixels each time"},
  };
  for (const auto& [name, sentence] : expected) {
    EXPECT_THAT(BrokenBy(name), ElementsAre(sentence)) << name;
  }
  EXPECT_THAT(BrokenBy("good"), ElementsAre());
}

}  // namespace
}  // namespace facet
