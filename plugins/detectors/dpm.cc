// Deformable parts: mixtures of a root filter and parts on gradient histograms, by OpenCV's cv::dpm
// (cascade detection), with the rules of the detector that cut out VGG-Face.
//
// In:  an image; longer ones are scaled down to `max_side_px`, smaller ones than the feature
//      pyramid needs are continued to the right and below.
// Out: boxes of the root filters, clipped to the image, which BoxConvention's defaults make square;
//      score: the model's, no unit; pose: that of the model file that found the face. No landmarks.
// One file per pose: cv::dpm does not tell which component of a file found a face. Of all faces
// together the best come first; one goes if a better one covers more than `max_overlap` of its own
// area (not intersection over union). cv::dpm itself has suppressed within each file at 0.5, so
// what a box suppressed there that max_overlap then takes away does not come back.
// No trained model is in Debian. A file is a cascade model of voc-release in OpenCV's XML
// (plugins/detectors/dpm_model.cc lists its fields; an example is inriaperson.xml in opencv_contrib's
// module dpm). How its boxes lie about a face only its maker knows: box_scale and its
// companions say it.
// Errors: NotFound no such file; InvalidArgument a file that is no cascade model in OpenCV's XML,
//      naming what is wrong with it, whose ScoreThreshold hides what min_score asks for, or lists
//      of different lengths.
// Example: detector = { use = "dpm", models = ["frontal.xml", "left.xml", "right.xml"],
//                       poses = ["frontal", "left", "right"] }
// Source: Felzenszwalb, Girshick, McAllester, Ramanan, PAMI 2010; cascade: CVPR 2010; as a face
//      detector: Mathias et al., ECCV 2014; threshold and suppression: VGG-Face release (Parkhi et
//      al. 2015).
#include <algorithm>
#include <cmath>
#include <memory>
#include <opencv2/dpm.hpp>
#include <string>
#include <vector>

#include "core/api/detector.h"
#include "plugins/detectors/dpm_model.h"
#include "plugins/detectors/image_from_scaled.h"
#include "plugins/detectors/suppression.h"
#include "plugins/opencv/opencv.h"

namespace facet {
namespace {

struct Options {
  std::vector<std::string> models, poses;
  double min_score = -0.2;
  double max_overlap = 0.2;
  int64_t max_side_px = 640;
  BoxConvention convention;

  void Visit(OptionVisitor& v) {
    v("models", models, Required(InputFile()), "cascade models of cv::dpm, one per pose");
    v("poses", poses, OneOf({"unknown", "frontal", "left", "right"}),
      "of each model; none: all unknown");
    v("min_score", min_score, Any(), "weaker detections are left out; VGG-Face's value");
    v("max_overlap", max_overlap, Range(0, 1), "of a face: share of its box under a better one");
    v("max_side_px", max_side_px, Range(128, 8192), "longer images are scaled down for the search");
    convention.Visit(v);
  }
};

// Both sides at least `side`: the pixels at the border are repeated.
cv::Mat Continued(const cv::Mat& image, int side) {
  cv::Mat large;
  cv::copyMakeBorder(image, large, 0, std::max(0, side - image.rows), 0,
                     std::max(0, side - image.cols), cv::BORDER_REPLICATE);
  return large;
}

Box Clipped(const Box& box, const Image& image) {
  const double left = std::max(box.x, -0.5), top = std::max(box.y, -0.5);
  return {left, top, std::min(box.x + box.width, image.width - 0.5) - left,
          std::min(box.y + box.height, image.height - 0.5) - top};
}

class Dpm final : public Detector {
 public:
  static absl::StatusOr<std::unique_ptr<Dpm>> Create(const Options& options) {
    std::unique_ptr<Dpm> made(new Dpm(options));
    if (!options.poses.empty() && options.poses.size() != options.models.size()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "poses has ", options.poses.size(), " entries for ", options.models.size(), " models"));
    }
    for (size_t i = 0; i < options.models.size(); ++i) {
      const std::string& path = options.models[i];
      FACET_ASSIGN_OR_RETURN(const DpmModelFacts facts, CheckDpmModel(path));
      if (facts.score_threshold > options.min_score) {
        return absl::InvalidArgumentError(
            absl::StrCat("model ", path, " has ScoreThreshold ", facts.score_threshold,
                         ", so faces down to min_score = ", options.min_score,
                         " are never seen; raise min_score or lower the file's threshold"));
      }
      Model model = {nullptr, Pose::kUnknown, facts.min_side_px};
      if (!options.poses.empty()) {
        FACET_ASSIGN_OR_RETURN(model.pose, PoseFromName(options.poses[i]));
      }
      try {
        model.detector = cv::dpm::DPMDetector::create({path});
        if (model.detector->isEmpty()) {
          return absl::InvalidArgumentError(absl::StrCat("model ", path, " was not loaded"));
        }
      } catch (const cv::Exception& error) {
        return OpenCvError(absl::StrCat("model ", path), error);
      }
      made->models_.push_back(std::move(model));
    }
    return made;
  }

  BoxConvention convention() const override { return options_.convention; }

  absl::StatusOr<std::vector<Face>> Detect(const Image& image, const Sample&) override {
    const double longer = std::max(1, std::max(image.width, image.height));
    const double scale = std::min(1.0, static_cast<double>(options_.max_side_px) / longer);
    std::vector<Face> faces;
    try {
      const cv::Mat scaled = Scaled(View(image), scale);
      for (Model& model : models_) Search(model, scaled, image, &faces);
    } catch (const cv::Exception& error) {
      return OpenCvError("dpm", error);
    }
    KeepBestOfOverlapping(options_.max_overlap, OverlapOver::kWeaker, &faces);
    return faces;
  }

 private:
  struct Model {
    cv::Ptr<cv::dpm::DPMDetector> detector;
    Pose pose = Pose::kUnknown;
    int min_side_px = 0;
  };

  explicit Dpm(const Options& options) : options_(options) {}

  void Search(Model& model, const cv::Mat& scaled, const Image& image,
              std::vector<Face>* faces) const {
    cv::Mat own = Continued(scaled, model.min_side_px);  // detect() changes what it is given
    std::vector<cv::dpm::DPMDetector::ObjectDetection> found;
    model.detector->detect(own, found);
    const ImageFromScaled image_from_scaled(image, scaled);
    for (const auto& each : found) {
      Face face;
      // It covers whole pixels: it begins half a pixel before the first one's centre.
      const Box box = {each.rect.x - 0.5, each.rect.y - 0.5, static_cast<double>(each.rect.width),
                       static_cast<double>(each.rect.height)};
      face.box = Clipped(image_from_scaled(box), image);
      face.score = each.score;
      face.pose = model.pose;
      if (face.score >= options_.min_score && face.box.width >= 1 && face.box.height >= 1) {
        faces->push_back(face);
      }
    }
  }

  const Options options_;
  std::vector<Model> models_;
};

}  // namespace
}  // namespace facet

FACET_PLUGIN(facet::Detector, facet::Dpm, facet::Options, "dpm",
             "deformable parts through cv::dpm, a model file per pose (the files are options)",
             "Felzenszwalb et al., PAMI 2010; Mathias et al., ECCV 2014")
