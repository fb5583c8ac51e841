// Rendered photographs; what is drawn and compared is counted again.
#include "plugins/curators/duplicates/calibration.h"

#include <algorithm>
#include <map>
#include <opencv2/imgcodecs.hpp>

#include "absl/strings/str_cat.h"
#include "core/base/json.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/curators/duplicates/image_vlad.h"
#include "plugins/curators/stage/curator_testing.h"
#include "plugins/opencv/opencv.h"
#include "plugins/rendered_faces/album.h"

namespace facet {
namespace {

using ::testing::HasSubstr;

constexpr int kSide = 96;

TEST(ChooseThreshold, IsTheDistanceAboveWhatMayBeFalse) {
  const std::vector<MadeDuplicate> made = {{"cropped", 0.8, 1}, {"resized", 0.5, 1}};
  const std::vector<double> distinct = {0.6, 0.9, 1.0, 1.1};
  // Below a threshold of distinct[k] lie k of them.
  EXPECT_EQ(ChooseThreshold(made, distinct, 0), 0.6);
  EXPECT_EQ(ChooseThreshold(made, distinct, 0.24), 0.6);
  EXPECT_EQ(ChooseThreshold(made, distinct, 0.25), 0.9);
  EXPECT_EQ(ChooseThreshold(made, distinct, 0.75), 1.1);
  EXPECT_DOUBLE_EQ(ChooseThreshold(made, distinct, 1), 1.01 * 0.8);
  EXPECT_DOUBLE_EQ(ChooseThreshold(made, {}, 0), 1.01 * 0.8);
}

class CalibrateDuplicatesTest : public testing::Test {
 protected:
  CalibrateDuplicatesTest() : surroundings_(testing::TempDir() + "/duplicate_calibration") {
    for (const FaceShot& shot : StillAlbum(3, 2, 5, {})) {
      Add(static_cast<size_t>(shot.person), RenderShot(shot, SceneStyle(), kSide));
    }
    options_.side_px = kSide;
    vocabulary_ = LearnVladVocabulary(surroundings_.context, All(), {16, 8, 1}, kSide, {}).value();
  }

  void Add(size_t person, const Image& image) {
    ManifestImage row;
    row.id = static_cast<int64_t>(images_.size()) + 1;
    row.path = absl::StrCat(row.id, ".png");
    cv::imwrite(absl::StrCat(surroundings_.context.image_folder, "/", row.path), View(image));
    images_.push_back(image);
    people_[person].push_back(row);
  }

  std::vector<ManifestImage> All() const {
    std::vector<ManifestImage> all = people_[0];
    all.insert(all.end(), people_[1].begin(), people_[1].end());
    return all;
  }

  absl::StatusOr<DuplicateCalibration> Calibrate(
      double max_false = 0, const std::function<bool(int64_t)>& go_on = {}) const {
    return CalibrateDuplicates(surroundings_.context, vocabulary_, options_, people_, max_false,
                               go_on);
  }

  // Of all pairs of one person, ascending.
  std::vector<double> Distances(const std::vector<std::vector<size_t>>& people) const {
    std::vector<double> distances;
    for (const std::vector<size_t>& images : people) {
      for (const size_t a : images) {
        for (const size_t b : images) {
          if (a < b) distances.push_back(cv::norm(Vlad(a), Vlad(b)));
        }
      }
    }
    std::sort(distances.begin(), distances.end());
    return distances;
  }
  cv::Mat Vlad(size_t i) const {
    return ImageVlad(vocabulary_, GreyOfArea(images_[i], kSide)).value();
  }

  CuratorSurroundings surroundings_;
  DuplicateSearchOptions options_;
  VladVocabulary vocabulary_;
  std::vector<Image> images_;
  std::vector<std::vector<ManifestImage>> people_{2};
};

TEST_F(CalibrateDuplicatesTest, MakesEachKindAndComparesPairsOfAPerson) {
  const auto found = Calibrate(0.1);
  ASSERT_TRUE(found.ok()) << found.status();
  std::map<std::string, int> made;
  for (const MadeDuplicate& each : found->made) {
    ++made[each.change];
    EXPECT_LT(each.distance, 1.2) << each.change;  // of unit vectors: at most 2
    EXPECT_GE(each.agreement, options_.min_agreement) << each.change;
  }
  EXPECT_EQ(made, (std::map<std::string, int>{{"cropped", 2},
                                              {"resized", 2},
                                              {"recoloured", 2},
                                              {"captioned", 2},
                                              {"recompressed", 2},
                                              {"mixed", 10}}));
  EXPECT_EQ(found->copies, 0);
  EXPECT_EQ(found->distinct, Distances({{0, 1, 2, 3, 4}, {5, 6, 7, 8, 9}}));
  EXPECT_EQ(found->threshold, found->distinct[2]);  // a tenth of 20 pairs
}

TEST_F(CalibrateDuplicatesTest, CopiesInTheCollectionAreNoDistinctPairs) {
  Add(0, images_[0]);
  const auto found = Calibrate();
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(found->copies, 1);
  EXPECT_EQ(found->distinct.size(), 14u + 10u);
  EXPECT_GT(found->threshold, 0);
}

TEST_F(CalibrateDuplicatesTest, WhatCannotBeReadIsLeftOut) {
  people_[1][0].path = "lost.png";
  const auto found = Calibrate();
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(found->made.size(), 18u);
  EXPECT_EQ(found->distinct.size(), 10u + 6u);
  for (auto& person : people_) {
    for (ManifestImage& image : person) image.path = "lost.png";
  }
  EXPECT_THAT(std::string(Calibrate().status().message()),
              HasSubstr("none of the 10 images drawn can be read"));
}

TEST_F(CalibrateDuplicatesTest, Stops) {
  EXPECT_TRUE(absl::IsCancelled(Calibrate(0, [](int64_t) { return false; }).status()));
}

}  // namespace
}  // namespace facet
