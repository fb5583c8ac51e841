#include <map>
#include <memory>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "core/api/sampler.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/plugin_testing.h"
#include "plugins/samplers/sampler_testing.h"

namespace facet {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::unique_ptr<Sampler> Make(int64_t images, const std::string& few = "repeat") {
  return MakeComponent<Sampler>(
             absl::StrCat("{\"images\": ", images, ", \"few_images\": \"", few, "\"}"))
      .value();
}

// A row's training depends on the order: other bits are other results.
TEST(Identities, TheOrderOfASeedStays) {
  const std::vector<int64_t> labels = {0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 2, 3};
  EXPECT_THAT(Make(2)->Epoch(labels, 6, 7), ElementsAre(7, 8, 11, 13, 3, 2, 14, 14, 10, 12, 0, 4));
  EXPECT_THAT(Make(2, "leave_out")->Epoch(labels, 6, 7),
              ElementsAre(9, 5, 10, 12, 3, 1, 13, 11, 4, 2, 6, 7));
}

TEST(Identities, DealsAsTheNaiveDecks) {
  const std::vector<int64_t> labels = UnequalLabels();  // 87
  for (const uint64_t seed : {1, 2, 3}) {
    EXPECT_EQ(Make(4)->Epoch(labels, 20, seed), NaiveOrder(labels, 4, 5, 4, seed));
    EXPECT_EQ(Make(3)->Epoch(labels, 6, seed), NaiveOrder(labels, 14, 2, 3, seed));
    EXPECT_EQ(Make(4, "leave_out")->Epoch(labels, 20, seed), NaiveOrder(labels, 4, 5, 4, seed, 4));
  }
}

TEST(Identities, BatchesShowIdentitiesTimesImages) {
  const std::vector<int64_t> labels = UnequalLabels();
  for (const std::string few : {"repeat", "leave_out"}) {
    std::map<int64_t, int> visits;  // of each label, in batches
    for (uint64_t seed = 0; seed < 10; ++seed) {
      const auto order = Make(4, few)->Epoch(labels, 20, seed);
      ASSERT_EQ(order.size(), 4u * 20u);
      for (size_t begin = 0; begin < order.size(); begin += 20) {
        EXPECT_EQ(CountLabels(labels, order, begin, 20).size(), 5u);
        for (size_t group = begin; group < begin + 20; group += 4) {
          const auto counts = CountLabels(labels, order, group, 4);
          ASSERT_EQ(counts.size(), 1u);
          const int64_t label = counts.begin()->first;
          ++visits[label];
          const auto first = order.begin() + static_cast<int64_t>(group);
          EXPECT_EQ(std::set<int64_t>(first, first + 4).size(), label < 100   ? 4u
                                                                : label < 144 ? 3u
                                                                              : 1u);
        }
      }
    }
    // 13 or 10 identities share 200 places; a round's rest below 5 waits for the next.
    EXPECT_EQ(visits.size(), few == "repeat" ? 13u : 10u);
    for (const auto& [label, count] : visits) {
      if (few == "repeat") {
        // 20 rounds of 10 of 13 places: binomial, mean 15.4, deviation 1.9; 4 of them.
        EXPECT_NEAR(count, 15.4, 8) << label;
      } else {
        EXPECT_EQ(count, 20) << label;
      }
    }
  }
}

TEST(Identities, ShowsAllImagesBeforeOneComesAgain) {
  const std::vector<int64_t> equal = {0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1};
  for (const uint64_t seed : {1, 2, 3}) {
    const auto order = Make(2)->Epoch(equal, 4, seed);
    EXPECT_EQ(std::set<int64_t>(order.begin(), order.end()).size(), 12u);
  }
  // Of two images both each time, of ten six different ones.
  const std::vector<int64_t> unequal = {0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
  const auto order = Make(2)->Epoch(unequal, 4, 3);
  EXPECT_EQ(std::set<int64_t>(order.begin(), order.end()).size(), 8u);
}

TEST(Identities, FewerImagesThanABatchMakeOne) {
  EXPECT_EQ(Make(4)->Epoch({3, 3, 8}, 8, 1).size(), 8u);
  EXPECT_EQ(Make(4)->images_together(), 4);
  EXPECT_TRUE(Make(4)->repeats());
}

TEST(Identities, ABatchIsOfIdentitiesTimesImages) {
  const auto problem = [](int64_t images, int64_t batch) {
    return std::string(Make(images)->Check(UnequalLabels(), batch).message());
  };
  EXPECT_EQ(problem(4, 8), "");
  EXPECT_EQ(problem(4, 30),
            "train.batch = 30 is no multiple of train.sampler.images = 4 that holds at least 2 "
            "identities; set train.batch to 28 or 32, or train.sampler.images to 3");
  EXPECT_THAT(problem(4, 4), HasSubstr("set train.batch to 8, or train.sampler.images to 2"));
  EXPECT_THAT(problem(8, 1), HasSubstr("set train.batch to 16"));
  EXPECT_THAT(problem(2, 13), HasSubstr("set train.batch to 12 or 14"));
  EXPECT_THAT(problem(2, 13), testing::Not(HasSubstr(", or train.sampler.images")));
}

TEST(Identities, SaysHowManyThereAre) {
  const auto problem = [](int64_t images, const char* few, int64_t batch) {
    return std::string(Make(images, few)->Check(UnequalLabels(), batch).message());
  };
  EXPECT_EQ(problem(4, "repeat", 13 * 4), "");
  EXPECT_EQ(problem(4, "repeat", 14 * 4),
            "train.batch = 56 holds 14 identities with train.sampler.images = 4 each, but the "
            "training images show 13 identities; set train.batch to 52 or less");
  EXPECT_EQ(problem(3, "leave_out", 12 * 3), "");
  EXPECT_THAT(problem(4, "leave_out", 11 * 4),
              HasSubstr("show 10 identities with at least 4 each; set train.batch to 40 or less, "
                        "or set train.sampler.few_images = \"repeat\", which shows images of the "
                        "others more than once in a batch"));
  // Repeating the one image of most would make no more pairs.
  EXPECT_EQ(std::string(Make(2, "leave_out")->Check({7, 7, 8, 8, 9, 10, 11, 12}, 8).message()),
            "train.batch = 8 holds 4 identities with train.sampler.images = 2 each, but the "
            "training images show 2 identities with at least 2 each; set train.batch to 4 or less");
  EXPECT_THAT(std::string(Make(4)->Check({7, 7, 7}, 8).message()),
              HasSubstr("show 1 identities; at least 2 are needed"));
}

}  // namespace
}  // namespace facet
