#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/api/evaluator.h"
#include "tests/contracts/contract_checks.h"

namespace facet {
namespace {

constexpr int64_t kDimension = 6;

// 4 folds of people with 2 images each, genuine pairs and as many impostor pairs.
DatasetContents MakeProtocol(int64_t people_per_fold) {
  DatasetContents data;
  data.protocol.kind = Protocol::Kind::kFolds;
  data.protocol.name = "contract";
  data.protocol.num_folds = 4;
  for (int64_t person = 0; person < 4 * people_per_fold; ++person) {
    for (int64_t image = 0; image < 2; ++image) {
      Sample sample;
      sample.identity = "p" + std::to_string(person);
      sample.key = sample.identity + "/" + std::to_string(image);
      sample.path = sample.key;
      sample.fold = person / people_per_fold;
      data.protocol.templates.push_back({sample.key, {2 * person + image}});
      data.samples.push_back(sample);
    }
  }
  for (int64_t fold = 0; fold < 4; ++fold) {
    for (int64_t i = 0; i < people_per_fold; ++i) {
      const int64_t person = people_per_fold * fold + i;
      const int64_t other = people_per_fold * fold + (i + 1) % people_per_fold;
      data.protocol.pairs.push_back({2 * person, 2 * person + 1, true, fold});
      data.protocol.pairs.push_back({2 * person, 2 * other + 1, false, fold});
    }
  }
  return data;
}

// Two descriptors of each person, `spread` times as far from each other as people are.
std::vector<float> MakeDescriptors(int64_t people, double spread) {
  std::vector<float> values;
  Random random(5);
  for (int64_t person = 0; person < people; ++person) {
    std::vector<double> centre(kDimension);
    for (double& value : centre) value = random.Normal();
    for (int64_t i = 0; i < 2 * kDimension; ++i) {
      values.push_back(static_cast<float>(centre[static_cast<size_t>(i % kDimension)] +
                                          spread * random.Normal()));
    }
  }
  return values;
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

void CheckFigures(Contract& contract, const Evaluation& evaluation) {
  contract.Expect(!evaluation.metrics.empty(), "it has a headline");
  for (const Metric& metric : evaluation.metrics) {
    contract.Expect(std::isfinite(metric.value) && std::isfinite(metric.standard_error),
                    metric.name + " is finite");
    contract.Expect(!metric.name.empty() && !metric.unit.empty() && metric.count > 0,
                    metric.name + " has name, unit and count");
    contract.Expect(metric.standard_error < 0 || !metric.error_kind.empty(),
                    metric.name + " says how its standard error was made");
  }
  for (const Curve& curve : evaluation.curves) {
    contract.Expect(curve.x.size() == curve.y.size() && !curve.x.empty(),
                    curve.name + " has as many x as y");
  }
}

bool AboutSame(const Evaluation& a, const Evaluation& b) {
  if (a.metrics.size() != b.metrics.size()) return false;
  for (size_t i = 0; i < a.metrics.size(); ++i) {
    const double one = a.metrics[i].value, other = b.metrics[i].value;
    if (std::abs(one - other) > 1e-9 * (1 + std::abs(one))) return false;
  }
  return true;
}

// Values alone: draws of a bootstrap may go by the order.
void CheckPairOrder(Contract& contract, Evaluator& evaluator, EvaluationInput input,
                    const Evaluation& evaluation) {
  contract.Section("order independence");
  DatasetContents data = *input.data;
  Random(9).Shuffle(data.protocol.pairs);
  input.data = &data;
  const auto shuffled = evaluator.Evaluate(input);
  contract.Expect(shuffled.ok() && AboutSame(evaluation, *shuffled),
                  "the order of the pairs changes no value");
}

// `values` in the first matrix of `input`.
void CheckOddDescriptors(Contract& contract, Evaluator& evaluator, EvaluationInput input,
                         const std::vector<float>& values) {
  contract.Section("odd inputs");
  const auto evaluate = [&](const std::vector<float>& others) {
    input.descriptors = {{input.descriptors[0].rows, kDimension, others.data()}};
    return Guarded([&] { return evaluator.Evaluate(input); });
  };
  std::vector<float> broken_values = values;
  broken_values[7] = std::nanf("");
  contract.Expect(!evaluate(broken_values).ok(), "a NaN among the descriptors is refused");
  std::vector<float> large = values;
  for (float& value : large) value *= 1e18F;
  for (const auto& [others, what] :
       {std::pair(std::vector<float>(values.size(), 0.0F), "descriptors that are zero"),
        std::pair(std::vector<float>(values.size(), 1.0F), "equal descriptors"),
        std::pair(large, "large descriptors")}) {
    const auto evaluation = evaluate(others);
    if (!evaluation.ok()) continue;
    for (const Metric& metric : evaluation->metrics) {
      contract.Expect(std::isfinite(metric.value),
                      absl::StrCat(what, ": refused, or ", metric.name, " is finite"));
    }
  }
  contract.Expect(evaluate(values).ok(), "it goes on after odd inputs");
}

// A headline in percent: at one end of the scale where it is all right, far from there by chance.
void CheckKnownAnswers(Contract& contract, const absl::StatusOr<Evaluation>& perfect,
                       const absl::StatusOr<Evaluation>& chance) {
  contract.Section("known answers");
  if (perfect.ok() && !perfect->metrics.empty() && perfect->metrics[0].unit != "%") {
    const Metric& headline = perfect->metrics[0];
    return contract.NotChecked(
        absl::StrCat(headline.name, " is in ", headline.unit, ", not in %: its best is not known"));
  }
  if (!contract.ExpectOk(perfect.status(), "it scores what is all right") ||
      !contract.ExpectOk(chance.status(), "it scores what is all chance") ||
      !contract.Expect(!perfect->metrics.empty() && !chance->metrics.empty(),
                       "it has a headline")) {
    return;
  }
  const Metric &best = perfect->metrics[0], &random = chance->metrics[0];
  const bool is_error = best.value < 50;
  contract.Expect(
      std::abs(best.value - (is_error ? 0 : 100)) < 1e-6,
      absl::StrCat(best.name, " is 100 % (an error: 0 %) where all is right, not ", best.value));
  // 200 pairs of each sort: chance of a half has a standard deviation of 2.5 points.
  contract.Expect(
      is_error ? random.value > 35 : random.value < 65,
      absl::StrCat(best.name, " is about chance where nothing is known, not ", random.value));
}

void CheckKnownDescriptors(Contract& contract, Evaluator& evaluator, EvaluationInput input) {
  constexpr int64_t kPeoplePerFold = 50, kPeople = 4 * kPeoplePerFold;
  const DatasetContents data = MakeProtocol(kPeoplePerFold);
  input.data = &data;
  const auto evaluate = [&](const std::vector<float>& values) {
    input.descriptors = {{2 * kPeople, kDimension, values.data()}};
    return evaluator.Evaluate(input);
  };
  const auto perfect = evaluate(MakeDescriptors(kPeople, 1e-4));
  // People are nothing beside what differs between images.
  CheckKnownAnswers(contract, perfect, evaluate(MakeDescriptors(kPeople, 1e4)));
}

// Replicates that differ among themselves were drawn, and draws depend on the seed.
void CheckReplicates(Contract& contract, Evaluator& evaluator, EvaluationInput input,
                     const Evaluation& evaluation) {
  contract.Section("replicates");
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
  contract.Section("odd inputs");
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

// What is found is what there is, and then it is somewhere else.
void CheckKnownFindings(Contract& contract, Evaluator& evaluator, EvaluationInput input) {
  for (size_t i = 0; i < input.detections.size(); ++i) {
    const Sample& sample = input.data->samples[i];
    Face face;
    face.box = *sample.box;
    face.score = 3;
    input.detections[i].faces = {face};
  }
  for (size_t i = 0; i < input.landmarks.size(); ++i) {
    const Sample& sample = input.data->samples[i];
    FoundLandmarks& found = input.landmarks[i];
    found.has_face = true;
    found.box = *sample.box;
    found.alignment = CropOfBox(found.box, 1.0);
    found.alignment.landmarks = sample.landmarks;
  }
  const auto perfect = evaluator.Evaluate(input);
  Random random(8);
  for (Detections& detections : input.detections) {
    for (Face& face : detections.faces) face.box = {60 * random.Uniform(), 60, 10, 10};
  }
  for (FoundLandmarks& found : input.landmarks) {
    for (Point& point : found.alignment.landmarks.points) {
      point = {100 * random.Uniform(), 80 * random.Uniform()};
    }
  }
  CheckKnownAnswers(contract, perfect, evaluator.Evaluate(input));
}

void CheckCuration(Contract& contract, Evaluator& evaluator, EvaluationInput input,
                   const Evaluation& evaluation) {
  contract.Section("known answers");
  for (const Metric& given : input.curation) {
    contract.Expect(std::any_of(evaluation.metrics.begin(), evaluation.metrics.end(),
                                [&](const Metric& shown) { return shown.value == given.value; }),
                    absl::StrCat("it shows what the curator measured: ", given.name));
  }
  contract.Section("odd inputs");
  input.curation.clear();
  contract.Expect(!evaluator.Evaluate(input).ok(), "a curation without metrics is refused");
}

void CheckRepetition(Contract& contract, Evaluator& evaluator, const EvaluationInput& input,
                     const Evaluation& evaluation) {
  contract.Section("determinism");
  const auto again = contract.Make<Evaluator>()->Evaluate(input);
  contract.Expect(again.ok() && SameFigures(evaluation, *again),
                  "two instances give the same figures");
  const auto repeated = evaluator.Evaluate(input);
  contract.Expect(repeated.ok() && SameFigures(evaluation, *repeated),
                  "what it saw before does not change what it says");
}

}  // namespace

void CheckEvaluator(Contract& contract) {
  contract.Plan({"figures", "determinism", "order independence", "replicates", "known answers",
                 "odd inputs"});
  const auto evaluator = contract.Make<Evaluator>();
  if (evaluator == nullptr) return;
  contract.Section("figures");
  DatasetContents data = MakeProtocol(3);
  const std::vector<float> values = MakeDescriptors(12, 0.4);
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
  CheckFigures(contract, *evaluation);
  CheckRepetition(contract, *evaluator, input, *evaluation);
  if (shows_curation) return CheckCuration(contract, *evaluator, input, *evaluation);
  CheckReplicates(contract, *evaluator, input, *evaluation);
  CheckPairOrder(contract, *evaluator, input, *evaluation);
  if (scores_faces) {
    CheckFindingsAreRead(contract, *evaluator, input);
    CheckKnownFindings(contract, *evaluator, input);
    return;
  }
  CheckOddDescriptors(contract, *evaluator, input, values);
  CheckKnownDescriptors(contract, *evaluator, input);
  if (contract.HasTrait(Trait::kScoresIdentities)) return;
  contract.Section("odd inputs");
  data.protocol.kind = Protocol::Kind::kNone;
  data.protocol.pairs.clear();
  contract.Expect(!evaluator->Evaluate(input).ok(), "data without a protocol is refused");
}

}  // namespace facet
