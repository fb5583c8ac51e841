#include "core/api/aligner.h"
#include "gtest/gtest.h"
#include "plugins/plugin_testing.h"

namespace facet {
namespace {

TEST(None, ExtendsTheBoxAndKeepsItsAspect) {
  Face face;
  face.box = {10, 20, 40, 60};
  face.score = 3;
  const auto none = MakeComponent<Aligner>(R"({"extend": 1.5})").value();
  const Alignment alignment = none->Align(Image(100, 100), face).value();
  EXPECT_FALSE(alignment.aligned);
  EXPECT_EQ(alignment.confidence, 3);
  EXPECT_DOUBLE_EQ(alignment.aspect, 40.0 / 60.0);
  // 60 x 90 px about (30, 50): the shorter side is the unit.
  const Point corner = alignment.crop_from_image({0, 5});
  EXPECT_NEAR(corner.x, 0, 1e-12);
  EXPECT_NEAR(corner.y, 0, 1e-12);
  const Point opposite = alignment.crop_from_image({60, 95});
  EXPECT_NEAR(opposite.x, 1, 1e-12);
  EXPECT_NEAR(opposite.y, 1.5, 1e-12);
}

TEST(None, DefaultIsTheReleasesTenPercent) {
  Face face;
  face.box = {0, 0, 100, 100};
  const auto none = MakeComponent<Aligner>().value();
  const Alignment alignment = none->Align(Image(100, 100), face).value();
  EXPECT_NEAR(alignment.crop_from_image({-5, 50}).x, 0, 1e-12);
}

}  // namespace
}  // namespace facet
