// Two-eye alignment: the similarity that puts the eyes' centres at fixed places of the crop.
//
// In:  a face. With from = "cascade" the eyes are searched in the upper part of its box, the left
//      and the right half apart, by one cascade and where that finds none by a second one that
//      knows glasses; with from = "landmarks" they are taken from the face's landmarks.
// Out: a square crop with the eyes level at height `eye_y`, `eye_distance` apart around the
//      middle, `aligned` true; landmarks eyes2; confidence the weaker eye's cascade score (a
//      boosted sum without unit), or the face's score for landmarks. Where an eye is missing, or
//      the two cannot be a pair (distance outside 0.25 .. 0.7 box widths, slope above 30 degrees):
//      CropOfBox(box, fallback_extend) with `aligned` false.
// Errors: NotFound names a missing cascade file and the package opencv-data.
// Example: aligner = { use = "eyes", eye_y = 0.4 }
// Source: Viola, Jones, CVPR 2001; eye cascades by S. Hameed in opencv-data.
#include <algorithm>
#include <climits>
#include <cmath>
#include <memory>
#include <opencv2/imgproc.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/api/aligner.h"
#include "plugins/aligners/patches/similarity.h"
#include "plugins/opencv/cascade.h"
#include "plugins/opencv/opencv.h"

namespace facet {
namespace {

struct Options {
  std::string from = "cascade";
  std::string eye = "/usr/share/opencv4/haarcascades/haarcascade_eye.xml";
  std::string eye_glasses = "/usr/share/opencv4/haarcascades/haarcascade_eye_tree_eyeglasses.xml";
  // Where the aligner `none` shows the eyes with its defaults: medians over 724 frontal faces of
  // LFW, whose landmarks lie a little higher (0.405) than the cascades' eyes.
  double eye_y = 0.4;
  double eye_distance = 0.35;
  double fallback_extend = 1.1;

  void Visit(OptionVisitor& v) {
    v("from", from, OneOf({"cascade", "landmarks"}), "how the eyes are found");
    v("eye", eye, InputFile(), "cascade of open eyes; empty: none");
    v("eye_glasses", eye_glasses, InputFile(), "cascade that is tried second; empty: none");
    v("eye_y", eye_y, Range(0, 1), "height of the eyes in the crop [crop sides]");
    v("eye_distance", eye_distance, AboveUpTo(0, 1), "between the eyes' centres [crop sides]");
    v("fallback_extend", fallback_extend, AboveUpTo(0, 10),
      "without two eyes: side of the crop over the canonical box [1]");
  }
};

// The box is brought to this size for the search, in which an eye window is about 40 px wide
// (the cascades were trained on 20 px).
constexpr int kSearchSidePx = 160;

// Where an eye is expected [box sides from the upper left corner], from the same medians. Brows and
// nostrils fool the cascades too: of several hits the nearest to this place is taken.
constexpr Point kExpectedLeftEye = {0.31, 0.395};

struct Eye {
  Point centre;  // px of the image
  double score = 0.0;
};

class Eyes final : public Aligner {
 public:
  static absl::StatusOr<std::unique_ptr<Eyes>> Create(const Options& options) {
    std::vector<Cascade> cascades;
    for (const std::string& path : {options.eye, options.eye_glasses}) {
      if (path.empty() || options.from != "cascade") continue;
      FACET_ASSIGN_OR_RETURN(Cascade cascade, Cascade::Load(path));
      cascades.push_back(std::move(cascade));
    }
    if (cascades.empty() && options.from == "cascade") {
      return absl::InvalidArgumentError(
          "from = \"cascade\" needs a cascade file in eye or eye_glasses");
    }
    return std::unique_ptr<Eyes>(new Eyes(options, std::move(cascades)));
  }

  absl::StatusOr<Alignment> Align(const Image& image, const Face& face) override {
    std::optional<Eye> left, right;
    if (options_.from == "landmarks") {
      const absl::StatusOr<Landmarks> eyes =
          ConvertLandmarks(face.landmarks, LandmarkScheme::kEyes2);
      if (eyes.ok()) {
        left = Eye{eyes->points[0], face.score};
        right = Eye{eyes->points[1], face.score};
      }
    } else {
      FACET_RETURN_IF_ERROR(FindEyes(image, face.box, &left, &right));
    }
    if (left && right && ArePair(*left, *right, face.box)) {
      const double y = options_.eye_y, half = options_.eye_distance / 2;
      const absl::StatusOr<Similarity> fit =
          FitSimilarity({left->centre, right->centre}, {{0.5 - half, y}, {0.5 + half, y}});
      if (fit.ok()) {
        Alignment alignment;
        alignment.crop_from_image = fit->to_from_from;
        alignment.aligned = true;
        alignment.landmarks = {LandmarkScheme::kEyes2, {left->centre, right->centre}};
        alignment.confidence = std::min(left->score, right->score);
        return alignment;
      }
    }
    return CropOfBox(face.box, options_.fallback_extend);
  }

 private:
  Eyes(const Options& options, std::vector<Cascade> cascades)
      : options_(options), cascades_(std::move(cascades)) {}

  static bool ArePair(const Eye& left, const Eye& right, const Box& box) {
    const double dx = right.centre.x - left.centre.x, dy = right.centre.y - left.centre.y;
    const double distance = std::hypot(dx, dy) / box.width;
    return dx > 0 && distance > 0.25 && distance < 0.7 && std::abs(dy) < dx * std::tan(M_PI / 6);
  }

  // The whole image, or the box's surroundings where it has more pixels on a side than warpAffine
  // can count.
  static cv::Rect Seen(const Image& image, const Box& box) {
    const cv::Rect whole(0, 0, image.width, image.height);
    if (std::max(image.width, image.height) < SHRT_MAX) return whole;
    const auto clip = [](double value, int limit) {
      return static_cast<int>(std::clamp(value, 0.0, limit - 1.0));
    };
    const cv::Point from(clip(box.x - 2, image.width), clip(box.y - 2, image.height));
    const cv::Point to(clip(box.x + box.width + 2, image.width) + 1,
                       clip(box.y + box.height + 2, image.height) + 1);
    return cv::Rect(from, to);
  }

  absl::Status FindEyes(const Image& image, const Box& box, std::optional<Eye>* left,
                        std::optional<Eye>* right) {
    const double scale = kSearchSidePx / box.width;  // search px per image px
    const int height = static_cast<int>(std::lround(0.6 * scale * box.height));
    cv::Mat search;
    try {
      const cv::Rect seen = Seen(image, box);
      const cv::Matx23d search_from_seen(scale, 0, -scale * (box.x - seen.x) - 0.5, 0, scale,
                                         -scale * (box.y - seen.y) - 0.5);
      cv::Mat grey;
      cv::cvtColor(View(image)(seen), grey, cv::COLOR_BGR2GRAY);
      cv::warpAffine(grey, search, search_from_seen, cv::Size(kSearchSidePx, height),
                     cv::INTER_LINEAR, cv::BORDER_REPLICATE);
    } catch (const cv::Exception& error) {
      return OpenCvError("eyes", error);
    }
    // The right eye is searched in the mirrored image, as if it were a left one: whatever place of
    // an eye the cascade prefers, the two are treated alike.
    cv::Mat mirrored;
    cv::flip(search, mirrored, 1);
    FACET_ASSIGN_OR_RETURN(*left, FindLeftEye(search.colRange(0, kSearchSidePx / 2)));
    FACET_ASSIGN_OR_RETURN(*right, FindLeftEye(mirrored.colRange(0, kSearchSidePx / 2)));
    if (*right) (*right)->centre.x = kSearchSidePx - 1 - (*right)->centre.x;
    for (std::optional<Eye>* eye : {left, right}) {
      if (!*eye) continue;
      Point& centre = (*eye)->centre;
      centre = {(centre.x + 0.5) / scale + box.x, (centre.y + 0.5) / scale + box.y};
    }
    return absl::OkStatus();
  }

  // Hit nearest to the expected place of the first cascade that has any, in px of `half`.
  absl::StatusOr<std::optional<Eye>> FindLeftEye(const cv::Mat& half) {
    const Point expected = {kExpectedLeftEye.x * kSearchSidePx, kExpectedLeftEye.y * kSearchSidePx};
    CascadeSearch search;
    search.scale_factor = 1.05;
    search.min_side_px = kSearchSidePx / 6;
    search.max_side_px = kSearchSidePx / 2;
    for (Cascade& cascade : cascades_) {
      FACET_ASSIGN_OR_RETURN(const std::vector<CascadeHit> hits, cascade.Find(half, search));
      auto distance = [&](const CascadeHit& hit) {
        const Point centre = hit.box.Centre();
        return std::hypot(centre.x - expected.x, centre.y - expected.y);
      };
      const auto nearest = std::min_element(
          hits.begin(), hits.end(),
          [&](const CascadeHit& a, const CascadeHit& b) { return distance(a) < distance(b); });
      if (nearest != hits.end()) {
        return std::optional<Eye>(Eye{nearest->box.Centre(), nearest->score});
      }
    }
    return std::optional<Eye>();
  }

  const Options options_;
  std::vector<Cascade> cascades_;
};

}  // namespace
}  // namespace facet

FACET_PLUGIN(facet::Aligner, facet::Eyes, facet::Options, "eyes",
             "similarity from two eyes, found by cascades or taken from landmarks",
             "Viola, Jones, CVPR 2001")
