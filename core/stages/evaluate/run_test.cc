#include "core/stages/evaluate/evaluate_testing.h"

namespace facet {
namespace {

using ::testing::HasSubstr;

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

}  // namespace
}  // namespace facet
