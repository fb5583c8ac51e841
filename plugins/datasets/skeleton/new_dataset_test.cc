// Counts and pairs are counted again, and what is drawn is looked for in the pixels.
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "core/api/dataset.h"
#include "plugins/plugin_testing.h"

namespace {

using facet::Dataset;
using facet::MakeComponent;
using facet::Pair;
using facet::Sample;

TEST(NewDataset, ItsProtocolIsBalancedAndOfOneFoldEach) {
  const auto data =
      MakeComponent<Dataset>(R"({"part": "test", "people": 13, "images": 3})").value();
  const auto contents = data->Load().value();
  ASSERT_EQ(contents.samples.size(), 39);
  EXPECT_EQ(contents.protocol.pairs.size(), 13 * 2 * 2);
  int num_genuine = 0;
  for (const Pair& pair : contents.protocol.pairs) {
    const Sample& first = contents.samples[static_cast<size_t>(pair.first)];
    const Sample& second = contents.samples[static_cast<size_t>(pair.second)];
    EXPECT_EQ(first.identity == second.identity, pair.genuine);
    EXPECT_EQ(first.fold, pair.fold);
    EXPECT_EQ(second.fold, pair.fold);
    num_genuine += pair.genuine;
  }
  EXPECT_EQ(num_genuine, 13 * 2);
}

TEST(NewDataset, TheEyesAreWhereItSays) {
  const auto data = MakeComponent<Dataset>(R"({"people": 5, "images": 2})").value();
  const auto contents = data->Load().value();
  for (const Sample& sample : contents.samples) {
    const facet::Image image = data->Render(sample.render).value();
    for (const facet::Point& eye : sample.landmarks.points) {
      const uint8_t* pixel = image.Pixel(static_cast<int>(eye.x), static_cast<int>(eye.y));
      EXPECT_EQ(pixel[0], 40);
      EXPECT_EQ(pixel[2], 20);
    }
  }
}

TEST(NewDataset, TrainingAndTestPeopleAreDifferent) {
  std::set<std::string> people;
  for (const char* part : {"train", "test"}) {
    const auto data = MakeComponent<Dataset>(std::string(R"({"part": ")") + part + R"("})").value();
    const auto contents = data->Load().value();
    for (const Sample& sample : contents.samples) people.insert(sample.identity);
  }
  EXPECT_EQ(people.size(), 80);
}

TEST(NewDataset, RefusesATestSetThatHasNoPairs) {
  EXPECT_TRUE(
      absl::IsInvalidArgument(MakeComponent<Dataset>(R"({"part": "test", "people": 9})").status()));
}

}  // namespace
