// Detectors that load and run, each with one thing wrong.
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "core/api/detector.h"

namespace facet {
namespace {

Face Square(double x, double score) {
  Face face;
  face.box = {x, 10, 20, 20};
  face.score = score;
  return face;
}

struct Wrong : Detector {
  explicit Wrong(const NoOptions&) {}
};

struct WeakestFirst final : Wrong {
  using Wrong::Wrong;
  absl::StatusOr<std::vector<Face>> Detect(const Image&, const Sample&) override {
    return std::vector<Face>{Square(0, 0.5), Square(30, 0.9)};
  }
};

// Faster where the face has not moved far: the last box is where the search begins.
struct TracksFaces final : Wrong {
  using Wrong::Wrong;
  absl::StatusOr<std::vector<Face>> Detect(const Image& image, const Sample&) override {
    last_x_ = (last_x_ + image.width) / 2;
    return std::vector<Face>{Square(last_x_, 1)};
  }
  double last_x_ = 0;
};

// The whole process shares a counter.
struct CountsInstances final : Detector {
  explicit CountsInstances(const NoOptions&) : number_(++count_) {}
  absl::StatusOr<std::vector<Face>> Detect(const Image&, const Sample&) override {
    return std::vector<Face>{Square(number_, 1)};
  }
  inline static int count_ = 0;
  const int number_;
};

struct FailsOnSmallImages final : Wrong {
  using Wrong::Wrong;
  absl::StatusOr<std::vector<Face>> Detect(const Image& image, const Sample&) override {
    if (image.width < 10) return absl::InvalidArgumentError("the image is too small");
    return std::vector<Face>();
  }
};

struct DividesByZero final : Wrong {
  using Wrong::Wrong;
  absl::StatusOr<std::vector<Face>> Detect(const Image&, const Sample&) override {
    return std::vector<Face>{Square(0, std::nan(""))};
  }
};

struct EmptyBoxes final : Wrong {
  using Wrong::Wrong;
  absl::StatusOr<std::vector<Face>> Detect(const Image&, const Sample&) override {
    std::vector<Face> faces = {Square(0, 1)};
    faces[0].box.height = 0;
    return faces;
  }
};

struct FourPoints final : Wrong {
  using Wrong::Wrong;
  absl::StatusOr<std::vector<Face>> Detect(const Image&, const Sample&) override {
    std::vector<Face> faces = {Square(0, 1)};
    faces[0].landmarks = {LandmarkScheme::kPoints5, std::vector<Point>(4)};
    return faces;
  }
};

struct LostPoint final : Wrong {
  using Wrong::Wrong;
  absl::StatusOr<std::vector<Face>> Detect(const Image&, const Sample&) override {
    std::vector<Face> faces = {Square(0, 1)};
    faces[0].landmarks = {LandmarkScheme::kEyes2, {{5, 5}, {INFINITY, 5}}};
    return faces;
  }
};

// Eyes by the subject's side, so the image's right one first.
struct SwapsEyes final : Wrong {
  using Wrong::Wrong;
  absl::StatusOr<std::vector<Face>> Detect(const Image&, const Sample&) override {
    std::vector<Face> faces = {Square(0, 1)};
    faces[0].landmarks = {LandmarkScheme::kEyes2, {{15, 15}, {5, 15}}};
    return faces;
  }
};

// Writes its greys back into the caller's image.
struct PaintsOnTheImage final : Wrong {
  using Wrong::Wrong;
  absl::StatusOr<std::vector<Face>> Detect(const Image& image, const Sample&) override {
    if (!image.bgr.empty()) const_cast<Image&>(image).bgr[0] ^= 1;
    return std::vector<Face>();
  }
};

struct NoSize final : Wrong {
  using Wrong::Wrong;
  BoxConvention convention() const override { return {0.0, 0.0, 0.0, true}; }
  absl::StatusOr<std::vector<Face>> Detect(const Image&, const Sample&) override {
    return std::vector<Face>();
  }
};

}  // namespace
}  // namespace facet

#define WRONG(Class, name) \
  FACET_COMPONENT(facet::Detector, facet::Class, facet::NoOptions, name, "a wrong detector", "none")

FACET_PLUGIN_COMPONENTS(WRONG(WeakestFirst, "weakest_first"), WRONG(TracksFaces, "tracks_faces"),
                        WRONG(CountsInstances, "counts_instances"),
                        WRONG(FailsOnSmallImages, "fails_on_small_images"),
                        WRONG(DividesByZero, "divides_by_zero"), WRONG(EmptyBoxes, "empty_boxes"),
                        WRONG(FourPoints, "four_points"), WRONG(LostPoint, "lost_point"),
                        WRONG(SwapsEyes, "swaps_eyes"),
                        WRONG(PaintsOnTheImage, "paints_on_the_image"), WRONG(NoSize, "no_size"))
