#include <cmath>
#include <filesystem>
#include <map>
#include <set>

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
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

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

DatasetContents Contents() {
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

std::string EmptyFolder() {
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

TEST(EvaluateStageTest, PoolsTheSamplesOfATemplate) {
  EvaluateContext context;
  context.Fill(Contents(), {0, 3, 2}, {1, 2, 10, 20, 3, 8});  // sample 1 is in no template
  ASSERT_TRUE(RunEvaluate(context).ok());
  ASSERT_EQ(context.seen_.matrices.size(), 1U);
  EXPECT_EQ(context.seen_.matrices[0], (std::vector<float>{2, 5, 10, 20}));
  EXPECT_FALSE(context.seen_.projected);
  EXPECT_EQ(context.seen_.seed, 77U);
  EXPECT_EQ(context.counts_["pairs"], 2);
  const auto json = ReadJsonFile(context.Path("evaluation.json"));
  ASSERT_TRUE(json.ok());
  const auto evaluation = EvaluationFromJson(*json);
  ASSERT_TRUE(evaluation.ok());
  EXPECT_EQ(evaluation->metrics[0].value, 1.5);
  EXPECT_THAT(evaluation->protocol, HasSubstr("small, 2 pairs, sha256 "));
}

TEST(EvaluateStageTest, WhatTheCuratorMeasuredFollowsTheEvaluatorsMetrics) {
  EvaluateContext context;
  context.Fill(Contents(), {0, 3, 2}, {1, 2, 10, 20, 3, 8});
  CurationResult curation;
  curation.metrics = {{"persons", 12, -1, "", "1", 12}, {"figure", 7, -1, "", "1", 7}};
  ASSERT_TRUE(WriteFileAtomically(context.Path("curation.json"), Dump(ToJson(curation))).ok());
  context.inputs_["curation"] = context.output_;
  ASSERT_TRUE(RunEvaluate(context).ok());
  const auto evaluation = EvaluationFromJson(*ReadJsonFile(context.Path("evaluation.json")));
  ASSERT_EQ(evaluation->metrics.size(), 2U);  // the evaluator's own "figure" wins
  EXPECT_EQ(evaluation->metrics[0].value, 1.5);
  EXPECT_EQ(evaluation->metrics[1].name, "persons");
  EXPECT_EQ(context.seen_.curation.size(), 2U);

  // Without a test set: the curation is all there is.
  context.inputs_.erase("samples");
  context.inputs_.erase("descriptors");
  ASSERT_TRUE(RunEvaluate(context).ok());
  EXPECT_FALSE(context.seen_.has_data);
  const auto alone = EvaluationFromJson(*ReadJsonFile(context.Path("evaluation.json")));
  EXPECT_EQ(alone->metrics.size(), 1U);
  EXPECT_EQ(alone->protocol, "");
}

TEST(EvaluateStageTest, ReplicatesAreTiedToPairsAndSeed) {
  std::set<std::string> protocols;
  for (const char* kind : {"fold", "bootstrap"}) {
    for (const bool genuine : {true, false}) {
      EvaluateContext context;
      context.seen_.kind = kind;
      DatasetContents data = Contents();
      data.protocol.pairs[1].genuine = genuine;
      context.Fill(data, {0, 3}, {1, 2, 3, 4});
      ASSERT_TRUE(RunEvaluate(context).ok());
      protocols.insert(
          EvaluationFromJson(*ReadJsonFile(context.Path("evaluation.json")))->protocol);
    }
  }
  EXPECT_EQ(protocols.size(), 4U);
}

TEST(EvaluateStageTest, ProjectsUnitDescriptorsOncePerFold) {
  EvaluateContext context;
  context.AddProjection();
  context.Fill(Contents(), {0, 3}, {3, 4, 0, 2});
  // W' of fold 0 is the identity, of fold 1 (1 1) alone would be L = 1; here L = 2: (1 1; 1 -1).
  ASSERT_TRUE(
      WriteNpy(context.Path("projection.npy"), {{2, 2, 2}, {1, 0, 0, 1, 1, 1, 1, -1}}).ok());
  ASSERT_TRUE(RunEvaluate(context).ok());
  EXPECT_TRUE(context.seen_.projected);
  ASSERT_EQ(context.seen_.matrices.size(), 2U);
  const std::vector<float> expected[2] = {{.6F, .8F, 0, 1}, {1.4F, -.2F, 1, -1}};
  for (size_t fold = 0; fold < 2; ++fold) {
    for (size_t i = 0; i < 4; ++i) {
      EXPECT_NEAR(context.seen_.matrices[fold][i], expected[fold][i], 1e-6) << fold << i;
    }
  }
}

// Against plain sums in double precision; sizes that are no multiple of the inner loop's 16.
TEST(ProjectTest, AgreesWithNaiveSumsAndWithItselfOnMoreThreads) {
  Random random(2);
  DatasetContents data;
  FloatArray pooled{{7, 45}, {}}, projection{{3, 5, 45}, {}};
  for (int i = 0; i < 7; ++i) data.protocol.templates.push_back({absl::StrCat(i), {}});
  for (int i = 0; i < 7 * 45; ++i) pooled.values.push_back(static_cast<float>(random.Normal()));
  for (int i = 0; i < 3 * 5 * 45; ++i) {
    projection.values.push_back(static_cast<float>(random.Normal()));
  }
  const auto one = Project(data, pooled, projection, 1),
             four = Project(data, pooled, projection, 4);
  ASSERT_TRUE(one.ok() && four.ok());
  for (size_t fold = 0; fold < 3; ++fold) {
    EXPECT_EQ((*one)[fold].values, (*four)[fold].values);
    for (size_t row = 0; row < 7; ++row) {
      double squares = 0;
      for (size_t d = 0; d < 45; ++d) squares += std::pow(double{pooled.values[row * 45 + d]}, 2);
      for (size_t out = 0; out < 5; ++out) {
        double sum = 0;
        for (size_t d = 0; d < 45; ++d) {
          sum += double{pooled.values[row * 45 + d]} *
                 double{projection.values[(fold * 5 + out) * 45 + d]};
        }
        EXPECT_NEAR((*one)[fold].values[row * 5 + out], sum / std::sqrt(squares), 1e-5);
      }
    }
  }
}

TEST(EvaluateStageTest, PoolsAsTheEvaluatorAsks) {
  EvaluateContext context;
  context.seen_.pooling.top_k = 1;
  context.Fill(Contents(), {0, 3, 2},
               {1, 2, 10, 20, 3, 8});  // no confidences: the first alignment, 2
  ASSERT_TRUE(RunEvaluate(context).ok());
  EXPECT_EQ(context.seen_.matrices[0], (std::vector<float>{3, 8, 10, 20}));
}

TEST(EvaluateStageTest, WithoutProtocolEachDescribedSampleIsATemplate) {
  EvaluateContext context;
  context.settings_["identities"] = true;
  DatasetContents data = Contents();
  data.protocol = {};
  context.Fill(data, {3, 1}, {1, 2, 3, 4});
  ASSERT_TRUE(RunEvaluate(context).ok());
  EXPECT_EQ(context.seen_.templates, (std::vector<std::string>{"key3", "key1"}));
  EXPECT_EQ(context.seen_.matrices[0], (std::vector<float>{1, 2, 3, 4}));
  // Two of four count, which is said: leaving faces out is not the way to better figures.
  const auto evaluation = EvaluationFromJson(*ReadJsonFile(context.Path("evaluation.json")));
  EXPECT_THAT(evaluation->notices,
              testing::ElementsAre(HasSubstr("2 of 4 samples have no descriptor")));
}

// Each of ours on data that it must refuse: no test set that is one, and no curation.
TEST(EvaluateStageTest, AnEvaluatorsNameStandsBeforeItsMessageOnce) {
  for (const std::string name : {"curation", "det", "detection", "identification", "landmarks",
                                 "tar_at_far", "template_verification", "verification"}) {
    EvaluateContext context;
    context.settings_["identities"] = true;
    context.uses_["evaluator"] = {"plugins/evaluators/lib" + name + ".so", "evaluator", name};
    DatasetContents data = Contents();
    data.protocol.pairs.pop_back();  // no impostor
    for (Sample& sample : data.samples) sample.identity = sample.key;
    context.Fill(data, {0, 2, 3}, {1, 2, 3, 4, 5, 6});
    const std::string message(RunEvaluate(context).message());
    EXPECT_THAT(message, testing::StartsWith(name + ": "));
    EXPECT_THAT(message, testing::Not(HasSubstr(name + ": " + name + ":")));
  }
  // Nor where an exception or the component itself has named it before.
  const auto named = [](const std::string& message) {
    return std::string(CallNamed("ours", [&]() -> absl::Status {
                         if (message.empty()) throw std::runtime_error("no luck");
                         return absl::InternalError(message);
                       }).message());
  };
  EXPECT_EQ(named("ours: no luck"), "ours: no luck");
  EXPECT_EQ(named("no luck"), "ours: no luck");
  EXPECT_EQ(named(""), "ours: exception: no luck");
}

TEST(EvaluateStageTest, WhatIsNotFiniteIsNotStored) {
  EvaluateContext context;
  context.Fill(Contents(), {0, 3}, {1, 2, 3, 4});
  context.seen_.value = std::nan("");
  const absl::Status status = RunEvaluate(context);
  EXPECT_TRUE(absl::IsInternal(status)) << status;
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("the result of evaluator \"fake\": its metric \"figure\" is nan"));
  EXPECT_FALSE(std::filesystem::exists(context.Path("evaluation.json")));
}

TEST(EvaluateStageTest, GivesDetectionsBestFirstAndLandmarksBySample) {
  EvaluateContext context;
  context.Fill(Contents(), {}, {});
  context.inputs_.erase("descriptors");
  context.inputs_["faces"] = context.output_;
  std::vector<FaceRecord> faces(4);
  for (int i = 0; i < 4; ++i) faces[static_cast<size_t>(i)].sample = i;
  faces[0].face.score = 1;
  faces[0].others.resize(2);
  faces[0].others[0].score = 3;
  faces[0].others[1].score = 0.5;
  for (FaceRecord& face : faces) face.face.box = {0, 0, 1, 1};
  for (Face& face : faces[0].others) face.box = {0, 0, 1, 1};
  faces[1].state = FaceRecord::State::kFallback;  // a central box is no detection
  faces[2].state = FaceRecord::State::kUnreadable;
  faces[3].state = FaceRecord::State::kFound;
  faces[3].face.box = {1, 2, 3, 4};
  ASSERT_TRUE(WriteRecords(context.Path("faces.jsonl"), faces).ok());
  ASSERT_TRUE(RunEvaluate(context).ok());
  const std::vector<Detections>& seen = context.seen_.detections;
  ASSERT_EQ(seen.size(), 4U);
  std::vector<double> scores;
  for (const Face& face : seen[0].faces) scores.push_back(face.score);
  EXPECT_EQ(scores, (std::vector<double>{3, 1, 0.5}));
  EXPECT_TRUE(seen[1].readable);
  EXPECT_TRUE(seen[1].faces.empty());
  EXPECT_FALSE(seen[2].readable);
  EXPECT_EQ(seen[3].faces[0].box.height, 4);
  EXPECT_TRUE(context.seen_.landmarks.empty());

  context.inputs_["alignments"] = context.output_;
  AlignmentRecord alignment;
  alignment.sample = 3;
  alignment.alignment.confidence = 0.75;
  AlignmentRecord of_central_box = alignment;
  of_central_box.sample = 1;
  ASSERT_TRUE(WriteRecords(context.Path("alignments.jsonl"),
                           std::vector<AlignmentRecord>{of_central_box, alignment})
                  .ok());
  ASSERT_TRUE(RunEvaluate(context).ok());
  const std::vector<FoundLandmarks>& found = context.seen_.landmarks;
  ASSERT_EQ(found.size(), 4U);
  EXPECT_FALSE(found[0].has_face);
  EXPECT_FALSE(found[1].has_face);  // missed, as with missing = "drop"
  EXPECT_TRUE(found[3].has_face);
  EXPECT_EQ(found[3].box.width, 3);
  EXPECT_EQ(found[3].alignment.confidence, 0.75);
}

// Pairs are named where they were scored.
TEST(EvaluateStageTest, TheProtocolsNameSaysWhatWasMeasured) {
  EvaluateContext context;
  const auto protocol = [&context] {
    EXPECT_TRUE(RunEvaluate(context).ok());
    return EvaluationFromJson(*ReadJsonFile(context.Path("evaluation.json")))->protocol;
  };
  DatasetContents data = Contents();
  data.protocol.templates.push_back({"other", {0}});
  context.Fill(data, {0, 3, 2}, {1, 2, 10, 20, 3, 8});
  EXPECT_THAT(protocol(), StartsWith("small, 2 pairs, sha256 "));
  context.settings_["identities"] = true;
  EXPECT_THAT(protocol(), StartsWith("small, 3 templates, sha256 "));
  context.uses_["evaluator"].options["pairs"] = "all";
  EXPECT_THAT(protocol(), StartsWith("small, 3 templates, sha256 "));
  context.uses_["evaluator"].options["pairs"] = "protocol";
  EXPECT_THAT(protocol(), StartsWith("small, 2 pairs, sha256 "));

  context.settings_ = Json::object();
  context.inputs_.erase("descriptors");
  context.inputs_["faces"] = context.output_;
  std::vector<FaceRecord> faces(4);
  for (FaceRecord& face : faces) face.state = FaceRecord::State::kDropped;
  ASSERT_TRUE(WriteRecords(context.Path("faces.jsonl"), faces).ok());
  EXPECT_THAT(protocol(), StartsWith("small, 4 images, sha256 "));
  data.samples[1].path = data.samples[0].path;  // two faces of one image
  context.Fill(data, {}, {});
  EXPECT_THAT(protocol(), StartsWith("small, 3 images, sha256 "));
  data.protocol = {};
  context.Fill(data, {}, {});
  EXPECT_THAT(protocol(), StartsWith("3 images, sha256 "));
}

TEST(EvaluateStageTest, ItsNoticesAreThoseOfTheStageToo) {
  EvaluateContext context;
  context.seen_.notice = "one of two";
  context.Fill(Contents(), {0, 3, 2}, {1, 2, 10, 20, 3, 8});
  ASSERT_TRUE(RunEvaluate(context).ok());
  EXPECT_THAT(context.notices_, testing::ElementsAre("one of two"));
}

TEST(EvaluateStageTest, TemplatesWithoutDescriptorAreCountedAndNamed) {
  EvaluateContext context;
  context.Fill(Contents(), {0, 1}, {1, 2, 3, 4});
  const absl::Status status = RunEvaluate(context);
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(
      std::string(status.message()),
      HasSubstr("1 of 2 templates of small have no descriptor, the first is \"still\" (key3)"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("test.faces.missing = \"central\""));
}

TEST(EvaluateStageTest, WhatDoesNotFitIsAnError) {
  EvaluateContext context;
  DatasetContents data = Contents();
  context.Fill(data, {0, 9}, {1, 2, 3, 4});
  EXPECT_THAT(std::string(RunEvaluate(context).message()), HasSubstr("is of sample 9"));
  context.Fill(data, {0, 3}, {0, 0, 3, 4});
  context.AddProjection();
  ASSERT_TRUE(WriteNpy(context.Path("projection.npy"), {{1, 1, 3}, {1, 0, 0}}).ok());
  EXPECT_THAT(std::string(RunEvaluate(context).message()),
              HasSubstr("takes descriptors of 3 values; these have 2"));
  ASSERT_TRUE(WriteNpy(context.Path("projection.npy"), {{1, 1, 2}, {1, 0}}).ok());
  EXPECT_THAT(std::string(RunEvaluate(context).message()), HasSubstr("\"video\" is zero"));
  data.protocol = {};
  context.Fill(data, {0, 3}, {1, 2, 3, 4});
  EXPECT_THAT(std::string(RunEvaluate(context).message()), HasSubstr("has no protocol"));
}

}  // namespace
}  // namespace facet
