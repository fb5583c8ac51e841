// Hand-made protocols for tests of evaluators.
#ifndef FACET_PLUGINS_EVALUATORS_EVALUATOR_TESTING_H_
#define FACET_PLUGINS_EVALUATORS_EVALUATOR_TESTING_H_

#include <memory>
#include <string>
#include <vector>

#include "core/api/evaluator.h"
#include "gtest/gtest.h"

extern "C" const facet::PluginDescriptor* facet_plugin_descriptor();

namespace facet {

inline std::unique_ptr<Evaluator> MakeEvaluator(const std::string& options) {
  auto made = facet_plugin_descriptor()->components[0].create(options);
  EXPECT_TRUE(made.ok()) << made.status();
  return std::unique_ptr<Evaluator>(static_cast<Evaluator*>(made->release()));
}

// Templates of one image each, with descriptors on a line or in the plane.
struct Scene {
  DatasetContents data;
  std::vector<float> values;  // [templates, 2]

  explicit Scene(Protocol::Kind kind = Protocol::Kind::kNone, int64_t num_folds = 0) {
    data.protocol.kind = kind;
    data.protocol.name = "hand-made";
    data.protocol.num_folds = num_folds;
  }
  int64_t AddTemplate(const std::string& identity, double x, double y) {
    const auto index = static_cast<int64_t>(data.protocol.templates.size());
    Sample sample;
    sample.identity = identity;
    sample.key = identity + "/" + std::to_string(index);
    data.samples.push_back(sample);
    data.protocol.templates.push_back({"template " + std::to_string(index), {index}});
    values.insert(values.end(), {static_cast<float>(x), static_cast<float>(y)});
    return index;
  }
  // A pair at this distance, of two templates of its own and of people of its own.
  void AddPair(int64_t fold, bool genuine, double distance) {
    const std::string number = std::to_string(data.samples.size());
    const int64_t first = AddTemplate("a" + number, 0.0, 0.0);
    const int64_t second = AddTemplate((genuine ? "a" : "b") + number, 0.0, distance);
    data.protocol.pairs.push_back({first, second, genuine, fold});
  }
  EvaluationInput Input() const {
    EvaluationInput input;
    input.data = &data;
    input.descriptors = {{static_cast<int64_t>(values.size()) / 2, 2, values.data()}};
    input.seed = 1;
    return input;
  }
};

inline const Metric& MetricNamed(const Evaluation& evaluation, const std::string& name) {
  static const Metric kNone;
  for (const Metric& metric : evaluation.metrics) {
    if (metric.name == name) return metric;
  }
  ADD_FAILURE() << "no metric " << name;
  return kNone;
}

}  // namespace facet

#endif  // FACET_PLUGINS_EVALUATORS_EVALUATOR_TESTING_H_
