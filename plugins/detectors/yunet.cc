// YuNet: a small network that gives boxes and five landmarks, run by OpenCV (cv::FaceDetectorYN).
//
// In:  an image; larger ones are scaled down to `max_side_px` first. The sides are padded to
//      multiples of 32 px, which the network's strides want, and to 64 px, the least that it runs
//      on. One that is scaled to less than a pixel (60000 x 1 px) shows no face.
// Out: upright rectangles narrower and taller than the canonical box, which BoxConvention's
//      defaults square;
//      score in [0, 1]; points5 in the image's left-to-right order; pose from these: frontal, or a
//      profile where the face is turned by more than `profile_deg` (five_point_pose.h).
// The model file is not part of Debian. OpenCV before 4.8 runs face_detection_yunet_2022mar.onnx,
// later releases face_detection_yunet_2023mar.onnx, both from the OpenCV model zoo.
// Errors: NotFound no such file; InvalidArgument a file that is no model (such as a Git-LFS
//      pointer) or not one for this OpenCV, naming file, release and the version to get.
// Example: detector = { use = "yunet", model = "${FACET_DATA}/models/face_detection_yunet.onnx" }
// Source: Wu, Peng, Yu: "YuNet: a tiny millisecond-level face detector", MIR 2023.
#include <algorithm>
#include <fstream>
#include <memory>
#include <opencv2/imgproc.hpp>
#include <opencv2/objdetect.hpp>
#include <string>
#include <utility>
#include <vector>

#include "core/api/detector.h"
#include "plugins/detectors/canonical_boxes.h"
#include "plugins/detectors/five_point_pose.h"
#include "plugins/detectors/image_from_scaled.h"
#include "plugins/opencv/opencv.h"

namespace facet {
namespace {

struct Options {
  std::string model;
  double min_score = 0.6;
  double max_overlap = 0.3;
  int64_t max_side_px = 640;
  double profile_deg = 31;  // 35 of the truth: see five_point_pose.h
  BoxConvention convention = kYunetBox;

  void Visit(OptionVisitor& v) {
    v("model", model, Required(InputFile()), "face_detection_yunet_2022mar.onnx or _2023mar.onnx");
    v("min_score", min_score, Range(0, 1), "weaker detections are left out");
    v("max_overlap", max_overlap, Range(0, 1), "of two faces: intersection over union");
    v("max_side_px", max_side_px, Range(32, 8192), "longer images are scaled down for the search");
    v("profile_deg", profile_deg, Range(0, 90),
      "a face that its points say to be turned farther is a profile [degrees]");
    convention.Visit(v);
  }
};

constexpr char kWhichModel[] =
    "OpenCV before 4.8 runs face_detection_yunet_2022mar.onnx, later releases "
    "face_detection_yunet_2023mar.onnx (OpenCV model zoo)";

// What can be said about a model file without running it.
absl::Status CheckModelFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file.good()) {
    return absl::NotFoundError(absl::StrCat("model ", path, " cannot be read; ", kWhichModel));
  }
  const std::streamoff size = file.tellg();
  std::string head(24, '\0');
  file.seekg(0);
  file.read(head.data(), static_cast<std::streamsize>(head.size()));
  if (head == "version https://git-lfs.") {
    return absl::InvalidArgumentError(
        absl::StrCat("model ", path, " is a Git-LFS pointer of ", size,
                     " bytes, not the model; fetch the file itself (git lfs pull)"));
  }
  if (size < 50'000) {
    return absl::InvalidArgumentError(absl::StrCat(
        "model ", path, " has only ", size, " bytes; YuNet has more than 200,000; ", kWhichModel));
  }
  return absl::OkStatus();
}

int PaddedSide(int size) { return std::max(64, (size + 31) / 32 * 32); }

// Row of FaceDetectorYN: x, y, width, height, then (x, y) of the subject's right eye, left eye,
// nose tip, right and left mouth corner (the subject's right is the image's left), score.
Face FaceFromRow(const float* row, const ImageFromScaled& image_from_scaled) {
  Face face;
  face.box = image_from_scaled(Box{row[0], row[1], row[2], row[3]});
  face.score = row[14];
  face.landmarks.scheme = LandmarkScheme::kPoints5;
  for (int i = 0; i < 5; ++i) {
    face.landmarks.points.push_back(image_from_scaled(Point{row[4 + 2 * i], row[5 + 2 * i]}));
  }
  return face;
}

class YuNet final : public Detector {
 public:
  static absl::StatusOr<std::unique_ptr<YuNet>> Create(const Options& options) {
    FACET_RETURN_IF_ERROR(CheckModelFile(options.model));
    try {
      std::unique_ptr<YuNet> made(new YuNet(options));
      // A model for another release is found out by its first run.
      static_cast<void>(made->Run(cv::Mat(64, 64, CV_8UC3, cv::Scalar::all(0))));
      return made;
    } catch (const cv::Exception& error) {
      return absl::InvalidArgumentError(
          absl::StrCat("model ", options.model, " does not run under OpenCV ", CV_VERSION, " (",
                       error.err.empty() ? error.what() : error.err, "); ", kWhichModel));
    }
  }

  BoxConvention convention() const override { return options_.convention; }

  absl::StatusOr<std::vector<Face>> Detect(const Image& image, const Sample&) override {
    const int longer = std::max(image.width, image.height);
    const double scale =
        std::min(1.0, static_cast<double>(options_.max_side_px) / std::max(longer, 1));
    cv::Mat scaled = View(image);
    std::vector<Face> faces;
    if (cvRound(scale * std::min(image.width, image.height)) < 1) return faces;
    try {
      if (scale < 1) cv::resize(scaled, scaled, cv::Size(), scale, scale, cv::INTER_AREA);
      const cv::Mat rows = Run(scaled);
      const ImageFromScaled image_from_scaled(image, scaled);
      for (int i = 0; i < rows.rows; ++i) {
        faces.push_back(FaceFromRow(rows.ptr<float>(i), image_from_scaled));
        faces.back().pose = PoseOfFivePoints(faces.back().landmarks, options_.profile_deg);
      }
    } catch (const cv::Exception& error) {
      return OpenCvError("yunet", error);
    }
    std::stable_sort(faces.begin(), faces.end(),
                     [](const Face& a, const Face& b) { return a.score > b.score; });
    return faces;
  }

 private:
  explicit YuNet(const Options& options)
      : options_(options),
        network_(cv::FaceDetectorYN::create(
            options.model, "", cv::Size(64, 64), static_cast<float>(options.min_score),
            static_cast<float>(options.max_overlap), /*top_k=*/5000)) {}

  cv::Mat Run(const cv::Mat& image) {
    cv::Mat padded, rows;
    cv::copyMakeBorder(image, padded, 0, PaddedSide(image.rows) - image.rows, 0,
                       PaddedSide(image.cols) - image.cols, cv::BORDER_CONSTANT);
    network_->setInputSize(padded.size());
    network_->detect(padded, rows);
    return rows;
  }

  const Options options_;
  cv::Ptr<cv::FaceDetectorYN> network_;
};

}  // namespace
}  // namespace facet

FACET_PLUGIN(facet::Detector, facet::YuNet, facet::Options, "yunet",
             "YuNet through OpenCV: boxes with five landmarks (the model file is an option)",
             "Wu, Peng, Yu, MIR 2023")
