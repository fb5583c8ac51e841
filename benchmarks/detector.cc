// Detectors: images per second, and how many of the faces they find.
//
//   bazel build //:dist
//   bazel-bin/dist/benchmarks/detector --benchmark_repetitions=9
//     --benchmark_enable_random_interleaving [--use=haar,lbp] [--sizes=640] [--images=DIR]
//     [--option='yunet.model="FILE"']
//
// detector/<name>/<side>x<side>: 20 rendered photographs of that side [px], one face each; sizes
// are sides, 160 and 320 by default. With --images also detector/<name>/photographs, 20 of that
// folder, or detector/<name>/lfw where they are LFW's.
//   Time               all of them (wall clock, one thread)
//   items_per_second   images/s
//   found              share of the images in which a face, as the canonical box, overlaps the
//                      truth by more than 0.5; only where there is a truth (rendered faces, LFW)
// Reading files is not measured, nor making the detector. Those whose model files no --option names
// are left out.
#include "core/api/detector.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "benchmarks/components.h"
#include "benchmarks/measured_case.h"
#include "benchmarks/photographs.h"
#include "core/base/status.h"

namespace facet::bench {
namespace {

constexpr double kMinOverlap = 0.5;

bool Finds(const std::vector<Face>& faces, const BoxConvention& convention, const Box& truth) {
  return std::any_of(faces.begin(), faces.end(), [&](const Face& face) {
    return IntersectionOverUnion(ApplyConvention(convention, face.box), truth) > kMinOverlap;
  });
}

absl::Status Detect(const Subject& subject, const Photographs& photographs,
                    benchmark::State& state) {
  FACET_ASSIGN_OR_RETURN(const std::unique_ptr<Detector> detector, subject.Make<Detector>());
  const BoxConvention convention = detector->convention();
  int num_with_truth = 0, num_found = 0;
  for (auto _ : state) {
    num_with_truth = num_found = 0;
    for (const Photograph& photograph : photographs) {
      FACET_ASSIGN_OR_RETURN(const std::vector<Face> faces,
                             detector->Detect(photograph.image, photograph.sample));
      if (!photograph.sample.box) continue;
      ++num_with_truth;
      num_found += Finds(faces, convention, *photograph.sample.box);
    }
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(photographs.size()));
  if (num_with_truth > 0) state.counters["found"] = 1.0 * num_found / num_with_truth;
  return absl::OkStatus();
}

absl::Status Register(const Request& request, const Subject& subject) {
  UseOneThread();
  FACET_RETURN_IF_ERROR(subject.Make<Detector>().status());
  for (const int64_t side_px : request.SizesOr({160, 320})) {
    AddCase(subject, absl::StrCat(side_px, "x", side_px), benchmark::kMillisecond,
            [&request, &subject, side_px](benchmark::State& state) -> absl::Status {
              FACET_ASSIGN_OR_RETURN(const Photographs* photographs,
                                     RenderedPhotographs(request, side_px));
              return Detect(subject, *photographs, state);
            });
  }
  if (request.images.empty()) return absl::OkStatus();
  FACET_ASSIGN_OR_RETURN(const PhotographFolder folder, PhotographFolder::Open(request.images));
  AddCase(subject, folder.name(), benchmark::kMillisecond,
          [folder, &subject](benchmark::State& state) -> absl::Status {
            FACET_ASSIGN_OR_RETURN(const Photographs* photographs, folder.Read());
            return Detect(subject, *photographs, state);
          });
  return absl::OkStatus();
}

}  // namespace
}  // namespace facet::bench

int main(int argc, char** argv) {
  return facet::bench::Main(argc, argv, facet::Detector::kKind, "sides of the images [px]",
                            &facet::bench::Register);
}
