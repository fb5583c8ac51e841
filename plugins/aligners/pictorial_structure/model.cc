#include "plugins/aligners/pictorial_structure/model.h"

#include <algorithm>
#include <cmath>
#include <opencv2/core.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/api/landmark_mirror.h"
#include "plugins/aligners/patches/landmark_training.h"

namespace facet {
namespace {

// What a part costs outside its mask: more than all parts together cost inside.
constexpr double kOutsideCost = 1e4;
// Around the places of the training's parts: detectors place boxes a little differently on faces
// that were not seen [px of the map].
constexpr int kMaskMarginPx = 4;
// Of the training's places on each side, those beyond are mistakes or poses of their own.
constexpr double kMaskQuantile = 0.005;
constexpr double kMinVariancePx2 = 0.25;  // places are whole pixels: 1/12 for each end, and more

struct TrainingFaces {
  std::vector<IntegralImage> images;
  std::vector<std::vector<Point>> shapes;  // of each, px of the map
};

void AddFace(const cv::Mat& patch, const std::vector<Point>& shape, TrainingFaces* faces) {
  faces->images.emplace_back(patch);
  faces->shapes.push_back(shape);
  cv::Mat mirrored;
  cv::flip(patch, mirrored, 1);
  faces->images.emplace_back(mirrored);
  faces->shapes.push_back(MirrorLandmarks({LandmarkScheme::kPoints9, shape}, kMapPx).points);
}

absl::StatusOr<TrainingFaces> CollectFaces(const LandmarkExamples& examples,
                                           const TrainingContext& context, int64_t max_faces) {
  TrainingFaces faces;
  int64_t turned = 0, outside = 0;
  const auto use = [&](const LandmarkExample& example) -> absl::Status {
    if (example.face.pose == Pose::kLeft || example.face.pose == Pose::kRight) {
      ++turned;
      return absl::OkStatus();
    }
    FACET_ASSIGN_OR_RETURN(const Landmarks landmarks,
                           ConvertLandmarks(example.landmarks, LandmarkScheme::kPoints9));
    FACET_ASSIGN_OR_RETURN(const CanonicalPatch patch,
                           CutCanonicalPatch(example.image, example.face.box, kPictorialPatch));
    FACET_ASSIGN_OR_RETURN(const Affine map_from_image, MapFromImage(example.face.box));
    std::vector<Point> shape;
    bool inside = true;
    for (const Point& point : landmarks.points) {
      shape.push_back(map_from_image(point));
      const Point& p = shape.back();
      inside = inside && p.x > -0.5 && p.y > -0.5 && p.x < kMapPx - 0.5 && p.y < kMapPx - 0.5;
    }
    if (inside) AddFace(patch.grey, shape, &faces);
    outside += !inside;
    return absl::OkStatus();
  };
  FACET_RETURN_IF_ERROR(VisitExamples(examples, context, max_faces, use));
  if (faces.images.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("no face to train on: of ", turned + outside, " examples ", turned,
                     " are turned to a side and ", outside,
                     " have landmarks outside the box and its margin (are boxes and landmarks in "
                     "the same pixels?)"));
  }
  return faces;
}

PartMask MaskOf(const std::vector<std::vector<Point>>& shapes, size_t part) {
  std::vector<double> x, y;
  for (const std::vector<Point>& shape : shapes) {
    x.push_back(shape[part].x);
    y.push_back(shape[part].y);
  }
  const auto range = [](std::vector<double>& values) {
    std::sort(values.begin(), values.end());
    const auto last = static_cast<double>(values.size() - 1);
    const auto low = static_cast<size_t>(std::floor(kMaskQuantile * last));
    const auto high = static_cast<size_t>(std::ceil((1 - kMaskQuantile) * last));
    const int from = static_cast<int>(std::floor(values[low])) - kMaskMarginPx;
    const int to = static_cast<int>(std::ceil(values[high])) + kMaskMarginPx;
    return std::pair<int, int>(std::max(0, from), std::min(kMapPx - 1, to));
  };
  const auto [left, right] = range(x);
  const auto [top, bottom] = range(y);
  return {left, top, right - left + 1, bottom - top + 1};
}

HaarWindow WindowAt(size_t image, const Point& place) {
  return {static_cast<int>(image),
          std::clamp(static_cast<int>(std::lround(place.x)), 0, kMapPx - 1),
          std::clamp(static_cast<int>(std::lround(place.y)), 0, kMapPx - 1)};
}

bool IsFar(const HaarWindow& window, const Point& place, double radius) {
  return std::hypot(window.x - place.x, window.y - place.y) > radius;
}

// The windows of a face that the classifier takes most for its part, far from it and from each
// other.
std::vector<HaarWindow> HardNegatives(const PartModel& part, const IntegralImage& image,
                                      size_t index, const Point& place,
                                      const PictorialSettings& settings) {
  std::vector<std::pair<double, HaarWindow>> candidates;
  for (int y = part.mask.y; y < part.mask.y + part.mask.height; ++y) {
    for (int x = part.mask.x; x < part.mask.x + part.mask.width; ++x) {
      const HaarWindow window = {static_cast<int>(index), x, y};
      if (!IsFar(window, place, settings.part_radius_px)) continue;
      const double odds = LogOdds(part.classifier, image, x, y);
      if (odds > 0) candidates.push_back({odds, window});
    }
  }
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<HaarWindow> hard;
  for (const auto& [odds, window] : candidates) {
    if (static_cast<int>(hard.size()) == settings.hard_per_face) break;
    const bool apart = std::all_of(hard.begin(), hard.end(), [&](const HaarWindow& other) {
      return std::max(std::abs(other.x - window.x), std::abs(other.y - window.y)) > 1;
    });
    if (apart) hard.push_back(window);
  }
  return hard;
}

PartModel TrainPart(const TrainingFaces& faces, size_t part, const PictorialSettings& settings,
                    uint64_t seed) {
  PartModel model;
  model.mask = MaskOf(faces.shapes, part);
  Random random(DeriveSeed(seed, "negatives"));
  std::vector<HaarWindow> positives, negatives;
  for (size_t i = 0; i < faces.images.size(); ++i) {
    const Point& place = faces.shapes[i][part];
    positives.push_back(WindowAt(i, place));
    for (int k = 0; k < settings.negatives_per_face; ++k) {
      const HaarWindow window = {
          static_cast<int>(i),
          model.mask.x + static_cast<int>(random.Index(static_cast<uint64_t>(model.mask.width))),
          model.mask.y + static_cast<int>(random.Index(static_cast<uint64_t>(model.mask.height)))};
      if (IsFar(window, place, settings.part_radius_px)) negatives.push_back(window);
    }
  }
  // Masks are wider than two radii, so that there are negatives; with very few faces chance may
  // still miss them all: the mask's corner is far from one place or another.
  if (negatives.empty()) negatives.push_back({0, model.mask.x, model.mask.y});
  for (int round = 0;; ++round) {
    model.classifier = TrainHaarClassifier(faces.images, positives, negatives, settings.boost,
                                           DeriveSeed(seed, absl::StrCat("features ", round)));
    if (round == settings.hard_rounds) return model;
    for (size_t i = 0; i < faces.images.size(); ++i) {
      const std::vector<HaarWindow> hard =
          HardNegatives(model, faces.images[i], i, faces.shapes[i][part], settings);
      negatives.insert(negatives.end(), hard.begin(), hard.end());
    }
  }
}

}  // namespace

absl::StatusOr<Affine> MapFromImage(const Box& box) {
  FACET_ASSIGN_OR_RETURN(Affine map, PatchFromImage(box, kPictorialPatch));
  map.m[2] -= kWindowPx / 2;
  map.m[5] -= kWindowPx / 2;
  return map;
}

absl::StatusOr<PictorialModel> TrainPictorial(const LandmarkExamples& examples,
                                              const TrainingContext& context,
                                              const PictorialSettings& settings) {
  FACET_ASSIGN_OR_RETURN(const TrainingFaces faces,
                         CollectFaces(examples, context, settings.max_faces));
  PictorialModel model;
  model.trees = LearnTrees(PaperTrees(), faces.shapes, kMinVariancePx2);
  FACET_RETURN_IF_ERROR(ParallelWork(context, kNumParts, "parts", [&](int64_t part) {
    model.parts[static_cast<size_t>(part)] =
        TrainPart(faces, static_cast<size_t>(part), settings,
                  DeriveSeed(context.seed, absl::StrCat("part ", part)));
  }));
  return model;
}

std::vector<CostMap> PartCosts(const PictorialModel& model, const cv::Mat& patch,
                               double appearance_weight) {
  const IntegralImage image(patch);
  std::vector<CostMap> costs;
  for (const PartModel& part : model.parts) {
    CostMap map(kMapPx, kMapPx, kOutsideCost);
    for (int y = part.mask.y; y < part.mask.y + part.mask.height; ++y) {
      for (int x = part.mask.x; x < part.mask.x + part.mask.width; ++x) {
        map.At(x, y) = -appearance_weight * LogOdds(part.classifier, image, x, y);
      }
    }
    costs.push_back(std::move(map));
  }
  return costs;
}

}  // namespace facet
