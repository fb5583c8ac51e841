// Against Pillow 13.0.0, which brings its own libjpeg-turbo.
#include <cstdlib>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "plugins/augmentations/augmentation_testing.h"

namespace facet {
namespace {

double Error(const Image& a, const Image& b) {
  double sum = 0;
  for (size_t i = 0; i < a.bgr.size(); ++i) sum += std::abs(a.bgr[i] - b.bgr[i]);
  return sum / static_cast<double>(a.bgr.size());
}

// The diagonal of the pattern of 16 x 16 px.
void ExpectDiagonal(const std::string& options, const int (&expected)[16][3]) {
  const Image read = Changed(options, Pattern(16, 16), 1);
  for (int i = 0; i < 16; ++i) {
    for (int c = 0; c < 3; ++c) {
      // Releases of libjpeg-turbo may round the chroma's upsampling otherwise.
      EXPECT_NEAR(read.Pixel(i, i)[c], expected[i][c], 2) << i << " " << c;
    }
  }
}

TEST(Jpeg, AsInPillow) {
  // Image.fromarray(pattern as RGB).save(file, "JPEG", quality=q), read again, as B, G, R.
  ExpectDiagonal(R"({"probability": 1, "quality_min": 30, "quality_max": 30})", {{68, 104, 98},
                                                                                 {140, 174, 168},
                                                                                 {125, 152, 148},
                                                                                 {47, 68, 65},
                                                                                 {197, 208, 206},
                                                                                 {114, 116, 116},
                                                                                 {194, 189, 190},
                                                                                 {82, 71, 73},
                                                                                 {150, 133, 136},
                                                                                 {141, 122, 125},
                                                                                 {53, 34, 37},
                                                                                 {101, 84, 87},
                                                                                 {180, 166, 168},
                                                                                 {101, 90, 92},
                                                                                 {72, 61, 63},
                                                                                 {193, 185, 186}});
  ExpectDiagonal(R"({"probability": 1, "quality_min": 90, "quality_max": 90})", {{0, 68, 135},
                                                                                 {94, 158, 176},
                                                                                 {167, 169, 157},
                                                                                 {92, 83, 93},
                                                                                 {185, 202, 189},
                                                                                 {82, 87, 88},
                                                                                 {168, 181, 167},
                                                                                 {95, 98, 73},
                                                                                 {158, 126, 131},
                                                                                 {124, 116, 103},
                                                                                 {25, 61, 55},
                                                                                 {111, 123, 127},
                                                                                 {140, 139, 111},
                                                                                 {116, 111, 90},
                                                                                 {57, 42, 63},
                                                                                 {166, 153, 177}});
}

TEST(Jpeg, EveryQualityOfItsRangeAndNoOther) {
  const Image image = Pattern(24, 17);
  std::vector<Image> made;
  for (int quality = 40; quality <= 43; ++quality) {
    const std::string q = std::to_string(quality);
    made.push_back(Changed(
        R"({"probability": 1, "quality_min": )" + q + R"(, "quality_max": )" + q + "}", image, 1));
  }
  std::vector<int> counts(made.size(), 0);
  for (uint64_t seed = 0; seed < 100; ++seed) {
    const Image one =
        Changed(R"({"probability": 1, "quality_min": 40, "quality_max": 43})", image, seed);
    bool found = false;
    for (size_t i = 0; i < made.size(); ++i) {
      if (one.bgr != made[i].bgr) continue;
      found = true;
      ++counts[i];
    }
    EXPECT_TRUE(found) << seed;
  }
  for (const int count : counts) EXPECT_NEAR(count, 25, 18);  // binomial: deviation 4.3; 4 of them
}

TEST(Jpeg, ALowerQualityIsFurtherAway) {
  const Image image = Pattern(24, 24);
  const auto at = [&](const char* q) {
    return Error(image, Changed(std::string(R"({"probability": 1, "quality_min": )") + q +
                                    R"(, "quality_max": )" + q + "}",
                                image, 1));
  };
  EXPECT_GT(at("10"), at("50"));
  EXPECT_GT(at("50"), at("95"));
}

TEST(Jpeg, RefusesAnEmptyRange) {
  EXPECT_EQ(MakeComponent<Augmentation>(R"({"quality_max": 20})").status(),
            absl::InvalidArgumentError(
                "quality_min = 30 is above quality_max = 20; it may be at most that"));
}

}  // namespace
}  // namespace facet
