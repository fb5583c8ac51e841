// Landmarks by an ensemble of regression trees (dlib's shape predictor), and the similarity that
// brings nine of them to the canonical position.
//
// In:  a face's box; its pose: profile faces are left as they are.
// Out: a square crop, `aligned` true; landmarks of the scheme that it was trained on (points68,
//      points9); confidence the negative root mean square distance of the nine to the template, in
//      crop units (dlib gives none of its own). Profile faces: CropOfBox(box, fallback_extend),
//      `aligned` false, confidence -1.
// The trees see a grey patch, the box at 160 x 160 px with 80 px around it, so that they do not
// depend on a photograph's resolution. A face is trained from `oversampling` shapes of other faces,
// in boxes shifted by `jitter`, and so is its mirror image. They start from `boxes` boxes, its own
// and others that are drawn about it with the spread that detectors have (box_scale_spread,
// box_shift_spread), so that the boxes of a detector that it has not learned on serve as well. Once
// dlib has begun it tells nothing of its progress and cannot be stopped.
// The model is dlib's own format after one line that names the scheme. A file of dlib alone is
// taken if it has 68 points; its boxes are dlib's detector's: box_scale and its companions (of the
// canonical box) bring them into agreement.
// Without a model Align is FailedPrecondition; a wrong file is InvalidArgument.
// Example: aligner = { use = "ert", oversampling = 10 }
// Source: Kazemi, Sullivan: "One millisecond face alignment with an ensemble of regression trees",
//      CVPR 2014; D. King's dlib.
#include <dlib/image_processing/shape_predictor.h>
#include <dlib/image_processing/shape_predictor_trainer.h>
#include <dlib/image_transforms/assign_image.h>
#include <dlib/opencv.h>

#include <cmath>
#include <fstream>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "core/api/aligner.h"
#include "core/api/landmark_mirror.h"
#include "core/base/file.h"
#include "plugins/aligners/patches/box_perturbation.h"
#include "plugins/aligners/patches/canonical_patch.h"
#include "plugins/aligners/patches/landmark_training.h"
#include "plugins/aligners/patches/nine_points.h"

namespace facet {
namespace {

struct Options {
  std::string model;
  int64_t cascades = 10, trees = 300, tree_depth = 4, oversampling = 10, features = 400;
  int64_t test_splits = 20, boxes = 5;
  double learning_rate = 0.1, jitter = 0.05;
  bool mirror = true;
  int64_t max_faces = 4000;
  BoxPerturbation perturbation;
  BoxConvention convention;
  NinePointCrop crop;

  void Visit(OptionVisitor& v) {
    v("model", model, InputFile(), "a trained model; empty: trained on the row's `landmarks`");
    v("cascades", cascades, Range(1, 100), "regressors one after another; paper: 10");
    v("trees", trees, Range(1, 10000), "of a regressor; paper: 500");
    v("tree_depth", tree_depth, Range(1, 10), "splits from root to leaf; paper: 4");
    v("oversampling", oversampling, Range(1, 1000), "starting shapes of a face; paper: 20");
    v("boxes", boxes, Range(1, 1000),
      "that share a face's starting shapes: its own and drawn ones; at most `oversampling` count");
    v("features", features, Range(2, 10000), "pixels that a regressor may look at; paper: 400");
    v("test_splits", test_splits, Range(1, 10000), "candidates of a split; paper: 20");
    v("learning_rate", learning_rate, AboveUpTo(0, 1), "of a tree; paper: 0.1 [1]");
    v("jitter", jitter, Range(0, 0.9), "shift of the box of a starting shape [box sides]");
    v("mirror", mirror, Any(), "train on mirror images too");
    v("max_faces", max_faces, Range(1, 1e6), "of the training, at equal steps (each 0.1 MB)");
    perturbation.Visit(v);
    convention.Visit(v);
    crop.Visit(v);
  }
};

constexpr PatchSize kPatch = {160, 80};
constexpr char kHeader[] = "facet ert 1 ";
// dlib sums in blocks, one a thread: another number of threads gives other bits, so it is fixed.
constexpr unsigned long kTrainerThreads = 2;

constexpr Box kPatchBox = {kPatch.margin_px, kPatch.margin_px, kPatch.box_px, kPatch.box_px};

// Of a box between pixel edges: dlib's rectangles name the first and the last pixel.
dlib::rectangle Rectangle(const Box& box) {
  return dlib::rectangle(std::lround(box.x), std::lround(box.y), std::lround(box.x + box.width) - 1,
                         std::lround(box.y + box.height) - 1);
}

using GreyView = dlib::cv_image<unsigned char>;  // the same pixels, not copied

class Ert final : public Aligner {
 public:
  static constexpr facet::Traits kTraits = {facet::Trait::kTrainable};

  static absl::StatusOr<std::unique_ptr<Ert>> Create(const Options& options) {
    auto aligner = std::make_unique<Ert>(options);
    if (!options.model.empty()) FACET_RETURN_IF_ERROR(aligner->LoadModel(options.model));
    return aligner;
  }
  explicit Ert(const Options& options) : options_(options) {}

  absl::StatusOr<Alignment> Align(const Image& image, const Face& face) override {
    if (!predictor_) return NoModelError();
    Landmarks landmarks;
    if (!IsProfile(face)) {
      FACET_ASSIGN_OR_RETURN(
          const CanonicalPatch patch,
          CutCanonicalPatch(image, ApplyConvention(options_.convention, face.box), kPatch));
      const dlib::full_object_detection found =
          (*predictor_)(GreyView(patch.grey), Rectangle(kPatchBox));
      landmarks.scheme = scheme_;
      const Affine image_from_patch = patch.patch_from_image.Inverse();
      for (unsigned long i = 0; i < found.num_parts(); ++i) {
        landmarks.points.push_back(image_from_patch(
            {static_cast<double>(found.part(i).x()), static_cast<double>(found.part(i).y())}));
      }
    }
    return AlignNinePoints(face, landmarks, options_.crop);
  }

  absl::Status Train(const LandmarkExamples& examples, const TrainingContext& context,
                     const std::string& path) override {
    Collected faces;
    faces.random = Random(DeriveSeed(context.seed, "boxes"));
    FACET_RETURN_IF_ERROR(
        VisitExamples(examples, context, options_.max_faces,
                      [&](const LandmarkExample& example) { return Collect(example, &faces); }));
    if (faces.objects.empty()) {
      return absl::InvalidArgumentError(
          "no face to train on: there are no examples, or all are "
          "turned to a side");
    }
    FACET_RETURN_IF_ERROR(ReportProgress(context, 0, 1, "trainings"));
    dlib::shape_predictor_trainer trainer = Trainer(context.seed);
    dlib::array<dlib::array2d<unsigned char>> images;
    images.resize(faces.patches.size());
    for (size_t i = 0; i < faces.patches.size(); ++i) {
      dlib::assign_image(images[i], GreyView(faces.patches[i]));
    }
    const dlib::shape_predictor predictor = trainer.train(images, faces.objects);
    std::ostringstream bytes;
    bytes << kHeader << std::string(LandmarkSchemeName(faces.scheme)) << "\n";
    dlib::serialize(predictor, bytes);
    return WriteFileAtomically(path, bytes.str());
  }

  absl::Status LoadModel(const std::string& path) override {
    FACET_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(path));
    LandmarkScheme scheme = LandmarkScheme::kPoints68;
    size_t start = 0;
    if (bytes.rfind(kHeader, 0) == 0) {
      const size_t end = std::min(bytes.find('\n'), bytes.size());
      const size_t name = sizeof(kHeader) - 1;
      FACET_ASSIGN_OR_RETURN(scheme, LandmarkSchemeFromName(bytes.substr(name, end - name)));
      start = end + 1;
    }
    std::istringstream stream(bytes.substr(std::min(start, bytes.size())));
    dlib::shape_predictor predictor;
    try {
      dlib::deserialize(predictor, stream);
    } catch (const std::exception& error) {  // bad_alloc as well: sizes read from noise
      return WrongModelError(path, "ert", absl::StrCat("dlib cannot read it: ", error.what()));
    }
    const auto points = static_cast<int>(predictor.num_parts());
    if (points != NumPoints(scheme) || points < 9) {
      return WrongModelError(
          path, "ert",
          absl::StrCat("it has ", points, " points, expected ", std::max(9, NumPoints(scheme))));
    }
    predictor_ = std::move(predictor);
    scheme_ = scheme;
    return absl::OkStatus();
  }

 private:
  struct Collected {
    Random random{0};  // of the boxes
    LandmarkScheme scheme = LandmarkScheme::kNone;
    std::vector<cv::Mat> patches;
    std::vector<std::vector<dlib::full_object_detection>> objects;
  };

  absl::Status Collect(const LandmarkExample& example, Collected* faces) const {
    if (IsProfile(example.face) || !AreInBox(example.landmarks, example.face.box)) {
      return absl::OkStatus();
    }
    FACET_RETURN_IF_ERROR(TakeScheme(example.landmarks, &faces->scheme));
    FACET_ASSIGN_OR_RETURN(
        CanonicalPatch patch,
        CutCanonicalPatch(example.image, ApplyConvention(options_.convention, example.face.box),
                          kPatch));
    Landmarks landmarks = example.landmarks;
    for (Point& point : landmarks.points) point = patch.patch_from_image(point);
    Add(patch.grey, landmarks, faces);
    if (options_.mirror) {
      cv::Mat mirrored;
      cv::flip(patch.grey, mirrored, 1);
      Add(mirrored, MirrorLandmarks(landmarks, kPatch.side_px()), faces);
    }
    return absl::OkStatus();
  }

  // Boxes that share the starting shapes; each has one or more.
  int64_t NumBoxes() const { return std::min(options_.boxes, options_.oversampling); }

  void Add(const cv::Mat& patch, const Landmarks& landmarks, Collected* faces) const {
    std::vector<dlib::point> parts;
    for (const Point& point : landmarks.points) {
      parts.emplace_back(std::lround(point.x), std::lround(point.y));
    }
    faces->patches.push_back(patch);
    faces->objects.push_back({dlib::full_object_detection(Rectangle(kPatchBox), parts)});
    for (int64_t i = 1; i < NumBoxes(); ++i) {
      const Box box = options_.perturbation.Draw(kPatchBox, &faces->random);
      faces->objects.back().push_back(dlib::full_object_detection(Rectangle(box), parts));
    }
  }

  dlib::shape_predictor_trainer Trainer(uint64_t seed) const {
    dlib::shape_predictor_trainer trainer;
    trainer.set_cascade_depth(static_cast<unsigned long>(options_.cascades));
    trainer.set_num_trees_per_cascade_level(static_cast<unsigned long>(options_.trees));
    trainer.set_tree_depth(static_cast<unsigned long>(options_.tree_depth));
    trainer.set_oversampling_amount(static_cast<unsigned long>(options_.oversampling / NumBoxes()));
    trainer.set_oversampling_translation_jitter(options_.jitter);
    trainer.set_feature_pool_size(static_cast<unsigned long>(options_.features));
    trainer.set_num_test_splits(static_cast<unsigned long>(options_.test_splits));
    trainer.set_nu(options_.learning_rate);
    trainer.set_num_threads(kTrainerThreads);
    trainer.set_random_seed(absl::StrCat("ert ", seed));
    return trainer;
  }

  const Options options_;
  std::optional<dlib::shape_predictor> predictor_;
  LandmarkScheme scheme_ = LandmarkScheme::kNone;
};

}  // namespace
}  // namespace facet

FACET_PLUGIN(facet::Aligner, facet::Ert, facet::Options, "ert",
             "landmarks by an ensemble of regression trees (dlib)", "Kazemi, Sullivan, CVPR 2014")
