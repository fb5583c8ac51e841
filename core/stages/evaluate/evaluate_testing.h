// An evaluator that keeps what it was given, and the inputs of the stage: what its tests share.
#ifndef FACET_CORE_STAGES_EVALUATE_EVALUATE_TESTING_H_
#define FACET_CORE_STAGES_EVALUATE_EVALUATE_TESTING_H_

#include <cmath>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/api/evaluator.h"
#include "core/base/file.h"
#include "core/base/json_lines.h"
#include "core/base/random.h"
#include "core/pipeline/context_testing.h"
#include "core/records/descriptors.h"
#include "core/records/faces.h"
#include "core/records/npy.h"
#include "core/records/pooling.h"
#include "core/records/record_lines.h"
#include "core/records/results.h"
#include "core/records/samples.h"
#include "core/stages/evaluate/evaluate.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {

// Keeps what it was given.
class FakeEvaluator final : public Evaluator {
 public:
  struct Seen {
    std::vector<std::vector<float>> matrices;
    int64_t rows = 0, columns = 0;
    bool projected = false;
    uint64_t seed = 0;
    std::vector<Detections> detections;
    std::vector<FoundLandmarks> landmarks;
    std::vector<Metric> curation;
    bool has_data = false;
    std::vector<std::string> templates;
    TemplatePooling pooling;
    double value = 1.5;  // of the metric it returns
    std::string kind;    // of the replicates it returns
    std::string notice;  // that it gives; none if empty
  };
  explicit FakeEvaluator(Seen* seen) : seen_(seen) {}
  absl::StatusOr<Evaluation> Evaluate(const EvaluationInput& input) override {
    for (const MatrixView& view : input.descriptors) {
      seen_->matrices.emplace_back(view.values, view.values + view.rows * view.columns);
      seen_->rows = view.rows;
      seen_->columns = view.columns;
    }
    seen_->projected = input.projected;
    seen_->seed = input.seed;
    seen_->detections = input.detections;
    seen_->landmarks = input.landmarks;
    seen_->curation = input.curation;
    seen_->has_data = input.data != nullptr;
    if (seen_->has_data) {
      for (const Template& each : input.data->protocol.templates) {
        seen_->templates.push_back(each.name);
      }
    }
    Evaluation evaluation;
    evaluation.metrics = {{"figure", seen_->value, 0.5, "two folds", "%", 2}};
    evaluation.replicates = {1, 2};
    evaluation.replicate_kind = seen_->kind;
    if (!seen_->notice.empty()) evaluation.notices = {seen_->notice};
    return evaluation;
  }

  TemplatePooling pooling() const override { return seen_->pooling; }

 private:
  Seen* seen_;
};

inline DatasetContents Contents() {
  DatasetContents data;
  for (int i = 0; i < 4; ++i) {
    Sample sample;
    sample.key = absl::StrCat("key", i);
    sample.identity = "somebody";
    sample.path = sample.key;
    data.samples.push_back(sample);
  }
  data.protocol.kind = Protocol::Kind::kFolds;
  data.protocol.name = "small";
  data.protocol.num_folds = 2;
  data.protocol.templates = {{"video", {2, 0}}, {"still", {3}}};
  data.protocol.pairs = {{0, 1, true, 0}, {0, 1, false, 1}};
  return data;
}

inline std::string EmptyFolder() {
  const testing::TestInfo* const test = testing::UnitTest::GetInstance()->current_test_info();
  const std::string folder = absl::StrCat(testing::TempDir(), "/evaluate_", test->name());
  std::filesystem::remove_all(folder);
  return folder;
}

// Inputs and output are one folder.
class EvaluateContext final : public FakeContext {
 public:
  EvaluateContext() : FakeContext(EmptyFolder(), {}, Json::object()) {
    uses_["evaluator"] = {"", "evaluator", "fake", Json::object(),
                          [this] { return std::make_unique<FakeEvaluator>(&seen_); }};
    for (const char* port : {"samples", "descriptors"}) inputs_[port] = output_;
    seed_ = 77;
  }
  // Writes the inputs: sample `samples[i]` has row i of [n, 2] descriptors.
  void Fill(const DatasetContents& data, const std::vector<int64_t>& samples,
            const std::vector<float>& values) {
    std::vector<Json> lines, records;
    for (const Sample& sample : data.samples) lines.push_back(ToJson(sample));
    for (const int64_t sample : samples) {
      DescriptorRecord record;
      record.sample = sample;
      records.push_back(ToJson(record));
    }
    ASSERT_TRUE(WriteJsonLines(Path("samples.jsonl"), lines).ok());
    ASSERT_TRUE(WriteFileAtomically(Path("protocol.json"), Dump(ToJson(data.protocol))).ok());
    ASSERT_TRUE(WriteJsonLines(Path("rows.jsonl"), records).ok());
    ASSERT_TRUE(
        WriteNpy(Path("descriptors.npy"), {{static_cast<int64_t>(samples.size()), 2}, values})
            .ok());
  }
  std::string Path(const std::string& file) const { return output_ + "/" + file; }
  void AddProjection() { inputs_["projection"] = output_; }

  FakeEvaluator::Seen seen_;
};

}  // namespace facet

#endif  // FACET_CORE_STAGES_EVALUATE_EVALUATE_TESTING_H_
