// Templates' descriptors against sums written out by hand.
#include "core/records/pooling.h"

#include <cmath>
#include <utility>

#include "core/records/descriptors.h"
#include "core/records/npy.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using ::testing::ElementsAre;
using ::testing::FloatNear;
using ::testing::HasSubstr;

// One video of four frames and a still of another person.
DatasetContents Video() {
  DatasetContents data;
  for (int i = 0; i < 5; ++i) {
    Sample sample;
    sample.key = "frame" + std::to_string(i);
    data.samples.push_back(sample);
  }
  data.protocol.name = "small";
  data.protocol.templates = {{"video", {0, 1, 2, 3}}, {"still", {4}}};
  return data;
}

const FloatArray kDescriptors = {{5, 2}, {3, 4, 0, 2, 6, 8, 1, 0, 5, 5}};

std::vector<DescriptorRecord> Records(const std::vector<double>& confidences) {
  std::vector<DescriptorRecord> records;
  for (size_t i = 0; i < confidences.size(); ++i) {
    records.push_back({static_cast<int64_t>(i), "somebody", confidences[i], -1});
  }
  return records;
}

std::vector<float> Pool(const std::vector<double>& confidences, const TemplatePooling& pooling) {
  const auto pooled = PoolTemplates(Video(), kDescriptors, Records(confidences), pooling);
  EXPECT_TRUE(pooled.ok()) << pooled.status();
  return pooled->values;
}

TEST(PoolTemplates, TakesTheMeanOfAllSamples) {
  EXPECT_THAT(Pool({0, 0, 0, 0, 0}, {}), ElementsAre(2.5F, 3.5F, 5, 5));
}

TEST(PoolTemplates, TakesTheMeanOfTheMostConfident) {
  EXPECT_THAT(Pool({0.1, 0.9, 0.4, 0.8, 0}, {2, false}), ElementsAre(0.5F, 1, 5, 5));
}

TEST(PoolTemplates, TakesTheFirstOfEquallyConfident) {
  EXPECT_THAT(Pool({0, 0, 0, 0, 0}, {2, false}), ElementsAre(1.5F, 3, 5, 5));
}

TEST(PoolTemplates, TakesAllOfFewerThanK) {
  EXPECT_EQ(Pool({1, 2, 3, 4, 5}, {25, false}), Pool({1, 2, 3, 4, 5}, {}));
}

TEST(PoolTemplates, NormalizesEachBeforeTheMeanIfAsked) {
  // (3, 4) / 5 and (6, 8) / 10 are one direction.
  const float diagonal = static_cast<float>(std::sqrt(0.5));
  EXPECT_THAT(Pool({1, 0, 1, 0, 0}, {2, true}),
              ElementsAre(FloatNear(0.6F, 1e-6F), FloatNear(0.8F, 1e-6F),
                          FloatNear(diagonal, 1e-6F), FloatNear(diagonal, 1e-6F)));
}

TEST(PoolTemplates, TemplatesWithoutDescriptorAreNamed) {
  const FloatArray one = {{1, 2}, {1, 2}};
  const auto pooled = PoolTemplates(Video(), one, Records({0}), {});
  EXPECT_THAT(std::string(pooled.status().message()),
              HasSubstr("1 of 2 templates of small have no descriptor, the first is \"still\""));
}

TEST(Project, WhatACollapsedOrDivergedNetworkGivesIsCounted) {
  const FloatArray projection = {{1, 1, 2}, {1, 0}};
  const auto message = [&](std::vector<float> pooled) {
    return std::string(
        Project(Video(), {{2, 2}, std::move(pooled)}, projection, 1).status().message());
  };
  EXPECT_EQ(message({3, 4, 0, 2}), "");
  EXPECT_THAT(message({0, 0, 0, 0}),
              HasSubstr("the descriptors of 2 of 2 templates are zero and cannot be projected, the "
                        "first is that of \"video\"; so it is where training has collapsed: "));
  EXPECT_THAT(message({0, 0, 1, NAN}),
              HasSubstr("the descriptors of 1 of 2 templates are not finite and cannot be "
                        "projected, the first is that of \"still\"; so it is where training has "
                        "diverged: "));
}

}  // namespace
}  // namespace facet
