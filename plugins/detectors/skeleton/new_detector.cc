// Regions of the colour of skin, with OpenCV: no model, and a baseline for plain backgrounds.
//
// In:  an image, BGR. Skin is Cr in [133, 173] and Cb in [77, 127] of YCrCb.
// Out: the upright rectangle around each connected region of at least `min_side_px`, the region
//      with the largest share of the image first; score: that share, (0, 1]. No landmarks. A face
//      with its neck is one region: BoxConvention's defaults take its upper part.
// Errors: none of its own; OpenCV's become InvalidArgument.
// Source: Chai and Ngan, IEEE Transactions on Circuits and Systems for Video Technology 9(4), 1999.
// Example:  detector = { use = "new_detector", min_side_px = 24 }
#include <algorithm>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/api/detector.h"

namespace {

using facet::Face;

struct Options {
  int64_t min_side_px = 24;
  bool smooth = true;
  facet::BoxConvention convention = {0.9, 0.0, -0.05, true};

  void Visit(facet::OptionVisitor& v) {
    v("min_side_px", min_side_px, facet::Range(1, 4096), "sides of the smallest region [px]");
    v("smooth", smooth, facet::Any(), "blur the image first, so that single pixels do not count");
    convention.Visit(v);
  }
};

// The same pixels, not copied.
cv::Mat View(const facet::Image& image) {
  return cv::Mat(image.height, image.width, CV_8UC3, const_cast<uint8_t*>(image.bgr.data()));
}

class NewDetector final : public facet::Detector {
 public:
  explicit NewDetector(const Options& options) : options_(options) {}

  facet::BoxConvention convention() const override { return options_.convention; }

  absl::StatusOr<std::vector<Face>> Detect(const facet::Image& image,
                                           const facet::Sample&) override {
    if (image.bgr.empty()) return std::vector<Face>{};
    try {
      return Regions(View(image));
    } catch (const cv::Exception& error) {
      return absl::InvalidArgumentError(absl::StrCat("new_detector: OpenCV: ", error.what()));
    }
  }

 private:
  std::vector<Face> Regions(const cv::Mat& image) const {
    cv::Mat pixels, skin, labels, regions, centres;
    if (options_.smooth) {
      cv::GaussianBlur(image, pixels, cv::Size(5, 5), 0);
    } else {
      pixels = image;
    }
    cv::cvtColor(pixels, pixels, cv::COLOR_BGR2YCrCb);
    cv::inRange(pixels, cv::Scalar(0, 133, 77), cv::Scalar(255, 173, 127), skin);
    const int count = cv::connectedComponentsWithStats(skin, labels, regions, centres);
    std::vector<Face> faces;
    for (int i = 1; i < count; ++i) {  // 0 is what is no skin
      const auto of = [&](int column) { return regions.at<int>(i, column); };
      const int width = of(cv::CC_STAT_WIDTH), height = of(cv::CC_STAT_HEIGHT);
      if (std::min(width, height) < options_.min_side_px) continue;
      Face face;
      // The centre of pixel (0, 0) is (0, 0): its left edge is at -0.5 (core/api/geometry.h).
      face.box = {of(cv::CC_STAT_LEFT) - 0.5, of(cv::CC_STAT_TOP) - 0.5, static_cast<double>(width),
                  static_cast<double>(height)};
      face.score = of(cv::CC_STAT_AREA) / static_cast<double>(image.total());
      faces.push_back(face);
    }
    std::stable_sort(faces.begin(), faces.end(),
                     [](const Face& a, const Face& b) { return a.score > b.score; });
    return faces;
  }

  const Options options_;
};

}  // namespace

FACET_PLUGIN(facet::Detector, NewDetector, Options, "new_detector", "regions of the colour of skin",
             "Chai and Ngan 1999")
