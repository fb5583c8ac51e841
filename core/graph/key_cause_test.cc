#include "core/graph/key_cause.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>

#include "absl/strings/str_cat.h"
#include "core/base/hash.h"
#include "core/base/test_folder.h"

namespace facet {
namespace {

using State = PlannedStage::State;

// Two stages: "detect", and "pack" that takes its faces.
class KeyCauseTest : public testing::Test {
 protected:
  KeyCauseTest() : store_(*Store::Open(TestFolder())), graph_{{StageSpec(), StageSpec()}} {
    graph_.stages[0].type = "detect";
    graph_.stages[0].name = "test.detect";
    graph_.stages[1].type = "pack";
    graph_.stages[1].name = "test.pack";
    graph_.stages[1].inputs = {{"faces", 0}};
  }

  // Stores an artifact with this content; returns its digest as an input.
  std::string Commit(const StageSpec& stage, Json document, const std::string& content,
                     const std::string& name = "") {
    Artifact artifact;
    artifact.key = Sha256Hex(Dump(document) + name);
    std::string holder;
    const auto lock = store_->TryLock(artifact.key, &holder);
    const std::string work = *store_->MakeWorkFolder(artifact.key);
    std::filesystem::create_directories(work + "/out");
    std::ofstream(work + "/out/file") << content;
    artifact.type = stage.type;
    artifact.name = name.empty() ? stage.name : name;
    artifact.key_document = std::move(document);
    artifact.provenance = {{"finished", absl::StrCat("2026-11-30T12:00:0", num_stored_++, "Z")}};
    EXPECT_TRUE(store_->Commit(work + "/out", &artifact).ok());
    RemoveFolder(work);
    return artifact.ContentDigest();
  }

  KeyCause Cause(const Json& detect, const Json& pack) const {
    std::vector<PlannedStage> planned(2);
    planned[0].state = State::kRun;
    planned[0].document = detect;
    planned[1].state = State::kWaits;
    planned[1].document = pack;
    store_->index().Refresh();  // as PlanStages() does
    return FindKeyCause(graph_, planned, 1, *store_);
  }

  std::unique_ptr<Store> store_;
  StageGraph graph_;
  int num_stored_ = 0;
};

Json Detect(double side) { return {{"stage", "detect"}, {"settings", {{"side", side}}}}; }
Json Pack(int size, const std::string& faces) {
  return {{"stage", "pack"}, {"settings", {{"size", size}}}, {"inputs", {{"faces", faces}}}};
}

TEST_F(KeyCauseTest, FollowsAnInputToWhatMadeItsContentOfThen) {
  // What is nearer to the detection of now has made other faces.
  const std::string faces = Commit(graph_.stages[0], Detect(0.5), "faces of a half");
  Commit(graph_.stages[0], Detect(0.75), "faces of three quarters");
  Commit(graph_.stages[1], Pack(32, faces), "crops");
  const KeyCause cause = Cause(Detect(0.75), Pack(32, PendingInput("some key")));
  ASSERT_TRUE(cause.nearest.has_value());
  ASSERT_EQ(cause.differences.size(), 1u);
  EXPECT_EQ(cause.differences[0].path, "inputs.faces");
  ASSERT_EQ(cause.inputs.size(), 1u);
  EXPECT_EQ(cause.inputs[0].port, "faces");
  EXPECT_EQ(cause.inputs[0].stage, 0);
  ASSERT_EQ(cause.inputs[0].differences.size(), 1u);
  EXPECT_EQ(cause.inputs[0].differences[0].path, "settings.side");
  EXPECT_EQ(cause.inputs[0].differences[0].before, 0.5);
  EXPECT_EQ(cause.inputs[0].differences[0].after, 0.75);
}

TEST_F(KeyCauseTest, TheNearestHasTheFewestDifferencesThenTheStagesName) {
  const std::string faces = Commit(graph_.stages[0], Detect(0.5), "faces");
  Commit(graph_.stages[1], Pack(48, faces), "a", "train.pack");
  Commit(graph_.stages[1], Pack(40, faces), "b");
  Commit(graph_.stages[1], Pack(32, "0"), "c");
  EXPECT_EQ(Cause(Detect(0.5), Pack(36, faces)).nearest->key_document, Pack(40, faces));
  EXPECT_EQ(Cause(Detect(0.5), Pack(48, faces)).nearest->name, "train.pack");
}

// From above, all that were made of other faces are equally near: the faces say which is meant.
TEST_F(KeyCauseTest, OfEqualsTheOneWhoseInputsWereChangedLeastIsMeant) {
  const auto detect = [](const char* start, double side) {
    return Json({{"stage", "detect"}, {"settings", {{"side", side}, {"start", start}}}});
  };
  for (const bool meant_is_last : {false, true}) {
    const std::string first = absl::StrCat("row a", meant_is_last), last = first + " too";
    const std::string meant = meant_is_last ? last : first;
    for (const std::string& row : {first, last}) {
      const std::string faces =
          Commit(graph_.stages[0], detect(row == meant ? "a" : "", 0.5 + meant_is_last),
                 "faces of " + row);
      Commit(graph_.stages[1], Pack(32, faces), "crops of " + row);
    }
    const KeyCause cause = Cause(detect("a", 0.75), Pack(32, PendingInput("some key")));
    ASSERT_EQ(cause.inputs.size(), 1u);
    ASSERT_EQ(cause.inputs[0].differences.size(), 1u);
    EXPECT_EQ(cause.inputs[0].differences[0].path, "settings.side");
  }
}

// As of two rows of which one has a stage that the other has not.
TEST_F(KeyCauseTest, OfEqualsOneThatLacksAnInputIsNotMeant) {
  const std::string faces = Commit(graph_.stages[0], Detect(0.5), "faces");
  Commit(graph_.stages[1], Pack(32, faces), "crops");
  Commit(graph_.stages[1], {{"stage", "pack"}, {"settings", {{"size", 32}}}}, "crops of nothing");
  const KeyCause cause = Cause(Detect(0.75), Pack(32, PendingInput("some key")));
  ASSERT_EQ(cause.inputs.size(), 1u);
  ASSERT_EQ(cause.inputs[0].differences.size(), 1u);
  EXPECT_EQ(cause.inputs[0].differences[0].path, "settings.side");
}

TEST_F(KeyCauseTest, SaysWhatIsNotStored) {
  EXPECT_FALSE(Cause(Detect(0.5), Pack(32, "0")).nearest.has_value());
  Commit(graph_.stages[1], Pack(32, "content that nobody has"), "crops");
  const KeyCause cause = Cause(Detect(0.5), Pack(32, PendingInput("some key")));
  ASSERT_EQ(cause.inputs.size(), 1u);
  EXPECT_FALSE(cause.inputs[0].nearest.has_value());
}

}  // namespace
}  // namespace facet
