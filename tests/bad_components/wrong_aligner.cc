// Aligners that load and run, each with one thing wrong.
#include <fstream>
#include <limits>
#include <string>

#include "core/api/aligner.h"

namespace facet {
namespace {

Alignment Plain(const Face& face) { return CropOfBox(face.box, 1.1); }

// Smooths its crops over a video, whatever it is shown: the second face of a box is framed
// otherwise than the first.
class FollowsFaces final : public Aligner {
 public:
  explicit FollowsFaces(const NoOptions&) {}
  absl::StatusOr<Alignment> Align(const Image&, const Face& face) override {
    Alignment alignment = Plain(face);
    last_x_ = (last_x_ + face.box.x) / 2;
    alignment.crop_from_image.m[2] -= 1e-3 * last_x_;
    return alignment;
  }

 private:
  double last_x_ = 0.0;
};

class Mirrors final : public Aligner {
 public:
  explicit Mirrors(const NoOptions&) {}
  absl::StatusOr<Alignment> Align(const Image&, const Face& face) override {
    Alignment alignment = Plain(face);
    alignment.crop_from_image.m[0] *= -1;
    return alignment;
  }
};

class NoConfidence final : public Aligner {
 public:
  explicit NoConfidence(const NoOptions&) {}
  absl::StatusOr<Alignment> Align(const Image&, const Face& face) override {
    Alignment alignment = Plain(face);
    alignment.confidence = std::numeric_limits<double>::quiet_NaN();
    return alignment;
  }
};

class FourPoints final : public Aligner {
 public:
  explicit FourPoints(const NoOptions&) {}
  absl::StatusOr<Alignment> Align(const Image&, const Face& face) override {
    Alignment alignment = Plain(face);
    alignment.landmarks = {LandmarkScheme::kPoints5, std::vector<Point>(4)};
    return alignment;
  }
};

class HiddenModel final : public Aligner {
 public:
  explicit HiddenModel(const NoOptions&) {}
  absl::StatusOr<Alignment> Align(const Image&, const Face&) override {
    return absl::FailedPreconditionError("no model: give `model`");
  }
};

// Its model depends on how many were trained before, and it takes any file for a model.
class CountsTrainings final : public Aligner {
 public:
  static constexpr facet::Traits kTraits = {facet::Trait::kTrainable};
  explicit CountsTrainings(const NoOptions&) {}
  absl::StatusOr<Alignment> Align(const Image&, const Face& face) override {
    if (!loaded_) return absl::FailedPreconditionError("no model: give `model`");
    return Plain(face);
  }
  absl::Status Train(const LandmarkExamples&, const TrainingContext&,
                     const std::string& path) override {
    static int trainings = 0;
    std::ofstream(path) << ++trainings;
    return absl::OkStatus();
  }
  absl::Status LoadModel(const std::string&) override {
    loaded_ = true;
    return absl::OkStatus();
  }

 private:
  bool loaded_ = false;
};

}  // namespace
}  // namespace facet

#define WRONG_ALIGNER(Class, name) \
  FACET_COMPONENT(facet::Aligner, facet::Class, facet::NoOptions, name, "wrong on purpose", "")

FACET_PLUGIN_COMPONENTS(WRONG_ALIGNER(FollowsFaces, "follows_faces"),
                        WRONG_ALIGNER(Mirrors, "mirrors"),
                        WRONG_ALIGNER(NoConfidence, "no_confidence"),
                        WRONG_ALIGNER(FourPoints, "four_points"),
                        WRONG_ALIGNER(HiddenModel, "hidden_model"),
                        WRONG_ALIGNER(CountsTrainings, "counts_trainings"))
