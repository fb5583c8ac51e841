// SSD: OpenCV's face detector, a single-shot network on a ResNet-10, run by cv::dnn.
//
// In:  an image, squeezed to input_px x input_px (as in training), BGR minus `mean_bgr`.
// Out: upright rectangles, which BoxConvention's defaults make canonical; score in [0, 1]; pose
//      unknown; no landmarks. The network suppresses overlapping boxes itself.
// The files are not part of Debian; either pair of OpenCV's samples serves:
//      model opencv_face_detector_uint8.pb, config opencv_face_detector.pbtxt (TensorFlow, 8 bit)
//      model res10_300x300_ssd_iter_140000[_fp16].caffemodel, config deploy.prototxt (Caffe)
// Errors: NotFound no such file; InvalidArgument a file that is no model, or a network that gives
//      no boxes.
// Example: detector = { use = "ssd", model = "${FACET_DATA}/models/opencv_face_detector_uint8.pb",
//                       config = "${FACET_DATA}/models/opencv_face_detector.pbtxt" }
// Source: Liu et al.: "SSD: Single shot multibox detector", ECCV 2016; the network: OpenCV,
//      samples/dnn/face_detector, trained on WIDER FACE.
#include <algorithm>
#include <cmath>
#include <fstream>
#include <memory>
#include <opencv2/dnn.hpp>
#include <string>
#include <vector>

#include "core/api/detector.h"
#include "plugins/detectors/canonical_boxes.h"
#include "plugins/opencv/opencv.h"

namespace facet {
namespace {

struct Options {
  std::string model, config;
  double min_score = 0.5;
  int64_t input_px = 300;
  // Faces that fill the image get a second box in their lower right corner without it: 60
  // photographs of 300-W had 51 boxes beside the marked face then, 25 with 0.15 (most of them
  // faces), 17 with 0.5.
  double border = 0.15;
  std::vector<double> mean_bgr = {104, 117, 123};
  BoxConvention convention = kSsdBox;

  void Visit(OptionVisitor& v) {
    v("model", model, Required(InputFile()), "opencv_face_detector_uint8.pb or a .caffemodel");
    v("config", config, Required(InputFile()), "opencv_face_detector.pbtxt or deploy.prototxt");
    v("min_score", min_score, Range(0, 1), "weaker detections are left out");
    v("input_px", input_px, Range(64, 2048), "side of what the network sees; trained with 300");
    v("border", border, Range(0, 1), "margin of the mean colour on each side [image sides]");
    v("mean_bgr", mean_bgr, Range(0, 255), "subtracted from blue, green and red");
    convention.Visit(v);
  }
};

absl::Status CheckReadable(const std::string& what, const std::string& path) {
  if (std::ifstream(path).good()) return absl::OkStatus();
  return absl::NotFoundError(absl::StrCat(
      what, " ", path, " cannot be read; opencv_face_detector_uint8.pb comes with ",
      "opencv_face_detector.pbtxt, res10_300x300_ssd_iter_140000.caffemodel with deploy.prototxt"));
}

class Ssd final : public Detector {
 public:
  static absl::StatusOr<std::unique_ptr<Ssd>> Create(const Options& options) {
    FACET_RETURN_IF_ERROR(CheckReadable("model", options.model));
    FACET_RETURN_IF_ERROR(CheckReadable("config", options.config));
    if (options.mean_bgr.size() != 3) {
      return absl::InvalidArgumentError(absl::StrCat("mean_bgr has ", options.mean_bgr.size(),
                                                     " values; it takes blue, green and red"));
    }
    std::unique_ptr<Ssd> made(new Ssd(options));
    try {
      made->network_ = cv::dnn::readNet(options.model, options.config);
      made->network_.setPreferableBackend(cv::dnn::DNN_BACKEND_OPENCV);
      const cv::Mat rows = made->Run(cv::Mat::zeros(64, 64, CV_8UC3));
      if (rows.dims != 4 || rows.size[3] != kColumns) {
        return absl::InvalidArgumentError(
            absl::StrCat("model ", options.model, " is no SSD detector: it does not give rows of ",
                         kColumns, " numbers (image, class, score, box)"));
      }
    } catch (const cv::Exception& error) {
      return OpenCvError(absl::StrCat("model ", options.model, " with config ", options.config),
                         error);
    }
    return made;
  }

  BoxConvention convention() const override { return options_.convention; }

  absl::StatusOr<std::vector<Face>> Detect(const Image& image, const Sample&) override {
    std::vector<Face> faces;
    try {
      const cv::Mat output = Run(View(image));
      for (int i = 0; i < output.size[2]; ++i) {
        const float* row = output.ptr<float>(0, 0) + i * kColumns;
        // Shares of what the network saw, whose borders are whole pixels of it; the image's edge
        // is at 0, in pixels at -0.5.
        const double whole = side() / (side() - 2.0 * margin()), border = margin() * whole / side();
        const double width = whole * image.width, height = whole * image.height;
        Face face;
        face.score = row[2];
        face.box = {row[3] * width - border * image.width - 0.5,
                    row[4] * height - border * image.height - 0.5, (row[5] - row[3]) * width,
                    (row[6] - row[4]) * height};
        // Negated, so that what is no number is no face.
        if (!(face.score >= options_.min_score && face.box.width > 0 && face.box.height > 0)) {
          continue;
        }
        if (std::isfinite(face.box.x) && std::isfinite(face.box.y)) faces.push_back(face);
      }
    } catch (const cv::Exception& error) {
      return OpenCvError("ssd", error);
    }
    std::stable_sort(faces.begin(), faces.end(),
                     [](const Face& a, const Face& b) { return a.score > b.score; });
    return faces;
  }

 private:
  static constexpr int kColumns = 7;  // image, class, score, left, top, right, bottom in [0, 1]

  explicit Ssd(const Options& options) : options_(options) {}

  int side() const { return static_cast<int>(options_.input_px); }
  int margin() const { return cvRound(side() * options_.border / (1 + 2 * options_.border)); }

  cv::Mat Run(const cv::Mat& image) {
    const cv::Scalar mean(options_.mean_bgr[0], options_.mean_bgr[1], options_.mean_bgr[2]);
    cv::Mat seen(side(), side(), CV_8UC3, mean);
    const cv::Size inside(side() - 2 * margin(), side() - 2 * margin());
    cv::resize(image, seen(cv::Rect(cv::Point(margin(), margin()), inside)), inside);
    network_.setInput(cv::dnn::blobFromImage(seen, 1.0, cv::Size(), mean));
    return network_.forward();
  }

  const Options options_;
  cv::dnn::Net network_;
};

}  // namespace
}  // namespace facet

FACET_PLUGIN(facet::Detector, facet::Ssd, facet::Options, "ssd",
             "OpenCV's single-shot face network through cv::dnn (the model files are options)",
             "Liu et al., ECCV 2016; OpenCV samples/dnn/face_detector")
