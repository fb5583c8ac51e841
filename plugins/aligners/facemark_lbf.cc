// Landmarks by regression on local binary features (the models of OpenCV's FacemarkLBF), and the
// similarity that brings nine of them to the canonical position.
//
// In:  a face's box; its pose: profile faces are left as they are.
// Out: a square crop, `aligned` true; landmarks points68 or points9, as it was trained; confidence
//      the negative root mean square distance of the nine to the template, in crop units (the
//      method has none). Profile faces: CropOfBox(box, fallback_extend), `aligned` false,
//      confidence -1.
// The patch that it sees has the box at 160 x 160 px with 80 px around it. A model is a YAML file
// of OpenCV's, so one from elsewhere serves too (68 landmarks); its boxes are another detector's:
// box_scale and its companions (of the canonical box) bring them into agreement.
// A face is trained from `start_shapes`: the mean shape in its box, and other faces' shapes in
// boxes that are drawn about it with the spread that detectors have (box_scale_spread,
// box_shift_spread), so that the boxes of a detector that it has not learned on serve as well.
// Training and search are facet's own (plugins/aligners/local_binary_features/trainer.h says why), on points68 or
// points9 and their mirror images; with 68 OpenCV finds the same landmarks with the same file.
// Without a model Align is FailedPrecondition; a wrong file is InvalidArgument.
// Example: aligner = { use = "facemark_lbf", stages = 5, start_shapes = 5 }
// Source: Ren, Cao, Wei, Sun, CVPR 2014; OpenCV's module face.
#include <filesystem>
#include <fstream>
#include <memory>
#include <opencv2/core.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/api/aligner.h"
#include "core/api/landmark_mirror.h"
#include "plugins/aligners/local_binary_features/trainer.h"
#include "plugins/aligners/patches/box_perturbation.h"
#include "plugins/aligners/patches/canonical_patch.h"
#include "plugins/aligners/patches/landmark_training.h"
#include "plugins/aligners/patches/nine_points.h"

namespace facet {
namespace {

struct Options {
  std::string model;
  int64_t stages = 5, trees = 6, splits = 4, start_shapes = 5, candidates = 200;
  double bagging = 0.3, ridge = 0.5, radius = 0.3, radius_decay = 0.7;
  bool mirror = true;
  int64_t max_faces = 4000;
  BoxPerturbation boxes;
  BoxConvention convention;
  NinePointCrop crop;

  void Visit(OptionVisitor& v) {
    v("model", model, InputFile(), "a trained model; empty: trained on the row's `landmarks`");
    v("stages", stages, Range(1, 20), "regressors one after another");
    v("trees", trees, Range(1, 100), "of a landmark in a stage");
    v("splits", splits, Range(1, 8), "from root to leaf");
    v("start_shapes", start_shapes, Range(1, 100), "that a face is trained from");
    v("candidates", candidates, Range(1, 10000), "splits tried at a node");
    v("bagging", bagging, AboveUpTo(0, 1), "share of the samples that a tree is trained on [1]");
    v("ridge", ridge, AboveUpTo(0, 1e6), "penalty of the linear maps' squares [per sample]");
    v("radius", radius, AboveUpTo(0, 2), "around a landmark, in the first stage [half box sides]");
    v("radius_decay", radius_decay, AboveUpTo(0, 1), "of the radius from stage to stage [1]");
    v("mirror", mirror, Any(), "train on mirror images too");
    v("max_faces", max_faces, Range(2, 1e6), "of the training, at equal steps (each 0.2 MB)");
    boxes.Visit(v);
    convention.Visit(v);
    crop.Visit(v);
  }
};

constexpr PatchSize kPatch = {160, 80};
constexpr double kHalf = kPatch.box_px / 2.0;
constexpr Point kCentre = {kPatch.margin_px + kHalf, kPatch.margin_px + kHalf};

class FacemarkLbf final : public Aligner {
 public:
  static constexpr facet::Traits kTraits = {facet::Trait::kTrainable};

  static absl::StatusOr<std::unique_ptr<FacemarkLbf>> Create(const Options& options) {
    auto aligner = std::make_unique<FacemarkLbf>(options);
    if (!options.model.empty()) FACET_RETURN_IF_ERROR(aligner->LoadModel(options.model));
    return aligner;
  }
  explicit FacemarkLbf(const Options& options) : options_(options) {}

  absl::StatusOr<Alignment> Align(const Image& image, const Face& face) override {
    if (!model_) return NoModelError();
    Landmarks landmarks;
    if (!IsProfile(face)) {
      FACET_ASSIGN_OR_RETURN(const CanonicalPatch patch, Cut(image, face.box));
      landmarks.points = FindLbfShape(*model_, patch.grey, kCentre, kHalf);
      landmarks.scheme =
          landmarks.points.size() == 68 ? LandmarkScheme::kPoints68 : LandmarkScheme::kPoints9;
      const Affine image_from_patch = patch.patch_from_image.Inverse();
      for (Point& point : landmarks.points) point = image_from_patch(point);
    }
    return AlignNinePoints(face, landmarks, options_.crop);
  }

  absl::Status Train(const LandmarkExamples& examples, const TrainingContext& context,
                     const std::string& path) override {
    LandmarkScheme scheme = LandmarkScheme::kNone;
    LbfFaces faces;
    faces.half = kHalf;
    faces.centre = kCentre;
    FACET_RETURN_IF_ERROR(VisitExamples(
        examples, context, options_.max_faces,
        [&](const LandmarkExample& example) { return Collect(example, &scheme, &faces); }));
    FACET_ASSIGN_OR_RETURN(const LbfModel model, TrainLbf(faces, Settings(), context));
    // By its ending OpenCV knows the format.
    const std::string yaml = path + ".yml";
    try {
      WriteLbfModel(model, yaml);
      std::filesystem::rename(yaml, path);
    } catch (const std::exception& error) {
      return absl::UnavailableError(absl::StrCat("cannot write ", path, ": ", error.what()));
    }
    return absl::OkStatus();
  }

  absl::Status LoadModel(const std::string& path) override {
    if (!std::ifstream(path).good()) {
      return absl::NotFoundError(absl::StrCat("model file ", path, " cannot be read"));
    }
    FACET_ASSIGN_OR_RETURN(model_, ReadLbfModel(path));
    return absl::OkStatus();
  }

 private:
  absl::StatusOr<CanonicalPatch> Cut(const Image& image, const Box& box) const {
    return CutCanonicalPatch(image, ApplyConvention(options_.convention, box), kPatch);
  }

  LbfSettings Settings() const {
    LbfSettings settings;
    settings.stages = static_cast<int>(options_.stages);
    settings.trees = static_cast<int>(options_.trees);
    settings.splits = static_cast<int>(options_.splits);
    settings.start_shapes = static_cast<int>(options_.start_shapes);
    settings.candidates = static_cast<int>(options_.candidates);
    settings.bagging = options_.bagging;
    settings.ridge = options_.ridge;
    settings.radius = options_.radius;
    settings.radius_decay = options_.radius_decay;
    settings.boxes = options_.boxes;
    return settings;
  }

  absl::Status Collect(const LandmarkExample& example, LandmarkScheme* scheme,
                       LbfFaces* faces) const {
    if (IsProfile(example.face) || !AreInBox(example.landmarks, example.face.box)) {
      return absl::OkStatus();
    }
    FACET_RETURN_IF_ERROR(TakeScheme(example.landmarks, scheme));
    FACET_ASSIGN_OR_RETURN(const CanonicalPatch patch, Cut(example.image, example.face.box));
    Landmarks landmarks = example.landmarks;
    for (Point& point : landmarks.points) point = patch.patch_from_image(point);
    faces->images.push_back(patch.grey);
    faces->shapes.push_back(landmarks.points);
    if (!options_.mirror) return absl::OkStatus();
    cv::Mat mirrored;
    cv::flip(patch.grey, mirrored, 1);
    faces->images.push_back(mirrored);
    faces->shapes.push_back(MirrorLandmarks(landmarks, kPatch.side_px()).points);
    return absl::OkStatus();
  }

  const Options options_;
  std::optional<LbfModel> model_;
};

}  // namespace
}  // namespace facet

FACET_PLUGIN(facet::Aligner, facet::FacemarkLbf, facet::Options, "facemark_lbf",
             "landmarks by local binary features (models of OpenCV's FacemarkLBF)",
             "Ren, Cao, Wei, Sun, CVPR 2014")
