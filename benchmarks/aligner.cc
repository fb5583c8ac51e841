// Aligners: images per second, and how many faces they align.
//
//   bazel build //:dist
//   bazel-bin/dist/benchmarks/aligner --benchmark_repetitions=9
//     --benchmark_enable_random_interleaving [--use=eyes,pictorial] [--sizes=640]
//     [--option='ert.model="FILE"']
//
// aligner/<name>/<side>x<side>: 20 rendered photographs of that side [px], with the box and the
// nine landmarks that the data set knows; sizes are sides from 32 to 1,024, 160 and 320 by default.
//   Time               all of them (wall clock, one thread); the crop is not rendered, which costs
//                      the same whoever aligns
//   items_per_second   images/s
//   aligned            share of the faces that are aligned, by landmarks or else
// A trainable aligner whose `model` no --option names learns one before it is measured, from 20
// other rendered faces: its speed depends on the options of the training, not on what it saw. The
// memory that `facet bench` tells is then that of the training.
#include "core/api/aligner.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "benchmarks/components.h"
#include "benchmarks/measured_case.h"
#include "benchmarks/photographs.h"
#include "core/base/scratch_folder.h"
#include "core/base/status.h"

namespace facet::bench {
namespace {

Face FaceOf(const Sample& sample) {
  Face face;
  face.box = *sample.box;
  face.score = sample.score;
  face.pose = sample.pose;
  face.landmarks = sample.landmarks;
  return face;
}

class RenderedExamples final : public LandmarkExamples {
 public:
  explicit RenderedExamples(const Photographs& photographs) : photographs_(photographs) {}
  int64_t size() const override { return static_cast<int64_t>(photographs_.size()); }
  absl::StatusOr<LandmarkExample> Get(int64_t index) const override {
    const Photograph& photograph = photographs_[static_cast<size_t>(index)];
    return LandmarkExample{photograph.image, FaceOf(photograph.sample),
                           photograph.sample.landmarks};
  }

 private:
  const Photographs& photographs_;
};

// The model file of a trainable aligner: learned when it is first asked for.
class LearnedModel {
 public:
  LearnedModel(const Request& request, const Subject& subject)
      : request_(request), subject_(subject) {}

  absl::StatusOr<std::string> Path() {
    if (folder_ != nullptr) return folder_->path() + "/model";
    FACET_ASSIGN_OR_RETURN(std::unique_ptr<ScratchFolder> folder, ScratchFolder::Create());
    FACET_ASSIGN_OR_RETURN(const Photographs* photographs,
                           RenderedPhotographs(request_, kTrainingSidePx, kTrainingSeed));
    FACET_ASSIGN_OR_RETURN(const std::unique_ptr<Aligner> aligner, subject_.Make<Aligner>());
    TrainingContext context;
    context.seed = 1;
    FACET_RETURN_IF_ERROR(
        aligner->Train(RenderedExamples(*photographs), context, folder->path() + "/model"));
    folder_ = std::move(folder);
    return folder_->path() + "/model";
  }

 private:
  static constexpr int64_t kTrainingSidePx = 160, kTrainingSeed = 2;

  const Request& request_;
  const Subject& subject_;
  std::unique_ptr<ScratchFolder> folder_;
};

// Ready to align.
absl::StatusOr<std::unique_ptr<Aligner>> MakeAligner(const Subject& subject, LearnedModel& model,
                                                     const Photograph& photograph) {
  FACET_ASSIGN_OR_RETURN(std::unique_ptr<Aligner> aligner, subject.Make<Aligner>());
  if (!subject.info().traits.Has(Trait::kTrainable)) return aligner;
  const absl::Status tried = aligner->Align(photograph.image, FaceOf(photograph.sample)).status();
  if (tried.code() != absl::StatusCode::kFailedPrecondition) return aligner;
  FACET_ASSIGN_OR_RETURN(const std::string path, model.Path());
  FACET_RETURN_IF_ERROR(aligner->LoadModel(path));
  return aligner;
}

absl::Status Align(const Subject& subject, LearnedModel& model, const Photographs& photographs,
                   benchmark::State& state) {
  FACET_ASSIGN_OR_RETURN(const std::unique_ptr<Aligner> aligner,
                         MakeAligner(subject, model, photographs[0]));
  int num_aligned = 0;
  for (auto _ : state) {
    num_aligned = 0;
    for (const Photograph& photograph : photographs) {
      FACET_ASSIGN_OR_RETURN(const Alignment alignment,
                             aligner->Align(photograph.image, FaceOf(photograph.sample)));
      num_aligned += alignment.aligned;
    }
  }
  const auto num_images = static_cast<int64_t>(photographs.size());
  state.SetItemsProcessed(state.iterations() * num_images);
  state.counters["aligned"] = 1.0 * num_aligned / static_cast<double>(num_images);
  return absl::OkStatus();
}

absl::Status Register(const Request& request, const Subject& subject) {
  UseOneThread();
  FACET_RETURN_IF_ERROR(subject.Make<Aligner>().status());
  // All cases of a component have one model, which goes with the last of them.
  const auto model = std::make_shared<LearnedModel>(request, subject);
  for (const int64_t side_px : request.SizesOr({160, 320})) {
    AddCase(subject, absl::StrCat(side_px, "x", side_px), benchmark::kMillisecond,
            [&request, &subject, model, side_px](benchmark::State& state) -> absl::Status {
              FACET_ASSIGN_OR_RETURN(const Photographs* photographs,
                                     RenderedPhotographs(request, side_px));
              return Align(subject, *model, *photographs, state);
            });
  }
  return absl::OkStatus();
}

}  // namespace
}  // namespace facet::bench

int main(int argc, char** argv) {
  return facet::bench::Main(argc, argv, facet::Aligner::kKind, "sides of the images [px]",
                            &facet::bench::Register);
}
