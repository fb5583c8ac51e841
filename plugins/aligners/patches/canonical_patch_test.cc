#include "plugins/aligners/patches/canonical_patch.h"

#include <cmath>
#include <limits>

#include "gtest/gtest.h"

namespace facet {
namespace {

constexpr PatchSize kSize = {20, 5};

Image Ramp(int width, int height, double slope) {
  Image image(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (int c = 0; c < 3; ++c) image.Pixel(x, y)[c] = static_cast<uint8_t>(20 + slope * x);
    }
  }
  return image;
}

TEST(CanonicalPatch, AtScaleOneItIsThePixelsThemselves) {
  const Image image = Ramp(60, 60, 3);
  // Covers the pixels 10 .. 29 both ways (geometry.h).
  const CanonicalPatch patch = CutCanonicalPatch(image, {9.5, 9.5, 20, 20}, kSize).value();
  ASSERT_EQ(patch.grey.cols, 30);
  for (int x = 0; x < 30; ++x) {
    EXPECT_EQ(patch.grey.at<uint8_t>(7, x), image.Pixel(x + 5, 12)[0]);
    EXPECT_NEAR(patch.patch_from_image({x + 5.0, 12}).x, x, 1e-12);
  }
}

TEST(CanonicalPatch, LargeAndSmallFacesLookTheSame) {
  // A ramp stays a ramp under any smoothing and sampling: grey levels say where a pixel came from.
  const CanonicalPatch large =
      CutCanonicalPatch(Ramp(400, 400, 0.5), {99.5, 99.5, 200, 200}, kSize).value();
  const CanonicalPatch small =
      CutCanonicalPatch(Ramp(40, 40, 5), {9.5, 9.5, 20, 20}, kSize).value();
  for (int x = 2; x < 28; ++x) {
    // Half a pixel of the large one against its ten, and two roundings.
    EXPECT_NEAR(large.grey.at<uint8_t>(15, x), small.grey.at<uint8_t>(15, x), 4);
    const Point from = large.patch_from_image.Inverse()({static_cast<double>(x), 15});
    EXPECT_NEAR(large.grey.at<uint8_t>(15, x), 20 + 0.5 * from.x, 1.5);
  }
}

TEST(CanonicalPatch, BordersAreRepeatedAndBoxesMadeSquare) {
  const Image image = Ramp(30, 30, 4);
  const CanonicalPatch patch = CutCanonicalPatch(image, {-25, 5, 24, 16}, kSize).value();
  EXPECT_EQ(patch.grey.at<uint8_t>(15, 0), 20);
  EXPECT_EQ(patch.grey.rows, 30);
  EXPECT_NEAR(patch.patch_from_image.m[0], 1.0, 1e-12);
  const CanonicalPatch away = CutCanonicalPatch(image, {5000, -9000, 20, 20}, kSize).value();
  EXPECT_EQ(away.grey.at<uint8_t>(15, 15), image.Pixel(29, 0)[0]);
}

TEST(CanonicalPatch, EmptyBoxesAndImagesAreRefused) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_FALSE(CutCanonicalPatch(Ramp(9, 9, 1), {1, 1, 0, 0}, kSize).ok());
  EXPECT_FALSE(CutCanonicalPatch(Ramp(9, 9, 1), {1, nan, 5, 5}, kSize).ok());
  EXPECT_FALSE(CutCanonicalPatch(Ramp(9, 9, 1), {1, 1, nan, 5}, kSize).ok());
  EXPECT_FALSE(CutCanonicalPatch(Image(), {1, 1, 5, 5}, kSize).ok());
}

}  // namespace
}  // namespace facet
