// What the stage says: names, notices, errors.
#include "core/stages/evaluate/evaluate_testing.h"

namespace facet {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

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
  EXPECT_THAT(
      std::string(RunEvaluate(context).message()),
      AllOf(HasSubstr("the descriptors of 1 of 2 templates are zero and cannot be projected, "
                      "the first is that of \"video\"; so it is where training has collapsed: "),
            HasSubstr("the report shows its loss")));
  data.protocol = {};
  context.Fill(data, {0, 3}, {1, 2, 3, 4});
  EXPECT_THAT(std::string(RunEvaluate(context).message()), HasSubstr("has no protocol"));
}

}  // namespace
}  // namespace facet
