#include <cmath>

#include "core/api/detector.h"
#include "tests/contracts/contract_checks.h"

namespace facet {
namespace {

bool Same(const std::vector<Face>& a, const std::vector<Face>& b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (a[i].box.x != b[i].box.x || a[i].box.width != b[i].box.width || a[i].score != b[i].score) {
      return false;
    }
  }
  return true;
}

void CheckFaces(Contract& contract, const std::vector<Face>& faces) {
  for (size_t i = 0; i < faces.size(); ++i) {
    const Face& face = faces[i];
    contract.Expect(std::isfinite(face.box.x) && std::isfinite(face.box.y) && face.box.width > 0 &&
                        face.box.height > 0,
                    "boxes are finite and not empty");
    contract.Expect(std::isfinite(face.score), "scores are finite");
    contract.Expect(
        static_cast<int>(face.landmarks.points.size()) == NumPoints(face.landmarks.scheme),
        "landmarks have as many points as their scheme");
    contract.Expect(i == 0 || faces[i - 1].score >= face.score, "the best score comes first");
  }
}

}  // namespace

void CheckDetector(Contract& contract) {
  const auto first = contract.Make<Detector>();
  if (first == nullptr) return;
  Sample sample;
  sample.box = Box{40, 30, 60, 60};
  sample.landmarks = {LandmarkScheme::kPoints5, {{55, 50}, {85, 50}, {70, 65}, {58, 78}, {82, 78}}};
  const Image noise = NoiseImage(200, 150, 1);
  const auto before = first->Detect(noise, sample);
  if (!contract.ExpectOk(before.status(), "noise is an image like any other")) return;
  CheckFaces(contract, *before);
  for (const Image& image : {GreyImage(64, 48, 0), GreyImage(1, 1, 128), GreyImage(37, 300, 255)}) {
    const auto faces = first->Detect(image, Sample());
    if (contract.ExpectOk(faces.status(), "a grey image of any size is no error")) {
      CheckFaces(contract, *faces);
    }
  }
  const auto after = first->Detect(noise, sample);
  contract.Expect(after.ok() && Same(*before, *after),
                  "what it saw before does not change what it finds");
  const auto second = contract.Make<Detector>();
  const auto fresh = second->Detect(noise, sample);
  contract.Expect(fresh.ok() && Same(*before, *fresh), "two instances find the same");
}

}  // namespace facet
