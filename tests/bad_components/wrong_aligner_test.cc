// The contract refuses each wrong aligner, with the sentence that it breaks.
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/bad_components/broken_sentences.h"

namespace facet {
namespace {

using testing::Contains;

std::vector<std::string> BrokenBy(const std::string& name) {
  return BrokenSentences("aligner", name);
}

TEST(WrongAligner, EachBreaksItsSentence) {
  const std::vector<std::pair<const char*, const char*>> expected = {
      {"follows_faces", "the order of calls changes nothing"},
      {"follows_faces", "what it saw before does not change what it does"},
      {"mirrors", "the crop neither mirrors nor collapses"},
      {"no_confidence", "the crop is finite and its aspect positive"},
      {"four_points", "landmarks have as many points as their scheme"},
      {"hidden_model", "an aligner that needs a model has the trait \"trainable\""},
      {"counts_trainings",
       "equal examples and seed give an equal model, whatever the number of threads"},
      {"counts_trainings", "a training without examples is refused"},
      {"counts_trainings", "a training that is to stop is cancelled"},
      {"counts_trainings", "a file that is no model is refused"},
  };
  for (const auto& [name, sentence] : expected) {
    EXPECT_THAT(BrokenBy(name), Contains(sentence)) << name;
  }
}

}  // namespace
}  // namespace facet
