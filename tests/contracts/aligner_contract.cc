#include <stdlib.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "core/api/aligner.h"
#include "core/base/file.h"
#include "tests/contracts/contract_checks.h"

namespace facet {
namespace {

bool Same(const Alignment& a, const Alignment& b) {
  if (a.landmarks.scheme != b.landmarks.scheme ||
      a.landmarks.points.size() != b.landmarks.points.size()) {
    return false;
  }
  for (size_t i = 0; i < a.landmarks.points.size(); ++i) {
    const Point &p = a.landmarks.points[i], &q = b.landmarks.points[i];
    if (p.x != q.x || p.y != q.y) return false;
  }
  return a.crop_from_image.m == b.crop_from_image.m && a.aspect == b.aspect &&
         a.aligned == b.aligned && a.confidence == b.confidence;
}

void CheckCrop(Contract& contract, const Alignment& alignment) {
  const auto& m = alignment.crop_from_image.m;
  bool finite = std::isfinite(alignment.aspect) && std::isfinite(alignment.confidence);
  for (const double value : m) finite = finite && std::isfinite(value);
  contract.Expect(finite && alignment.aspect > 0, "the crop is finite and its aspect positive");
  contract.Expect(m[0] * m[4] - m[1] * m[3] > 0, "the crop neither mirrors nor collapses");
  const Landmarks& landmarks = alignment.landmarks;
  contract.Expect(static_cast<int>(landmarks.points.size()) == NumPoints(landmarks.scheme),
                  "landmarks have as many points as their scheme");
  for (const Point& point : landmarks.points) {
    contract.Expect(std::isfinite(point.x) && std::isfinite(point.y), "landmarks are finite");
  }
}

// 68 points of a face of about 80 px around (80, 70), turned and shifted a little.
std::vector<Point> FacePoints(Random& random) {
  std::vector<Point> points;
  const auto arc = [&](int count, Point centre, double rx, double ry, double from, double to) {
    for (int i = 0; i < count; ++i) {
      const double angle = from + (to - from) * i / (count - 1);
      points.push_back({centre.x + rx * std::cos(angle), centre.y + ry * std::sin(angle)});
    }
  };
  arc(17, {80, 60}, 36, 45, M_PI, 0);       // jaw
  arc(5, {64, 54}, 10, 6, M_PI, 2 * M_PI);  // brows
  arc(5, {96, 54}, 10, 6, M_PI, 2 * M_PI);
  for (int i = 0; i < 4; ++i) points.push_back({80, 60 + 5.0 * i});  // nose
  arc(5, {80, 78}, 8, 3, M_PI, 0);
  arc(6, {64, 60}, 7, 3, M_PI, 2.7 * M_PI);  // eyes
  arc(6, {96, 60}, 7, 3, M_PI, 2.7 * M_PI);
  arc(12, {80, 91}, 13, 6, M_PI, 2.8 * M_PI);  // lips
  arc(8, {80, 91}, 10, 3, M_PI, 2.8 * M_PI);
  const double turn = 0.1 * random.Normal(), dx = 2 * random.Normal(), dy = 2 * random.Normal();
  for (Point& p : points) {
    const double x = p.x - 80, y = p.y - 70;
    p = {80 + std::cos(turn) * x - std::sin(turn) * y + dx,
         70 + std::sin(turn) * x + std::cos(turn) * y + dy};
  }
  return points;
}

// Dark spots at the landmarks on a noisy ground: enough to learn from, and never the same twice.
class GeneratedExamples final : public LandmarkExamples {
 public:
  explicit GeneratedExamples(int64_t size) : size_(size) {}
  int64_t size() const override { return size_; }
  absl::StatusOr<LandmarkExample> Get(int64_t index) const override {
    Random random(DeriveSeed(static_cast<uint64_t>(index), "landmark example"));
    LandmarkExample example;
    example.image = NoiseImage(200, 150, static_cast<uint64_t>(index));
    for (uint8_t& value : example.image.bgr) value = static_cast<uint8_t>(120 + value / 4);
    example.landmarks = {LandmarkScheme::kPoints68, FacePoints(random)};
    for (const Point& point : example.landmarks.points) {
      for (int dy = -2; dy <= 2; ++dy) {
        for (int dx = -2; dx <= 2; ++dx) {
          uint8_t* pixel = example.image.Pixel(static_cast<int>(std::lround(point.x)) + dx,
                                               static_cast<int>(std::lround(point.y)) + dy);
          for (int channel = 0; channel < 3; ++channel) pixel[channel] = 30;
        }
      }
    }
    example.face.box = {40, 30, 80, 80};
    example.face.pose = Pose::kFrontal;
    return example;
  }

 private:
  const int64_t size_;
};

void CheckOddFaces(Contract& contract, Aligner& aligner) {
  contract.Section("odd images");
  Face face;
  face.pose = Pose::kFrontal;
  std::vector<Image> images = HugeImages();
  for (Image& image : LongImages()) images.push_back(std::move(image));
  for (const Image& image : {GreyImage(1, 1, 128), GreyImage(5, 3, 0), GreyImage(120, 90, 255)}) {
    images.push_back(image);
  }
  for (const Image& image : images) {
    const double side = std::min(image.width, image.height);
    face.box = {0, 0, side, side};
    const auto alignment = Guarded([&] { return aligner.Align(image, face); });
    const std::string where = absl::StrCat(image.width, " x ", image.height, " px");
    if (contract.ExpectOk(alignment.status(), "a face as large as an image of " + where)) {
      CheckCrop(contract, *alignment);
    }
  }
  // The host drops a crop that is not finite.
  contract.Section("what is no number");
  contract.Note(
      "a crop that is not finite is the host's to refuse; here it must not end the process");
  face.box = {40, 30, 80, 80};
  const Image noise = NoiseImage(200, 150, 2);
  const auto survives = [&](const Image& image, const std::string& sentence) {
    const auto alignment = Guarded([&] { return aligner.Align(image, face); });
    contract.Expect(alignment.ok() || alignment.status().message().size() >= 5,
                    sentence + ": a refusal says why");
  };
  survives(Image(), "an image without a pixel");
  face.landmarks = {LandmarkScheme::kPoints5,
                    {{60, 55}, {std::nan(""), 57}, {80, 75}, {64, 92}, {96, 93}}};
  survives(noise, "a landmark that is NaN");
  face.landmarks = {};
  face.box = {40, 30, 0, 0};
  survives(noise, "an empty box");
}

// What a trainable aligner must keep before it has a model, and the model of a small training in
// `path`. False if there is none to go on with.
bool CheckTraining(Contract& contract, const std::string& folder, const std::string& path) {
  contract.Section("training and its model");
  const GeneratedExamples examples(8), none(0);
  TrainingContext context;
  context.seed = 3;
  const auto trained = contract.Make<Aligner>()->Train(examples, context, path);
  if (!contract.ExpectOk(trained, "it learns from a handful of faces")) return false;
  context.threads = 2;
  const std::string second = folder + "/second";
  contract.ExpectOk(contract.Make<Aligner>()->Train(examples, context, second),
                    "it learns in two threads");
  const auto bytes = ReadFile(path), again = ReadFile(second);
  contract.Expect(bytes.ok() && again.ok() && !bytes->empty() && *bytes == *again,
                  "equal examples and seed give an equal model, whatever the number of threads");
  contract.Expect(!contract.Make<Aligner>()->Train(none, context, folder + "/none").ok(),
                  "a training without examples is refused");
  context.progress = [](int64_t, int64_t, const std::string&) { return false; };
  contract.Expect(contract.Make<Aligner>()->Train(examples, context, folder + "/stopped").code() ==
                      absl::StatusCode::kCancelled,
                  "a training that is to stop is cancelled");
  const auto refuses = [&](const std::string& name, const std::string& content) {
    const std::string file = folder + "/" + name;
    if (!WriteFileAtomically(file, content).ok()) return false;
    return !contract.Make<Aligner>()->LoadModel(file).ok();
  };
  contract.Expect(refuses("garbage", "no model at all\n") && refuses("empty", ""),
                  "a file that is no model is refused");
  contract.Expect(bytes.ok() && refuses("half", bytes->substr(0, bytes->size() / 2)),
                  "half a model is refused");
  contract.Expect(!contract.Make<Aligner>()->LoadModel(folder + "/missing").ok(),
                  "a missing model is refused");
  return true;
}

void CheckBehaviour(Contract& contract, const std::function<std::unique_ptr<Aligner>()>& make) {
  contract.Section("crops");
  const auto first = make();
  if (first == nullptr) return;
  Face bare;
  bare.box = {40, 30, 80, 80};
  bare.pose = Pose::kFrontal;
  Face marked = bare;
  marked.landmarks = {LandmarkScheme::kPoints5,
                      {{60, 55}, {100, 57}, {80, 75}, {64, 92}, {96, 93}}};
  Face outside = bare;
  outside.box = {-30, -20, 90, 90};
  Face turned = bare;
  turned.pose = Pose::kLeft;
  const Image noise = NoiseImage(200, 150, 2);
  const Image untouched = noise;
  std::vector<Alignment> alignments;
  for (const Face& face : {bare, marked, outside, turned}) {
    const auto alignment = first->Align(noise, face);
    if (!contract.ExpectOk(alignment.status(),
                           "faces with and without landmarks, turned, also at the border")) {
      return;
    }
    CheckCrop(contract, *alignment);
    alignments.push_back(*alignment);
  }
  contract.Expect(noise.bgr == untouched.bgr, "it leaves the image as it is");
  CheckOddFaces(contract, *first);
  contract.Section("determinism");
  const auto second = make();
  if (second == nullptr) return;
  const auto again = second->Align(noise, outside);
  contract.Expect(again.ok() && Same(*again, alignments[2]), "the order of calls changes nothing");
  contract.Section("order independence");
  const auto repeated = first->Align(noise, bare);
  contract.Expect(repeated.ok() && Same(*repeated, alignments[0]),
                  "what it saw before does not change what it does");
}

}  // namespace

void CheckAligner(Contract& contract) {
  contract.Plan({"crops", "determinism", "order independence", "odd images", "what is no number",
                 "training and its model"});
  const auto first = contract.Make<Aligner>();
  if (first == nullptr) return;
  Face face;
  face.box = {40, 30, 80, 80};
  const auto alignment = first->Align(GreyImage(200, 150, 90), face);
  const auto make = [&] { return contract.Make<Aligner>(); };
  if (alignment.status().code() != absl::StatusCode::kFailedPrecondition) {
    contract.Section("training and its model");
    contract.NotChecked("it works without one");
    CheckBehaviour(contract, make);
    return;
  }
  contract.Section("training and its model");
  contract.Expect(alignment.status().message().find("no model") != absl::string_view::npos,
                  "without a model it says so");
  if (!contract.Expect(contract.HasTrait(Trait::kTrainable),
                       "an aligner that needs a model has the trait \"trainable\"")) {
    return;
  }
  std::string folder = std::filesystem::temp_directory_path() / "aligner_contract_XXXXXX";
  if (!contract.Expect(mkdtemp(folder.data()) != nullptr, "there is a temporary folder")) return;
  const std::string path = folder + "/model";
  if (CheckTraining(contract, folder, path)) {
    CheckBehaviour(contract, [&] {
      auto aligner = contract.Make<Aligner>();
      const bool loaded =
          contract.ExpectOk(aligner->LoadModel(path), "it loads the model that it wrote");
      return loaded ? std::move(aligner) : nullptr;
    });
  }
  std::error_code ignored;
  std::filesystem::remove_all(folder, ignored);
}

}  // namespace facet
