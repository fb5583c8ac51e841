#include <cmath>

#include "core/api/aligner.h"
#include "tests/contracts/contract_checks.h"

namespace facet {
namespace {

bool Same(const Alignment& a, const Alignment& b) {
  return a.frame_from_image.m == b.frame_from_image.m && a.aspect == b.aspect &&
         a.aligned == b.aligned && a.confidence == b.confidence;
}

void CheckFrame(Contract& contract, const Alignment& alignment) {
  const auto& m = alignment.frame_from_image.m;
  bool finite = std::isfinite(alignment.aspect) && std::isfinite(alignment.confidence);
  for (const double value : m) finite = finite && std::isfinite(value);
  contract.Expect(finite && alignment.aspect > 0, "the frame is finite and its aspect positive");
  contract.Expect(m[0] * m[4] - m[1] * m[3] > 0, "the frame neither mirrors nor collapses");
}

}  // namespace

void CheckAligner(Contract& contract) {
  const auto first = contract.Make<Aligner>();
  if (first == nullptr) return;
  Face bare;
  bare.box = {40, 30, 80, 80};
  bare.pose = Pose::kFrontal;
  Face marked = bare;
  marked.landmarks = {LandmarkScheme::kPoints5,
                      {{60, 55}, {100, 57}, {80, 75}, {64, 92}, {96, 93}}};
  Face outside = bare;
  outside.box = {-30, -20, 90, 90};
  const Image noise = NoiseImage(200, 150, 2);
  std::vector<Alignment> alignments;
  for (const Face& face : {bare, marked, outside}) {
    const auto alignment = first->Align(noise, face);
    if (!contract.ExpectOk(alignment.status(),
                           "faces with and without landmarks, also at the border")) {
      return;
    }
    CheckFrame(contract, *alignment);
    alignments.push_back(*alignment);
  }
  const auto second = contract.Make<Aligner>();
  const auto again = second->Align(noise, outside);
  contract.Expect(again.ok() && Same(*again, alignments[2]), "the order of calls changes nothing");
  const auto repeated = first->Align(noise, bare);
  contract.Expect(repeated.ok() && Same(*repeated, alignments[0]),
                  "what it saw before does not change what it does");
}

}  // namespace facet
