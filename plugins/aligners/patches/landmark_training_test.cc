#include "plugins/aligners/patches/landmark_training.h"

#include <atomic>
#include <stdexcept>
#include <vector>

#include "core/api/landmark_mirror.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class Numbered final : public LandmarkExamples {
 public:
  explicit Numbered(int64_t size) : size_(size) {}
  int64_t size() const override { return size_; }
  absl::StatusOr<LandmarkExample> Get(int64_t index) const override {
    if (index == 77) return absl::NotFoundError("gone");
    LandmarkExample example;
    example.face.score = static_cast<double>(index);
    return example;
  }

 private:
  const int64_t size_;
};

std::vector<double> Visited(int64_t size, int64_t limit) {
  std::vector<double> visited;
  EXPECT_TRUE(VisitExamples(Numbered(size), {}, limit, [&](const LandmarkExample& example) {
                visited.push_back(example.face.score);
                return absl::OkStatus();
              }).ok());
  return visited;
}

TEST(LandmarkTraining, VisitsAllOrAtEqualSteps) {
  EXPECT_THAT(Visited(4, 0), ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(Visited(4, 9), ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(Visited(10, 4), ElementsAre(0, 2, 5, 7));
  EXPECT_TRUE(Visited(0, 4).empty());
}

TEST(LandmarkTraining, OneSchemeForAllExamplesAndNineOfItsPointsOrMore) {
  LandmarkScheme scheme = LandmarkScheme::kNone;
  const Landmarks nine{LandmarkScheme::kPoints9, std::vector<Point>(9)};
  const Landmarks many{LandmarkScheme::kPoints68, std::vector<Point>(68)};
  const Landmarks five{LandmarkScheme::kPoints5, std::vector<Point>(5)};
  EXPECT_EQ(TakeScheme(five, &scheme).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(TakeScheme(nine, &scheme).ok());
  EXPECT_TRUE(TakeScheme(nine, &scheme).ok());
  EXPECT_EQ(scheme, LandmarkScheme::kPoints9);
  EXPECT_EQ(std::string(TakeScheme(many, &scheme).message()),
            "examples with 9 and with 68 landmarks");
}

TEST(LandmarkTraining, ErrorsAndStopsEndTheVisit) {
  const auto ok = [](const LandmarkExample&) { return absl::OkStatus(); };
  EXPECT_THAT(std::string(VisitExamples(Numbered(80), {}, 0, ok).message()),
              HasSubstr("landmark example 77: gone"));
  TrainingContext context;
  context.progress = [](int64_t done, int64_t, const std::string&) { return done < 3; };
  EXPECT_EQ(VisitExamples(Numbered(9), context, 0, ok).code(), absl::StatusCode::kCancelled);
}

TEST(LandmarkTraining, ThreadsDoAllTheWorkOnce) {
  for (const int threads : {1, 3, 50}) {
    TrainingContext context;
    context.threads = threads;
    int64_t told = -1;
    context.progress = [&](int64_t done, int64_t total, const std::string& unit) {
      told = done;
      return total == 20 && unit == "parts";
    };
    std::vector<std::atomic<int>> calls(20);
    EXPECT_TRUE(ParallelWork(context, 20, "parts", [&](int64_t i) { ++calls[i]; }).ok());
    for (const auto& count : calls) EXPECT_EQ(count, 1);
    EXPECT_EQ(told, 20);
  }
}

TEST(LandmarkTraining, AStopAndAnExceptionEndTheWork) {
  TrainingContext context;
  context.progress = [](int64_t, int64_t, const std::string&) { return false; };
  EXPECT_EQ(ParallelWork(context, 5, "parts", [](int64_t) {}).code(), absl::StatusCode::kCancelled);
  EXPECT_THROW(
      ParallelWork({}, 5, "parts", [](int64_t) { throw std::runtime_error("no"); }).IgnoreError(),
      std::runtime_error);
}

TEST(LandmarkMirror, TwiceIsTheSameAndLeftStaysLeft) {
  for (const LandmarkScheme scheme : {LandmarkScheme::kEyes2, LandmarkScheme::kPoints5,
                                      LandmarkScheme::kPoints9, LandmarkScheme::kPoints68}) {
    Landmarks landmarks{scheme, {}};
    for (int i = 0; i < NumPoints(scheme); ++i) landmarks.points.push_back({1.0 * i, 2.0 * i});
    const Landmarks once = MirrorLandmarks(landmarks, 100);
    const Landmarks twice = MirrorLandmarks(once, 100);
    ASSERT_EQ(once.points.size(), landmarks.points.size());
    for (size_t i = 0; i < landmarks.points.size(); ++i) {
      EXPECT_EQ(twice.points[i].x, landmarks.points[i].x);
      EXPECT_EQ(twice.points[i].y, landmarks.points[i].y);
    }
  }
  // Converting and mirroring commute: the tables of 68 and of 9 points say the same.
  Landmarks many{LandmarkScheme::kPoints68, {}};
  for (int i = 0; i < 68; ++i) many.points.push_back({1.0 * i, 3.0 * i});
  const auto nine = [](const Landmarks& l) {
    return ConvertLandmarks(l, LandmarkScheme::kPoints9).value();
  };
  const Landmarks a = nine(MirrorLandmarks(many, 50)), b = MirrorLandmarks(nine(many), 50);
  for (size_t i = 0; i < 9; ++i) EXPECT_EQ(a.points[i].y, b.points[i].y);
}

}  // namespace
}  // namespace facet
