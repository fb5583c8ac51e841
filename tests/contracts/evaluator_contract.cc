#include <algorithm>
#include <cmath>

#include "core/api/evaluator.h"
#include "tests/contracts/contract_checks.h"

namespace facet {
namespace {

constexpr int64_t kDimension = 6;

// 4 folds of 3 people with 2 images each: genuine pairs are near, impostor pairs less so.
DatasetContents MakeData(std::vector<float>* values) {
  DatasetContents data;
  Random random(5);
  data.protocol.kind = Protocol::Kind::kFolds;
  data.protocol.name = "contract";
  data.protocol.num_folds = 4;
  for (int64_t person = 0; person < 12; ++person) {
    std::vector<double> centre(kDimension);
    for (double& value : centre) value = random.Normal();
    for (int64_t image = 0; image < 2; ++image) {
      Sample sample;
      sample.identity = "p" + std::to_string(person);
      sample.key = sample.identity + "/" + std::to_string(image);
      sample.path = sample.key;
      sample.fold = person / 3;
      data.protocol.templates.push_back({sample.key, {2 * person + image}});
      data.samples.push_back(sample);
      for (const double value : centre) {
        values->push_back(static_cast<float>(value + 0.4 * random.Normal()));
      }
    }
  }
  for (int64_t fold = 0; fold < 4; ++fold) {
    for (int64_t i = 0; i < 3; ++i) {
      const int64_t person = 3 * fold + i;
      const int64_t other = 3 * fold + (i + 1) % 3;
      data.protocol.pairs.push_back({2 * person, 2 * person + 1, true, fold});
      data.protocol.pairs.push_back({2 * person, 2 * other + 1, false, fold});
    }
  }
  return data;
}

// The same samples as a detector and an aligner see them: a face of 40 px in each image, found a
// little beside the truth, and missed in every fifth; now and then a false one.
void AddFaces(DatasetContents* data, EvaluationInput* input) {
  Random random(6);
  for (size_t i = 0; i < data->samples.size(); ++i) {
    Sample& sample = data->samples[i];
    sample.box = Box{30, 20, 40, 40};
    sample.landmarks = {LandmarkScheme::kPoints5,
                        {{42, 34}, {58, 34}, {50, 42}, {44, 50}, {56, 50}}};
    Detections found{true, 100, 80, {}};
    FoundLandmarks landmarks;
    if (i % 5 != 0) {
      Face face;
      face.box = {30 + random.Normal(), 20 + random.Normal(), 40, 40};
      face.score = 2 + random.Uniform();
      found.faces.push_back(face);
      landmarks.has_face = true;
      landmarks.box = face.box;
      landmarks.alignment = CropOfBox(face.box, 1.0);
      landmarks.alignment.landmarks = sample.landmarks;
      for (Point& point : landmarks.alignment.landmarks.points) point.x += random.Normal();
    }
    if (i % 4 == 0) {
      Face wrong;
      wrong.box = {0, 0, 15, 15};
      wrong.score = random.Uniform();
      found.faces.push_back(wrong);
    }
    input->detections.push_back(std::move(found));
    input->landmarks.push_back(std::move(landmarks));
  }
}

bool SameFigures(const Evaluation& a, const Evaluation& b) {
  if (a.metrics.size() != b.metrics.size() || a.replicates != b.replicates) return false;
  for (size_t i = 0; i < a.metrics.size(); ++i) {
    if (a.metrics[i].value != b.metrics[i].value ||
        a.metrics[i].standard_error != b.metrics[i].standard_error) {
      return false;
    }
  }
  return true;
}

// Replicates that differ among themselves were drawn, and draws depend on the seed.
void CheckReplicates(Contract& contract, Evaluator& evaluator, EvaluationInput input,
                     const Evaluation& evaluation) {
  const std::vector<double>& replicates = evaluation.replicates;
  contract.Expect(replicates.empty() == evaluation.replicate_kind.empty(),
                  "replicates say of which kind they are");
  contract.Expect(std::all_of(replicates.begin(), replicates.end(),
                              [](double replicate) { return std::isfinite(replicate); }),
                  "replicates are finite");
  if (evaluation.replicate_kind != "bootstrap" || replicates.empty() ||
      std::equal(replicates.begin() + 1, replicates.end(), replicates.begin())) {
    return;
  }
  ++input.seed;
  const auto reseeded = evaluator.Evaluate(input);
  contract.Expect(reseeded.ok() && reseeded->replicates != replicates, "the seed makes the draws");
}

// What is no number, or is not there.
void CheckFindingsAreRead(Contract& contract, Evaluator& evaluator, EvaluationInput input) {
  for (Detections& detections : input.detections) {
    for (Face& face : detections.faces) face.box.x = face.score = std::nan("");
  }
  for (FoundLandmarks& found : input.landmarks) {
    for (Point& point : found.alignment.landmarks.points) point.y = std::nan("");
  }
  contract.Expect(!evaluator.Evaluate(input).ok(), "a NaN in what was found is refused");
  input.detections.clear();
  input.landmarks.clear();
  contract.Expect(!evaluator.Evaluate(input).ok(), "what it measures must be there");
}

}  // namespace

void CheckEvaluator(Contract& contract) {
  const auto evaluator = contract.Make<Evaluator>();
  if (evaluator == nullptr) return;
  std::vector<float> values;
  DatasetContents data = MakeData(&values);
  EvaluationInput input;
  input.data = &data;
  const bool scores_faces =
      contract.HasTrait(Trait::kScoresDetections) || contract.HasTrait(Trait::kScoresLandmarks);
  const bool shows_curation = contract.HasTrait(Trait::kShowsCuration);
  if (shows_curation) {
    input.data = nullptr;
    input.curation = {{"persons", 12, -1, "", "1", 12}, {"precision", 80, 2, "bootstrap", "%", 24}};
  } else if (scores_faces) {
    AddFaces(&data, &input);
  } else {
    input.descriptors = {{24, kDimension, values.data()}};
  }
  input.seed = 3;
  const auto evaluation = evaluator->Evaluate(input);
  if (!contract.ExpectOk(evaluation.status(), "it scores a protocol of folds")) return;
  contract.Expect(!evaluation->metrics.empty(), "it has a headline");
  for (const Metric& metric : evaluation->metrics) {
    contract.Expect(std::isfinite(metric.value) && std::isfinite(metric.standard_error),
                    metric.name + " is finite");
    contract.Expect(!metric.name.empty() && !metric.unit.empty() && metric.count > 0,
                    metric.name + " has name, unit and count");
    contract.Expect(metric.standard_error < 0 || !metric.error_kind.empty(),
                    metric.name + " says how its standard error was made");
  }
  for (const Curve& curve : evaluation->curves) {
    contract.Expect(curve.x.size() == curve.y.size() && !curve.x.empty(),
                    curve.name + " has as many x as y");
  }
  const auto again = contract.Make<Evaluator>()->Evaluate(input);
  contract.Expect(again.ok() && SameFigures(*evaluation, *again),
                  "two instances give the same figures");
  const auto repeated = evaluator->Evaluate(input);
  contract.Expect(repeated.ok() && SameFigures(*evaluation, *repeated),
                  "what it saw before does not change what it says");
  if (shows_curation) {
    input.curation.clear();
    contract.Expect(!evaluator->Evaluate(input).ok(), "a curation without metrics is refused");
    return;
  }
  CheckReplicates(contract, *evaluator, input, *evaluation);
  if (scores_faces) {
    CheckFindingsAreRead(contract, *evaluator, input);
    return;
  }

  std::vector<float> broken_values = values;
  broken_values[7] = std::nanf("");
  input.descriptors = {{24, kDimension, broken_values.data()}};
  contract.Expect(!evaluator->Evaluate(input).ok(), "a NaN among the descriptors is refused");
  input.descriptors = {{24, kDimension, values.data()}};
  data.protocol.kind = Protocol::Kind::kNone;
  data.protocol.pairs.clear();
  if (contract.HasTrait(Trait::kScoresIdentities)) return;
  contract.Expect(!evaluator->Evaluate(input).ok(), "data without a protocol is refused");
}

}  // namespace facet
