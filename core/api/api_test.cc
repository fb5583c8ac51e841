#include <stdexcept>

#include "core/api/aligner.h"
#include "core/api/detector.h"
#include "core/api/geometry.h"
#include "core/api/guard.h"
#include "core/api/options.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

// LibTorch 1.13's words and those of 2.7, of an allocation that fails.
TEST(Guard, AnAllocatorsExceptionIsALackOfMemory) {
  for (const char* words :
       {"[enforce fail at alloc_cpu.cpp:75] err == 0. DefaultCPUAllocator: can't allocate memory: "
        "you tried to allocate 640000000000 bytes. Error code 12 (Cannot allocate memory)",
        "[enforce fail at alloc_cpu.cpp:119] err == 0. DefaultCPUAllocator: can't allocate memory: "
        "you tried to allocate 640000000000 bytes. Error code 12 (Cannot allocate memory)\n"}) {
    const absl::Status status =
        Guard("vgg", [&]() -> absl::Status { throw std::runtime_error(words); });
    EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
    EXPECT_EQ(status.message(), "vgg: out of memory: it asked for 596.0 GiB at once");
  }
  const absl::Status other =
      Guard("vgg", []() -> absl::Status { throw std::runtime_error("you tried to allocate it"); });
  EXPECT_EQ(other.message(), "vgg: exception: you tried to allocate it");
}

struct Example {
  double margin = 0.2;
  int64_t count = 3;
  std::string mode = "a";
  std::vector<double> rates = {0.1};
  void Visit(OptionVisitor& v) {
    v("margin", margin, AboveUpTo(0, 2), "margin [1]");
    v("count", count, AtLeast(1), "count");
    v("mode", mode, OneOf({"a", "b"}), "mode");
    v("rates", rates, Above(0), "rates");
  }
};

std::string Problem(const std::string& json) {
  return std::string(ReadOptions<Example>(json).status().message());
}

TEST(Options, ReadsWhatIsGivenAndKeepsDefaults) {
  const Example read = ReadOptions<Example>(R"({"margin": 1, "rates": [1, 0.5]})").value();
  EXPECT_EQ(read.margin, 1.0);
  EXPECT_EQ(read.count, 3);
  EXPECT_EQ(read.rates, (std::vector<double>{1, 0.5}));
}

TEST(Options, ProblemsNameTheOptionAndAreAllReported) {
  EXPECT_NE(Problem(R"({"margin": 0})").find("margin: 0 is outside (0, 2]"), std::string::npos);
  EXPECT_NE(Problem(R"({"magrin": 1})").find("did you mean margin"), std::string::npos);
  EXPECT_NE(Problem(R"({"mode": "c"})").find("\"c\" is not one of a, b"), std::string::npos);
  EXPECT_NE(Problem(R"({"count": 1.5})").find("count must be of type int"), std::string::npos);
  EXPECT_NE(Problem(R"({"rates": [0.1, -1]})").find("rates: -1"), std::string::npos);
  const std::string both = Problem(R"({"count": 0, "mode": 1})");
  EXPECT_NE(both.find("count"), std::string::npos);
  EXPECT_NE(both.find("mode"), std::string::npos);
  EXPECT_FALSE(ReadOptions<Example>("[1]").ok());
}

TEST(Options, SchemaCarriesDefaultsAndConstraints) {
  EXPECT_EQ(
      SchemaOf<Example>().substr(0, 107),
      R"([{"default":0.2,"doc":"margin [1]","max":2.0,"min":0.0,"min_open":true,"name":"margin","type":"float"},{"de)");
}

TEST(Geometry, InverseAndCompositionOfAffineMaps) {
  const Affine map = {{2, 1, 3, -1, 4, 5}};
  const Point there = map({7, -2});
  const Point back = map.Inverse()(there);
  EXPECT_NEAR(back.x, 7, 1e-12);
  EXPECT_NEAR(back.y, -2, 1e-12);
  const Point composed = Affine::Scale(3).After(map)({7, -2});
  EXPECT_DOUBLE_EQ(composed.x, 3 * there.x);
  EXPECT_DOUBLE_EQ(composed.y, 3 * there.y);
}

TEST(Geometry, LandmarksConvertDownwardsOnly) {
  Landmarks nine{
      LandmarkScheme::kPoints9,
      {{0, 0}, {9, 0}, {19, 0}, {28, 0}, {10, 12}, {15, 12}, {20, 12}, {7, 19}, {23, 19}}};
  const Landmarks eyes = ConvertLandmarks(nine, LandmarkScheme::kEyes2).value();
  ASSERT_EQ(eyes.points.size(), 2u);
  EXPECT_EQ(eyes.points[0].x, 4.5);
  EXPECT_EQ(eyes.points[1].x, 23.5);
  const absl::Status upward = ConvertLandmarks(eyes, LandmarkScheme::kPoints5).status();
  EXPECT_EQ(upward.message(), "landmarks points5 cannot be made from eyes2");
  nine.points.pop_back();
  EXPECT_FALSE(ConvertLandmarks(nine, LandmarkScheme::kEyes2).ok());
}

TEST(Geometry, Overlap) {
  EXPECT_DOUBLE_EQ(IntersectionOverUnion({0, 0, 2, 2}, {1, 0, 2, 2}), 1.0 / 3.0);
  EXPECT_EQ(IntersectionOverUnion({0, 0, 2, 2}, {2, 0, 2, 2}), 0.0);
}

TEST(Detector, ConventionSquaresShiftsAndScales) {
  const Box box = ApplyConvention({2.0, 0.0, 0.25, true}, {10, 20, 4, 8});
  EXPECT_DOUBLE_EQ(box.width, 12);  // 2 * (4 + 8) / 2
  EXPECT_DOUBLE_EQ(box.height, 12);
  EXPECT_DOUBLE_EQ(box.Centre().x, 12);
  EXPECT_DOUBLE_EQ(box.Centre().y, 26);  // 24 + 0.25 * 8
}

TEST(Aligner, CropOfBoxMapsCornersAndKeepsAspect) {
  const Alignment crop = CropOfBox({10, 20, 40, 80}, 1.5);
  EXPECT_DOUBLE_EQ(crop.aspect, 0.5);
  const Point corner = crop.crop_from_image({30 - 30, 60 - 60});
  EXPECT_NEAR(corner.x, 0, 1e-12);
  EXPECT_NEAR(corner.y, 0, 1e-12);
  const Point opposite = crop.crop_from_image({30 + 30, 60 + 60});
  EXPECT_NEAR(opposite.x, 1, 1e-12);
  EXPECT_NEAR(opposite.y, 2, 1e-12);
}

}  // namespace
}  // namespace facet
