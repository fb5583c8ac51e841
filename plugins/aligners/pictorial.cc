// Nine landmarks by a pictorial structure, and the similarity that brings them to the canonical
// position: the localiser that the paper aligns its test faces with.
//
// In:  a face's box; its pose: profile faces are left as they are (section 6 of the paper).
// Out: a square crop, `aligned` true; landmarks points9, whole px of the patch (a fiftieth of the
//      box); confidence the best over the three trees of log(mix) - cost, without unit, comparable
//      between faces under one model. Profile faces: CropOfBox(box, fallback_extend), `aligned`
//      false, confidence below any that is found.
// How: the box becomes a patch of 80 x 80 px with 15 px around it. Per part a boosted classifier of
//      15 x 15 px windows gives log-odds, which cost -2 times their value; a tree's edges cost
//      |d - offset|^2 / (2 variance). The cheapest placement is found by dynamic programming with
//      distance transforms. geometry = "paper" takes the paper's offsets, variances and shares,
//      "learned" those of the training's landmarks.
// Trains on landmarks points9 or points68, frontal faces and their mirror images; the model is a
// text file. Without one Align is FailedPrecondition; a wrong file InvalidArgument or DataLoss.
// Example: aligner = { use = "pictorial", geometry = "paper" }
// Source: Everingham, Sivic, Zisserman, IVC 27, 2009; Felzenszwalb, Huttenlocher, IJCV 61, 2005.
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "core/api/aligner.h"
#include "core/base/file.h"
#include "plugins/aligners/patches/landmark_training.h"
#include "plugins/aligners/patches/nine_points.h"
#include "plugins/aligners/pictorial_structure/model.h"

namespace facet {
namespace {

struct Options {
  std::string model;
  std::string geometry = "learned";
  double appearance_weight = 2.0;
  int64_t rounds = 100, features = 2000, max_faces = 1500;
  NinePointCrop crop;

  void Visit(OptionVisitor& v) {
    v("model", model, InputFile(), "a trained model; empty: trained on the row's `landmarks`");
    v("geometry", geometry, OneOf({"paper", "learned"}), "the trees' numbers");
    v("appearance_weight", appearance_weight, AboveUpTo(0, 100), "of the log-odds; paper: 2 [1]");
    v("rounds", rounds, Range(1, 10000), "stumps of a part's classifier");
    v("features", features, Range(10, 100000), "Haar-like features drawn for a classifier");
    v("max_faces", max_faces, Range(1, 100000),
      "of the training, at equal steps (each takes 0.2 MB)");
    crop.Visit(v);
  }
};

// Of faces without landmarks; a placement's confidence is above -9 parts * 1e4.
constexpr double kNoConfidence = -1e6;

class Pictorial final : public Aligner {
 public:
  static constexpr facet::Traits kTraits = {facet::Trait::kTrainable};

  static absl::StatusOr<std::unique_ptr<Pictorial>> Create(const Options& options) {
    auto aligner = std::make_unique<Pictorial>(options);
    if (!options.model.empty()) FACET_RETURN_IF_ERROR(aligner->LoadModel(options.model));
    return aligner;
  }
  explicit Pictorial(const Options& options) : options_(options) {}

  absl::StatusOr<Alignment> Align(const Image& image, const Face& face) override {
    if (!model_) return NoModelError();
    Alignment alignment = CropOfBox(face.box, options_.crop.fallback_extend);
    alignment.confidence = kNoConfidence;
    if (IsProfile(face)) return alignment;
    FACET_ASSIGN_OR_RETURN(const CanonicalPatch patch,
                           CutCanonicalPatch(image, face.box, kPictorialPatch));
    FACET_ASSIGN_OR_RETURN(const Affine map_from_image, MapFromImage(face.box));
    const Placement placement =
        BestPlacement(options_.geometry == "paper" ? PaperTrees() : model_->trees,
                      PartCosts(*model_, patch.grey, options_.appearance_weight));
    Landmarks landmarks{LandmarkScheme::kPoints9, {}};
    for (const Point& part : placement.parts) {
      landmarks.points.push_back(map_from_image.Inverse()(part));
    }
    alignment = AlignNinePoints(face, landmarks, options_.crop);
    alignment.confidence = placement.confidence;
    return alignment;
  }

  absl::Status Train(const LandmarkExamples& examples, const TrainingContext& context,
                     const std::string& path) override {
    PictorialSettings settings;
    settings.boost.rounds = static_cast<int>(options_.rounds);
    settings.boost.features = static_cast<int>(options_.features);
    settings.max_faces = options_.max_faces;
    FACET_ASSIGN_OR_RETURN(const PictorialModel model, TrainPictorial(examples, context, settings));
    return WriteFileAtomically(path, FormatPictorial(model));
  }

  absl::Status LoadModel(const std::string& path) override {
    FACET_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
    FACET_ASSIGN_OR_RETURN(model_, ParsePictorial(text, path));
    return absl::OkStatus();
  }

 private:
  const Options options_;
  std::optional<PictorialModel> model_;
};

}  // namespace
}  // namespace facet

FACET_PLUGIN(facet::Aligner, facet::Pictorial, facet::Options, "pictorial",
             "similarity from nine landmarks of a pictorial structure",
             "Everingham, Sivic, Zisserman, IVC 27, 2009")
