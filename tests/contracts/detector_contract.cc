#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "core/api/detector.h"
#include "tests/contracts/contract_checks.h"

namespace facet {
namespace {

bool Same(const std::vector<Face>& a, const std::vector<Face>& b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    const Face &one = a[i], &other = b[i];
    if (one.box.x != other.box.x || one.box.y != other.box.y || one.box.width != other.box.width ||
        one.box.height != other.box.height || one.score != other.score || one.pose != other.pose ||
        one.landmarks.points.size() != other.landmarks.points.size()) {
      return false;
    }
    for (size_t p = 0; p < one.landmarks.points.size(); ++p) {
      if (one.landmarks.points[p].x != other.landmarks.points[p].x ||
          one.landmarks.points[p].y != other.landmarks.points[p].y) {
        return false;
      }
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
    contract.Expect(
        std::all_of(face.landmarks.points.begin(), face.landmarks.points.end(),
                    [](const Point& p) { return std::isfinite(p.x) && std::isfinite(p.y); }),
        "landmarks are finite");
    contract.Expect(i == 0 || faces[i - 1].score >= face.score, "the best score comes first");
  }
}

// Heads are turned, but not upside down: over all faces, most have the left eye on the left.
void CheckSides(Contract& contract, const std::vector<Face>& faces) {
  int num_ordered = 0, num_eyes = 0;
  for (const Face& face : faces) {
    const LandmarkScheme scheme = face.landmarks.scheme;
    if (scheme == LandmarkScheme::kNone ||
        static_cast<int>(face.landmarks.points.size()) != NumPoints(scheme)) {
      continue;
    }
    const auto eyes = ConvertLandmarks(face.landmarks, LandmarkScheme::kEyes2);
    if (!eyes.ok()) continue;
    ++num_eyes;
    num_ordered += eyes->points[0].x <= eyes->points[1].x;
  }
  contract.Expect(2 * num_ordered >= num_eyes, "landmarks are in the image's left-to-right order");
}

absl::StatusOr<std::vector<Face>> Detect(Detector& detector, const Image& image) {
  return Guarded([&] { return detector.Detect(image, Sample()); });
}

// Images like any other, and two that are none.
void CheckOddImages(Contract& contract, Detector& detector) {
  contract.Section("odd images");
  std::vector<Image> images = {GreyImage(64, 48, 0), GreyImage(1, 1, 128), GreyImage(37, 300, 255)};
  for (const int side : {8, 31, 32, 33}) images.push_back(NoiseImage(side, side, 3));
  for (Image& image : LongImages()) images.push_back(std::move(image));
  for (const Image& image : images) {
    const auto faces = detector.Detect(image, Sample());
    if (contract.ExpectOk(faces.status(), "an image of any size is no error")) {
      CheckFaces(contract, *faces);
    }
  }
  contract.Section("huge and empty images");
  for (const Image& image : HugeImages()) {
    const auto faces = detector.Detect(image, Sample());
    if (contract.ExpectOk(faces.status(), absl::StrCat("an image of ", image.width, " x ",
                                                       image.height, " px is no error"))) {
      CheckFaces(contract, *faces);
    }
  }
  const auto none = Detect(detector, Image());
  contract.Expect(none.ok() || none.status().message().size() >= 5,
                  "an image without a pixel: a refusal says why");
  if (none.ok()) CheckFaces(contract, *none);
}

}  // namespace

void CheckDetector(Contract& contract) {
  contract.Plan(
      {"faces", "determinism", "order independence", "odd images", "huge and empty images"});
  const auto first = contract.Make<Detector>();
  if (first == nullptr) return;
  contract.Section("faces");
  Sample sample;
  sample.box = Box{40, 30, 60, 60};
  sample.landmarks = {LandmarkScheme::kPoints5, {{55, 50}, {85, 50}, {70, 65}, {58, 78}, {82, 78}}};
  contract.Expect(first->convention().scale > 0, "its box convention has a size");
  const Image noise = NoiseImage(200, 150, 1);
  const Image untouched = noise;
  const auto before = first->Detect(noise, sample);
  contract.Expect(noise.bgr == untouched.bgr, "it leaves the image as it is");
  if (!contract.ExpectOk(before.status(), "noise is an image like any other")) return;
  CheckFaces(contract, *before);
  CheckSides(contract, *before);
  CheckOddImages(contract, *first);
  contract.Section("order independence");
  const auto after = first->Detect(noise, sample);
  contract.Expect(after.ok() && Same(*before, *after),
                  "what it saw before does not change what it finds");
  contract.Section("determinism");
  const auto second = contract.Make<Detector>();
  const auto fresh = second->Detect(noise, sample);
  contract.Expect(fresh.ok() && Same(*before, *fresh), "two instances find the same");
}

}  // namespace facet
