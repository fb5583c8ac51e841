// Batches of identities: what each holds, and what an epoch holds.
#include "core/training/sampler.h"

#include <algorithm>
#include <map>
#include <set>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// 10 identities of 8 rows each, 2 of 3, one of 1; row r has label labels[r]. Every third row is not
// of the training part.
struct Data {
  std::vector<int64_t> labels, rows;
};
Data MakeData() {
  Data data;
  for (int64_t label = 0; label < 13; ++label) {
    const int64_t images = label < 10 ? 8 : label < 12 ? 3 : 1;
    for (int64_t i = 0; i < images; ++i) {
      data.labels.push_back(label);
      data.rows.push_back(static_cast<int64_t>(data.labels.size()) - 1);
      if (i % 2 == 0) data.labels.push_back(label);  // a row of another part
    }
  }
  return data;
}

SamplerSettings Settings(int64_t identities, int64_t images, const std::string& few) {
  SamplerSettings settings;
  settings.use = "identities";
  settings.identities = identities;
  settings.images = images;
  settings.few_images = few;
  return settings;
}

TEST(OrderByIdentity, BatchesShowIdentitiesTimesImages) {
  const Data data = MakeData();
  const std::set<int64_t> allowed(data.rows.begin(), data.rows.end());
  for (const char* few : {"repeat", "leave_out"}) {
    const auto order = OrderByIdentity(data.labels, data.rows, Settings(5, 4, few), 40, 1);
    ASSERT_EQ(order.size(), 40u * 20u);
    std::map<int64_t, int> visits;  // of each label, in batches
    for (size_t batch = 0; batch < 40; ++batch) {
      std::map<int64_t, std::vector<int64_t>> shown;
      for (size_t i = batch * 20; i < batch * 20 + 20; ++i) {
        EXPECT_EQ(allowed.count(order[i]), 1u);
        shown[data.labels[static_cast<size_t>(order[i])]].push_back(order[i]);
      }
      EXPECT_EQ(shown.size(), 5u);
      for (const auto& [label, rows] : shown) {
        EXPECT_EQ(rows.size(), 4u);
        ++visits[label];
        const size_t different = std::set<int64_t>(rows.begin(), rows.end()).size();
        EXPECT_EQ(different, label < 10 ? 4u : label < 12 ? 3u : 1u);
      }
    }
    // 13 or 10 identities share 200 places; a round's rest below 5 waits for the next.
    const bool repeats = std::string(few) == "repeat";
    EXPECT_EQ(visits.size(), repeats ? 13u : 10u);
    for (const auto& [label, count] : visits) {
      if (repeats) {
        // 20 rounds of 10 of 13 places: binomial, mean 15.4, deviation 1.9; 4 of them.
        EXPECT_NEAR(count, 15.4, 8) << label;
      } else {
        EXPECT_EQ(count, 20) << label;
      }
    }
  }
}

TEST(OrderByIdentity, ShowsAllImagesBeforeOneComesAgain) {
  const std::vector<int64_t> labels = {0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1};
  std::vector<int64_t> rows(12);
  for (size_t i = 0; i < 12; ++i) rows[i] = static_cast<int64_t>(i);
  // Two of six images at a time: three batches are a round of both identities.
  const auto order = OrderByIdentity(labels, rows, Settings(2, 2, "repeat"), 9, 3);
  for (size_t round = 0; round < 3; ++round) {
    const auto begin = order.begin() + static_cast<int64_t>(round) * 12;
    EXPECT_EQ(std::set<int64_t>(begin, begin + 12).size(), 12u);
  }
}

TEST(OrderByIdentity, DependsOnTheSeedAlone) {
  const Data data = MakeData();
  const SamplerSettings settings = Settings(4, 2, "repeat");
  const auto order = OrderByIdentity(data.labels, data.rows, settings, 10, 1);
  EXPECT_EQ(order, OrderByIdentity(data.labels, data.rows, settings, 10, 1));
  EXPECT_NE(order, OrderByIdentity(data.labels, data.rows, settings, 10, 2));
}

TEST(CheckIdentities, SaysHowManyThereAre) {
  const Data data = MakeData();
  const auto check = [&](int64_t identities, int64_t images, const char* few) {
    return CheckIdentities(data.labels, data.rows, Settings(identities, images, few));
  };
  EXPECT_TRUE(check(13, 4, "repeat").ok());
  EXPECT_THAT(std::string(check(14, 4, "repeat").message()),
              HasSubstr("train.sampler.identities = 14, but the training images show 13 "
                        "identities; lower it"));
  EXPECT_TRUE(check(12, 3, "leave_out").ok());
  EXPECT_THAT(std::string(check(11, 4, "leave_out").message()),
              HasSubstr("show 10 identities with at least images = 4 each; lower it (and "
                        "train.optimizer.batch with it), or set few_images = \"repeat\""));
  EXPECT_TRUE(CheckIdentities({0}, {0}, SamplerSettings()).ok());
}

TEST(GroupByIdentity, PutsPairsTogether) {
  const std::vector<int64_t> labels = {0, 1, 2, 0, 1, 0, 1, 1, 1};
  EXPECT_THAT(GroupByIdentity(labels, {0, 1, 2, 3, 4, 5, 6, 7, 8}, 2),
              ElementsAre(0, 3, 1, 4, 2, 5, 6, 7, 8));
  EXPECT_THAT(GroupByIdentity(labels, {}, 2), ElementsAre());
}

TEST(HasTuples, NeedsAPairAndAnother) {
  EXPECT_TRUE(HasTuples({3, 3, 4}));
  EXPECT_FALSE(HasTuples({3, 4, 5}));
  EXPECT_FALSE(HasTuples({3, 3, 3}));
  EXPECT_FALSE(HasTuples({}));
}

}  // namespace
}  // namespace facet
