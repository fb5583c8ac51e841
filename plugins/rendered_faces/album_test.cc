#include "plugins/rendered_faces/album.h"

#include <cmath>
#include <map>
#include <set>

#include "gtest/gtest.h"
#include "plugins/rendered_faces/random.h"

namespace facet {
namespace {

TEST(Duplicates, ChangesHappenAtTheStatedRates) {
  const DuplicateRates rates{0.4, 0.5, 0.3, 0.2};
  int crops = 0, resizes = 0, recolors = 0, captions = 0;
  constexpr int kCount = 2000;
  for (uint64_t i = 0; i < kCount; ++i) {
    const DuplicatePlan plan = DrawDuplicate(i, 200, 200, {70, 70, 50, 60}, rates);
    crops += plan.crop_width < 200 || plan.crop_height < 200;
    resizes += plan.width != plan.crop_width;
    recolors += plan.gamma != 1;
    captions += plan.caption_px > 0;
  }
  // Four standard errors of 2000 draws are at most 0.045; a drawn scale may round to no change.
  EXPECT_NEAR(crops / double{kCount}, rates.crop, 0.045);
  EXPECT_NEAR(resizes / double{kCount}, rates.resize, 0.045);
  EXPECT_NEAR(recolors / double{kCount}, rates.recolor, 0.045);
  EXPECT_NEAR(captions / double{kCount}, rates.caption, 0.045);
}

TEST(Duplicates, TheFaceStaysInThePictureAndTheTruthFollows) {
  const RenderedFace face = RenderFace(DrawIdentity(2), DrawScene(3, {}), 160);
  for (uint64_t i = 0; i < 40; ++i) {
    const DuplicatePlan plan = DrawDuplicate(i, 160, 160, face.truth.box, {1, 1, 0, 0.5});
    const Image image = ApplyDuplicate(plan, face.image);
    const FaceTruth truth = ApplyDuplicate(plan, face.truth);
    EXPECT_EQ(image.width, plan.width);
    EXPECT_EQ(image.height, plan.height + plan.caption_px);
    EXPECT_GE(truth.box.x, -0.5);
    EXPECT_LE(truth.box.x + truth.box.width, image.width);
    // The same place shows the same grey: mean over the box, before and after.
    const auto mean = [](const Image& picture, const Box& box) {
      double sum = 0, count = 0;
      for (int y = static_cast<int>(box.y); y < box.y + box.height && y < picture.height; ++y) {
        for (int x = static_cast<int>(box.x); x < box.x + box.width && x < picture.width; ++x) {
          sum += picture.Pixel(x, y)[1];
          ++count;
        }
      }
      return sum / count;
    };
    EXPECT_NEAR(mean(image, truth.box), mean(face.image, face.truth.box), 4);
  }
}

TEST(Album, CleanPhotographsDoNotDependOnTheNoise) {
  const std::vector<FaceShot> clean = StillAlbum(5, 4, 10, {});
  const std::vector<FaceShot> noisy = StillAlbum(5, 4, 10, {10, 0.2, 0.1});
  ASSERT_EQ(clean.size(), 40u);
  ASSERT_EQ(noisy.size(), 80u);
  for (size_t person = 0; person < 4; ++person) {
    int wrong = 0, repeated = 0;
    for (size_t i = 0; i < 20; ++i) {
      const FaceShot& shot = noisy[person * 20 + i];
      EXPECT_EQ(shot.curated, i < 10);
      if (i < 10) {
        EXPECT_EQ(shot.identity_seed, clean[person * 10 + i].identity_seed);
        EXPECT_EQ(shot.scene_seed, clean[person * 10 + i].scene_seed);
      }
      EXPECT_EQ(shot.mislabelled, shot.identity_seed != clean[person * 10].identity_seed);
      wrong += shot.mislabelled;
      repeated += shot.duplicate_seed.has_value();
    }
    EXPECT_EQ(wrong, 4);
    EXPECT_EQ(repeated, 2);
  }
}

TEST(Album, NearDuplicatesRepeatACleanPhotographOfTheSameName) {
  std::set<uint64_t> clean;
  for (const FaceShot& shot : StillAlbum(6, 3, 8, {8, 0, 0.5})) {
    if (shot.curated) {
      clean.insert(shot.scene_seed);
    } else if (shot.duplicate_seed) {
      EXPECT_EQ(clean.count(shot.scene_seed), 1u);
    }
  }
}

TEST(Album, WrongPhotographsRankLowerOnAverage) {
  double wrong = 0, right = 0, num_wrong = 0, num_right = 0;
  for (const FaceShot& shot : StillAlbum(7, 50, 15, {15, 0.2, 0})) {
    (shot.mislabelled ? wrong : right) += static_cast<double>(shot.rank);
    ++(shot.mislabelled ? num_wrong : num_right);
  }
  EXPECT_GT(wrong / num_wrong, right / num_right + 2);
}

TEST(Album, VideosDriftSmoothlyAndKeepTheirBackground) {
  const std::vector<FaceShot> shots = VideoAlbum(8, 2, 1, 30);
  ASSERT_EQ(shots.size(), 60u);
  double largest_step = 0, range_low = 1e9, range_high = -1e9;
  for (size_t i = 1; i < 30; ++i) {
    const FaceScene before = SceneOf(shots[i - 1], {}), after = SceneOf(shots[i], {});
    EXPECT_EQ(before.background_seed, after.background_seed);
    EXPECT_EQ(before.light_direction, after.light_direction);
    EXPECT_NE(before.seed, after.seed);  // grain differs
    largest_step = std::max(largest_step, std::abs(double{after.yaw_rad} - before.yaw_rad));
    range_low = std::min(range_low, double{after.yaw_rad});
    range_high = std::max(range_high, double{after.yaw_rad});
  }
  EXPECT_GT(range_high - range_low, 3 * largest_step);
  EXPECT_LT(largest_step, 0.15);
}

TEST(FoldPairs, RefuseWhatAFoldCannotGive) {
  EXPECT_TRUE(DrawFoldPairs(1, 20, 3, 10, 6).ok());
  const auto too_many = DrawFoldPairs(1, 20, 3, 10, 7);
  EXPECT_EQ(too_many.status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace facet
