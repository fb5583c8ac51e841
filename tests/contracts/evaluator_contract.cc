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

}  // namespace

void CheckEvaluator(Contract& contract) {
  const auto evaluator = contract.Make<Evaluator>();
  if (evaluator == nullptr) return;
  std::vector<float> values;
  DatasetContents data = MakeData(&values);
  EvaluationInput input;
  input.data = &data;
  input.descriptors = {{24, kDimension, values.data()}};
  input.seed = 3;
  const auto evaluation = evaluator->Evaluate(input);
  if (!contract.ExpectOk(evaluation.status(), "it scores a protocol of folds")) return;
  contract.Expect(!evaluation->metrics.empty(), "it has a headline");
  for (const Metric& metric : evaluation->metrics) {
    contract.Expect(std::isfinite(metric.value), metric.name + " is finite");
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
  contract.Expect(again.ok() && again->metrics[0].value == evaluation->metrics[0].value &&
                      again->metrics[0].standard_error == evaluation->metrics[0].standard_error,
                  "two instances give the same figures");

  std::vector<float> broken_values = values;
  broken_values[7] = std::nanf("");
  input.descriptors = {{24, kDimension, broken_values.data()}};
  contract.Expect(!evaluator->Evaluate(input).ok(), "a NaN among the descriptors is refused");
  input.descriptors = {{24, kDimension, values.data()}};
  data.protocol.kind = Protocol::Kind::kNone;
  data.protocol.pairs.clear();
  contract.Expect(!evaluator->Evaluate(input).ok(), "data without a protocol is refused");
}

}  // namespace facet
