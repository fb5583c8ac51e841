// Rendered faces with landmarks, for the tests of aligners that learn.
#ifndef FACET_PLUGINS_ALIGNERS_ALIGNER_TESTING_H_
#define FACET_PLUGINS_ALIGNERS_ALIGNER_TESTING_H_

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "core/api/aligner.h"
#include "core/base/file.h"
#include "gtest/gtest.h"
#include "plugins/rendered_faces/album.h"

namespace facet {

// `size` people, one photograph each, with points9 and canonical boxes (as the data set `synthetic`
// makes them).
class RenderedExamples final : public LandmarkExamples {
 public:
  RenderedExamples(uint64_t seed, int64_t size) : shots_(StillAlbum(seed, size, 1, {})) {
    style_.yaw_sigma_deg = 8;
    style_.occlusion = 0;
  }

  int64_t size() const override { return static_cast<int64_t>(shots_.size()); }

  absl::StatusOr<LandmarkExample> Get(int64_t index) const override {
    const FaceShot& shot = shots_[static_cast<size_t>(index)];
    const FaceTruth truth = LocateShot(shot, style_, kSidePx);
    LandmarkExample example;
    example.image = RenderShot(shot, style_, kSidePx);
    example.face.box = ApplyConvention({1.05, 0.0, -0.16, true}, truth.box);
    example.face.pose = Pose::kFrontal;
    example.landmarks.scheme = LandmarkScheme::kPoints9;
    example.landmarks.points.assign(truth.landmarks.begin(), truth.landmarks.end());
    return example;
  }

 private:
  static constexpr int kSidePx = 160;
  SceneStyle style_;
  std::vector<FaceShot> shots_;
};

// The same faces in the boxes of another detector.
class OtherBoxes final : public LandmarkExamples {
 public:
  OtherBoxes(const LandmarkExamples& examples, const BoxConvention& other)
      : examples_(examples), other_(other) {}

  int64_t size() const override { return examples_.size(); }
  absl::StatusOr<LandmarkExample> Get(int64_t index) const override {
    FACET_ASSIGN_OR_RETURN(LandmarkExample example, examples_.Get(index));
    example.face.box = ApplyConvention(other_, example.face.box);
    return example;
  }

 private:
  const LandmarkExamples& examples_;
  const BoxConvention other_;
};

// Mean over faces of the points9 error in distances of the outer eye corners; of `aligner`, and of
// the mean of `training`'s landmarks in their boxes.
struct MeanErrors {
  double aligner = 0.0, mean_shape = 0.0;
};
inline MeanErrors ErrorsOn(const LandmarkExamples& test, const LandmarkExamples& training,
                           Aligner& aligner) {
  std::vector<Point> mean(9);
  const auto count = static_cast<double>(training.size());
  for (int64_t i = 0; i < training.size(); ++i) {
    const LandmarkExample example = training.Get(i).value();
    const Landmarks nine = ConvertLandmarks(example.landmarks, LandmarkScheme::kPoints9).value();
    const Box& box = example.face.box;
    for (size_t k = 0; k < 9; ++k) {
      mean[k].x += (nine.points[k].x - box.x) / box.width / count;
      mean[k].y += (nine.points[k].y - box.y) / box.height / count;
    }
  }
  MeanErrors errors;
  for (int64_t i = 0; i < test.size(); ++i) {
    const LandmarkExample example = test.Get(i).value();
    const std::vector<Point> truth =
        ConvertLandmarks(example.landmarks, LandmarkScheme::kPoints9)->points;
    const Alignment alignment = aligner.Align(example.image, example.face).value();
    const std::vector<Point> found =
        ConvertLandmarks(alignment.landmarks, LandmarkScheme::kPoints9).value().points;
    const Box& box = example.face.box;
    const double length = std::hypot(truth[3].x - truth[0].x, truth[3].y - truth[0].y) * 9 *
                          static_cast<double>(test.size());
    for (size_t k = 0; k < 9; ++k) {
      errors.aligner += std::hypot(found[k].x - truth[k].x, found[k].y - truth[k].y) / length;
      errors.mean_shape += std::hypot(box.x + mean[k].x * box.width - truth[k].x,
                                      box.y + mean[k].y * box.height - truth[k].y) /
                           length;
    }
  }
  return errors;
}

inline std::string TestFile(const std::string& name) { return testing::TempDir() + "/" + name; }

// Mean points9 errors in boxes that are larger by a sixth and lower by 0.06 than those of the
// training, or smaller and higher: of a model that was trained on drawn boxes as well, and of one
// that was not. `options`: JSON without its braces.
struct OtherBoxErrors {
  double drawn = 0.0, as_they_are = 0.0;
};
template <class Make>
OtherBoxErrors ErrorsInOtherBoxes(const Make& make, const std::string& options,
                                  const std::string& path) {
  const RenderedExamples training(1, 60), test(2, 25);
  const auto error = [&](const std::string& all_options) {
    const auto aligner = make("{" + all_options + "}");
    EXPECT_TRUE(aligner->Train(training, {}, path).ok());
    EXPECT_TRUE(aligner->LoadModel(path).ok());
    double sum = 0.0;
    for (const BoxConvention& other :
         {BoxConvention{1.17, 0.0, 0.06, true}, BoxConvention{0.85, 0.0, -0.06, true}}) {
      sum += ErrorsOn(OtherBoxes(test, other), training, *aligner).aligner / 2;
    }
    return sum;
  };
  return {error(options), error(options + R"(, "box_scale_spread": 0, "box_shift_spread": 0)")};
}

// The bytes of the model of one training.
inline std::string TrainedBytes(Aligner& aligner, const LandmarkExamples& examples, uint64_t seed,
                                const std::string& path) {
  TrainingContext context;
  context.seed = seed;
  const absl::Status status = aligner.Train(examples, context, path);
  EXPECT_TRUE(status.ok()) << status;
  return ReadFile(path).value_or("");
}

}  // namespace facet

#endif  // FACET_PLUGINS_ALIGNERS_ALIGNER_TESTING_H_
