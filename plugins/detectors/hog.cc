// Histograms of oriented gradients: dlib's frontal face detector, whose model is compiled in.
//
// In:  an image. The detector's windows begin at 80 px: for smaller faces the image is enlarged by
//      80 / min_side_px. Larger images are scaled down to `max_side_px` first.
// Out: squares from the brows to below the chin, which BoxConvention's defaults make canonical;
//      score: distance from the SVM's hyperplane, no unit; the pose is that of the filter that
//      found the face (frontal and two frontal ones with the head tilted; turned to either side).
//      No landmarks.
// `adjust_threshold` below 0 gives more and weaker faces, above 0 fewer.
// Errors: none of its own.
// Example: detector = { use = "hog", min_side_px = 40, adjust_threshold = -0.2 }
// Source: King: "Max-margin object detection", arXiv:1502.00046; dlib's
//      frontal_face_detector.h; features: Felzenszwalb et al., PAMI 2010.
#include <algorithm>
#include <cstring>
#include <vector>

#include "core/api/detector.h"
#include "dlib/image_processing/frontal_face_detector.h"
#include "dlib/pixel.h"
#include "plugins/detectors/canonical_boxes.h"
#include "plugins/detectors/image_from_scaled.h"
#include "plugins/opencv/opencv.h"

namespace facet {
namespace {

struct Options {
  int64_t min_side_px = 40;
  int64_t max_side_px = 1280;
  double adjust_threshold = 0.0;
  BoxConvention convention = kHogBox;

  void Visit(OptionVisitor& v) {
    v("min_side_px", min_side_px, Range(20, 80), "smallest face; below 80 the image is enlarged");
    v("max_side_px", max_side_px, Range(80, 8192), "longer images are scaled down for the search");
    v("adjust_threshold", adjust_threshold, Range(-2, 2), "added to the detector's threshold");
    convention.Visit(v);
  }
};

constexpr double kWindowPx = 80;

// Which filter finds what, in the order of dlib's model.
Pose PoseOf(unsigned long filter) {
  return filter == 1 ? Pose::kLeft : filter == 2 ? Pose::kRight : Pose::kFrontal;
}

dlib::array2d<dlib::bgr_pixel> Pixels(const cv::Mat& image) {
  static_assert(sizeof(dlib::bgr_pixel) == 3);
  dlib::array2d<dlib::bgr_pixel> pixels(image.rows, image.cols);
  for (int y = 0; y < image.rows; ++y) {
    std::memcpy(static_cast<void*>(&pixels[y][0]), image.ptr(y),
                static_cast<size_t>(image.cols) * 3);
  }
  return pixels;
}

class Hog final : public Detector {
 public:
  explicit Hog(const Options& options)
      : options_(options), detector_(dlib::get_frontal_face_detector()) {}

  BoxConvention convention() const override { return options_.convention; }

  absl::StatusOr<std::vector<Face>> Detect(const Image& image, const Sample&) override {
    const double longer = std::max(1, std::max(image.width, image.height));
    const double reduction = std::min(1.0, static_cast<double>(options_.max_side_px) / longer);
    const double scale = reduction * kWindowPx / static_cast<double>(options_.min_side_px);
    std::vector<dlib::rect_detection> found;
    cv::Mat scaled;
    try {
      scaled = Scaled(View(image), scale);
      detector_(Pixels(scaled), found, options_.adjust_threshold);
    } catch (const cv::Exception& error) {
      return OpenCvError("hog", error);
    }
    std::vector<Face> faces;
    const ImageFromScaled image_from_scaled(image, scaled);
    for (const dlib::rect_detection& each : found) {
      const dlib::rectangle& at = each.rect;  // the pixels left .. right, both included
      Face face;
      face.box = image_from_scaled(
          Box{static_cast<double>(at.left()) - 0.5, static_cast<double>(at.top()) - 0.5,
              static_cast<double>(at.width()), static_cast<double>(at.height())});
      face.score = each.detection_confidence;
      face.pose = PoseOf(each.weight_index);
      faces.push_back(face);
    }
    std::stable_sort(faces.begin(), faces.end(),
                     [](const Face& a, const Face& b) { return a.score > b.score; });
    return faces;
  }

 private:
  const Options options_;
  dlib::frontal_face_detector detector_;
};

}  // namespace
}  // namespace facet

FACET_PLUGIN(facet::Detector, facet::Hog, facet::Options, "hog",
             "dlib's frontal face detector: gradient histograms and a linear classifier",
             "King, arXiv:1502.00046")
