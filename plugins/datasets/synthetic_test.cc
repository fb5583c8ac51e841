#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "plugins/datasets/dataset_testing.h"

namespace facet {
namespace {

DatasetContents LoadOrDie(const Json& options) {
  auto contents = LoadDataset(options);
  EXPECT_TRUE(contents.ok()) << contents.status();
  return contents.ok() ? *std::move(contents) : DatasetContents();
}

std::set<std::string> Identities(const DatasetContents& contents) {
  std::set<std::string> out;
  for (const Sample& sample : contents.samples) out.insert(sample.identity);
  return out;
}

TEST(Synthetic, CuratedTrainingSetIsCleanAndComplete) {
  const DatasetContents contents = LoadOrDie({{"people", 6}, {"images", 4}});
  ASSERT_EQ(contents.samples.size(), 24u);
  EXPECT_EQ(Identities(contents).size(), 6u);
  EXPECT_EQ(contents.protocol.kind, Protocol::Kind::kNone);
  EXPECT_EQ(contents.counts.at("label noise"), 0);
  EXPECT_EQ(contents.counts.at("near-duplicates"), 0);
  std::set<std::string> keys;
  for (const Sample& sample : contents.samples) {
    keys.insert(sample.key);
    EXPECT_TRUE(sample.path.empty());
    EXPECT_TRUE(sample.box.has_value());
    EXPECT_EQ(sample.landmarks.scheme, LandmarkScheme::kPoints9);
    EXPECT_EQ(sample.landmarks.points.size(), 9u);
  }
  EXPECT_EQ(keys.size(), contents.samples.size());
}

double Median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + values.size() / 2, values.end());
  return values[values.size() / 2];
}

// In the frontal cascade's boxes of 724 faces of LFW the eyes are 0.385 sides apart at 0.39 of the
// height (medians; plugins/aligners/eyes.cc).
TEST(Synthetic, BoxesShowTheEyesWhereTheCanonicalBoxShowsThem) {
  std::vector<double> heights, distances;
  for (const Sample& sample : LoadOrDie({{"people", 60}, {"images", 4}}).samples) {
    if (sample.pose != Pose::kFrontal) continue;
    const std::vector<Point>& p = sample.landmarks.points;
    const Box& box = *sample.box;
    EXPECT_EQ(box.width, box.height);
    heights.push_back(((p[0].y + p[1].y + p[2].y + p[3].y) / 4 - box.y) / box.height);
    distances.push_back((p[2].x + p[3].x - p[0].x - p[1].x) / 2 / box.width);
  }
  ASSERT_GT(heights.size(), 100u);
  EXPECT_NEAR(Median(heights), 0.39, 0.04);
  EXPECT_NEAR(Median(distances), 0.385, 0.04);
}

TEST(Synthetic, FullSnapshotAddsNoiseAtTheStatedRatesAndKeepsTheCuratedImages) {
  const Json full = {{"people", 5},        {"images", 12},       {"extra", 8},
                     {"snapshot", "full"}, {"label_noise", 0.1}, {"near_duplicates", 0.15}};
  const auto dataset = MakeDataset(full);
  ASSERT_TRUE(dataset.ok()) << dataset.status();
  const DatasetContents contents = *(*dataset)->Load();
  EXPECT_EQ(contents.samples.size(), 5u * 20);
  EXPECT_EQ(contents.counts.at("label noise"), 5 * 2);
  EXPECT_EQ(contents.counts.at("near-duplicates"), 5 * 3);

  const auto curated = MakeDataset({{"people", 5}, {"images", 12}});
  ASSERT_TRUE(curated.ok());
  const DatasetContents clean = *(*curated)->Load();
  std::map<std::string, const Sample*> by_key;
  std::map<std::string, std::set<int64_t>> ranks;
  for (const Sample& sample : contents.samples) {
    by_key[sample.key] = &sample;
    ranks[sample.identity].insert(sample.rank);
    EXPECT_EQ(sample.curated, sample.key.substr(sample.key.size() - 4) < "0012") << sample.key;
  }
  for (const auto& [identity, seen] : ranks) {
    EXPECT_EQ(seen.size(), 20u) << identity;
    EXPECT_EQ(*seen.rbegin(), 19) << identity;
  }
  for (size_t i : {size_t{0}, size_t{17}, clean.samples.size() - 1}) {
    const Sample& same = *by_key.at(clean.samples[i].key);
    EXPECT_EQ((*dataset)->Render(same.render)->bgr,
              (*curated)->Render(clean.samples[i].render)->bgr);
  }
}

TEST(Synthetic, TestPartHasTenFoldsOfDisjointPeople) {
  const DatasetContents contents =
      LoadOrDie({{"part", "test"}, {"people", 40}, {"images", 3}, {"pairs", 12}});
  EXPECT_EQ(contents.samples.size(), 120u);
  const Protocol& protocol = contents.protocol;
  EXPECT_EQ(protocol.kind, Protocol::Kind::kFolds);
  EXPECT_EQ(protocol.num_folds, 10);
  ASSERT_EQ(protocol.pairs.size(), 240u);
  std::map<int64_t, int> genuine, impostor;
  std::map<std::string, int64_t> fold_of;
  std::set<std::pair<int64_t, int64_t>> seen;
  for (const Pair& pair : protocol.pairs) {
    const Sample& a = contents.samples[protocol.templates[pair.first].samples.front()];
    const Sample& b = contents.samples[protocol.templates[pair.second].samples.front()];
    EXPECT_EQ(pair.genuine, a.identity == b.identity);
    EXPECT_NE(a.key, b.key);
    EXPECT_EQ(a.fold, pair.fold);
    EXPECT_EQ(b.fold, pair.fold);
    EXPECT_EQ(fold_of.emplace(a.identity, pair.fold).first->second, pair.fold);
    EXPECT_TRUE(seen.insert({pair.first, pair.second}).second);
    ++(pair.genuine ? genuine : impostor)[pair.fold];
  }
  for (int64_t fold = 0; fold < 10; ++fold) {
    EXPECT_EQ(genuine[fold], 12);
    EXPECT_EQ(impostor[fold], 12);
  }
}

TEST(Synthetic, PartsShowDifferentPeople) {
  const auto train = MakeDataset({{"people", 20}, {"images", 2}});
  const auto test = MakeDataset({{"part", "test"}, {"people", 20}, {"images", 2}, {"pairs", 1}});
  ASSERT_TRUE(train.ok() && test.ok());
  for (int64_t i = 0; i < 40; i += 13) {
    EXPECT_NE((*train)->Render(i)->bgr, (*test)->Render(i)->bgr);
  }
  const std::set<std::string> a = Identities(*(*train)->Load()), b = Identities(*(*test)->Load());
  for (const std::string& name : a) EXPECT_EQ(b.count(name), 0u) << name;
}

TEST(Synthetic, VideoFramesDriftWithinOneTemplate) {
  const DatasetContents contents =
      LoadOrDie({{"part", "video"}, {"people", 20}, {"images", 2}, {"frames", 6}, {"pairs", 2}});
  EXPECT_EQ(contents.samples.size(), 240u);
  EXPECT_EQ(contents.protocol.templates.size(), 40u);
  EXPECT_EQ(contents.protocol.pairs.size(), 40u);
  for (const Template& video : contents.protocol.templates) {
    ASSERT_EQ(video.samples.size(), 6u);
    for (size_t i = 0; i < 6; ++i) {
      const Sample& sample = contents.samples[video.samples[i]];
      EXPECT_EQ(sample.video, video.name);
      EXPECT_EQ(sample.frame, static_cast<int64_t>(i));
      if (i == 0) continue;
      // Smooth: between neighbouring frames the face moves less than its own width.
      const Box& before = *contents.samples[video.samples[i - 1]].box;
      EXPECT_LT(std::abs(sample.box->Centre().x - before.Centre().x), before.width);
      EXPECT_NE(sample.box->x, before.x);
    }
  }
}

TEST(Synthetic, RefusesWhatItCannotMake) {
  const auto expect_error = [](const Json& options, const std::string& part) {
    const auto contents = LoadDataset(options);
    ASSERT_FALSE(contents.ok());
    EXPECT_EQ(contents.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_NE(std::string(contents.status().message()).find(part), std::string::npos)
        << contents.status();
  };
  expect_error({{"part", "test"}, {"people", 20}, {"images", 2}, {"pairs", 300}},
               "has 2 genuine and 4 impostor pairs");
  expect_error({{"snapshot", "full"}, {"images", 10}, {"extra", 1}, {"label_noise", 0.3}},
               "raise `extra`");
  expect_error({{"face_share_min", 0.6}, {"face_share_max", 0.5}}, "above face_share_max");
  const auto dataset = MakeDataset({{"people", 1}, {"images", 1}});
  ASSERT_TRUE(dataset.ok());
  EXPECT_EQ((*dataset)->Render(1).status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace facet
