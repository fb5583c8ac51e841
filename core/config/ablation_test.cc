// [ablate] and seeds: which rows they make, and what those say.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/config/config_testing.h"
#include "gmock/gmock.h"

namespace facet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class AblationTest : public ConfigTest {
 protected:
  static std::vector<std::string> Ids(const LoadResult& result) {
    std::vector<std::string> ids;
    for (const Row& row : result.experiment.rows) ids.push_back(row.id);
    return ids;
  }
  static const Row& RowAt(const LoadResult& result, const std::string& id) {
    for (const Row& row : result.experiment.rows) {
      if (row.id == id) return row;
    }
    static const Row* const kNone = new Row();
    ADD_FAILURE() << "no row " << id;
    return *kNone;
  }

  const std::string rows_ =
      "[base]\ntrain.data = { use = \"folder\", root = \"x\" }\ntrain.loss.use = \"softmax\"\n"
      "[[row]]\nid = \"1\"\n"
      "[[row]]\nid = \"6\"\nextends = \"1\"\nlabel = \"full\"\ntrain.start_from = \"1\"\n"
      "train.loss = { use = \"triplet\", margin = 0.3 }\ntrain.schedule.epochs = 4\n"
      "embed.loss.use = \"softmax\"\n";
};

TEST_F(AblationTest, EachDifferenceFromTheBaselineIsAPart) {
  const LoadResult result =
      Load(rows_ + "[ablate]\nleave_one_out = { row = \"6\", baseline = \"1\" }\n");
  ASSERT_TRUE(result.ok()) << Text(result);
  EXPECT_THAT(Ids(result), ElementsAre("1", "6", "6-train.loss", "6-train.start_from",
                                       "6-train.schedule.epochs", "6-embed"));
  const Row& full = RowAt(result, "6");
  for (const Row& row : result.experiment.rows) {
    if (row.part.empty()) continue;
    EXPECT_EQ(row.compared_with, "6");
    EXPECT_EQ(row.parent, "6");
    EXPECT_EQ(row.id, "6-" + row.part);
    // One slot, or a group of them, is that of row 1, and all others are those of row 6.
    for (const auto& [path, value] : full.slots) {
      const bool in_part =
          absl::StrCat(row.part, ".").rfind(path + ".", 0) == 0 || path.rfind(row.part, 0) == 0;
      if (in_part) continue;
      ASSERT_EQ(row.slots.count(path), 1u) << row.id << " " << path;
      EXPECT_EQ(row.slots.at(path), value) << row.id << " " << path;
    }
  }
  EXPECT_EQ(RowAt(result, "6-train.loss").slots.at("train.loss"), Json({{"use", "softmax"}}));
  EXPECT_EQ(RowAt(result, "6-train.start_from").slots.at("train.start_from"), "");
  EXPECT_EQ(RowAt(result, "6-train.schedule.epochs").slots.at("train.schedule")["epochs"], 10);
  EXPECT_EQ(RowAt(result, "6-embed").slots.count("embed.loss"), 0u);
  EXPECT_EQ(RowAt(result, "6-train.start_from").label, "full, without train start from");
}

TEST_F(AblationTest, WhatIsTheSameInTheEndIsNoPart) {
  const LoadResult result =
      Load(rows_ + "train.schedule.lr = 0.25\n" +  // the default, which row 1 does not say
           "[ablate]\nleave_one_out = { row = \"6\", baseline = \"1\" }\n");
  ASSERT_TRUE(result.ok()) << Text(result);
  EXPECT_THAT(Ids(result), ::testing::Not(::testing::Contains("6-train.schedule.lr")));
  const LoadResult said =
      Load(rows_ + "[ablate]\nleave_one_out = { row = \"6\", baseline = { seed = 1 } }\n");
  EXPECT_THAT(Text(said), HasSubstr("error[E0514]: seed changes nothing: row \"6\" has this"));
}

TEST_F(AblationTest, PartsGroupPathsOrSayWhatTheirRowsSay) {
  const LoadResult result = Load(
      rows_ +
      "[ablate.leave_one_out]\nrow = \"6\"\nbaseline = \"1\"\n[ablate.leave_one_out.parts]\n"
      "network = [\"train.start_from\", \"train.schedule.epochs\"]\nloss = \"train.loss\"\n"
      "embedding = { unset = [\"embed\"], label = \"no embedding\", train.schedule.lr = 0.5 }\n");
  ASSERT_TRUE(result.ok()) << Text(result);
  EXPECT_THAT(Ids(result), ElementsAre("1", "6", "6-network", "6-loss", "6-embedding"));
  const Row& network = RowAt(result, "6-network");
  EXPECT_EQ(network.slots.at("train.start_from"), "");
  EXPECT_EQ(network.slots.at("train.schedule")["epochs"], 10);
  EXPECT_EQ(network.slots.count("embed.loss"), 1u);
  const Row& embedding = RowAt(result, "6-embedding");
  EXPECT_EQ(embedding.label, "no embedding");
  EXPECT_EQ(embedding.slots.count("embed.loss"), 0u);
  EXPECT_EQ(embedding.slots.at("train.schedule")["lr"], 0.5);
  EXPECT_EQ(embedding.slots.at("train.schedule")["epochs"], 4);
}

TEST_F(AblationTest, BaselineValuesMayBeSaid) {
  const LoadResult result = Load(
      rows_ +
      "[ablate]\nleave_one_out = { row = \"6\", baseline = { train.loss = { use = \"softmax\" }, "
      "\"train.schedule.epochs\" = 2 } }\n");
  ASSERT_TRUE(result.ok()) << Text(result);
  EXPECT_THAT(Ids(result), ElementsAre("1", "6", "6-train.loss", "6-train.schedule.epochs"));
  EXPECT_EQ(RowAt(result, "6-train.schedule.epochs").slots.at("train.schedule")["epochs"], 2);
}

TEST_F(AblationTest, AlternativesChangeOneSlotAtATime) {
  const LoadResult result =
      Load(rows_ +
           "[[ablate.one_at_a_time]]\nrow = \"1\"\n[ablate.one_at_a_time.alternatives]\n"
           "\"train.loss\" = [{ use = \"triplet\" }]\n\"train.schedule.epochs\" = [3, 5]\n"
           "\"embed.loss\" = { narrow = { use = \"triplet\", margin = 0.1 } }\n");
  ASSERT_TRUE(result.ok()) << Text(result);
  EXPECT_THAT(Ids(result), ElementsAre("1", "1,train.loss=triplet", "1,epochs=3", "1,epochs=5",
                                       "1,embed.loss=narrow", "6"));
  const Row& row = RowAt(result, "1,epochs=5");
  EXPECT_EQ(row.part, "train.schedule.epochs=5");
  EXPECT_EQ(row.compared_with, "1");
  EXPECT_EQ(row.label, "1, epochs = 5");
  EXPECT_TRUE(row.axes.empty());
}

TEST_F(AblationTest, SetReachesTheRowsOfAnAblation) {
  const LoadResult result =
      Load(rows_ + "[ablate]\nleave_one_out = { row = \"6\", baseline = \"1\" }\n",
           {"6:train.schedule.lr=0.5"});
  ASSERT_TRUE(result.ok()) << Text(result);
  EXPECT_EQ(RowAt(result, "6-train.loss").slots.at("train.schedule")["lr"], 0.5);
  EXPECT_EQ(RowAt(result, "1").slots.at("train.schedule")["lr"], 0.25);
}

TEST_F(AblationTest, SweptWithTheRowThatItChanges) {
  const LoadResult result = Load(
      "seeds = 2\n" + rows_ +
      "[ablate]\nleave_one_out = { row = \"6\", baseline = { \"train.schedule.epochs\" = 2 } }\n"
      "[sweep]\nrows = [\"6\", \"6-train.schedule.epochs\"]\n"
      "grid.\"train.loss.margin\" = [0.5, 0.6]\n");
  ASSERT_TRUE(result.ok()) << Text(result);
  ASSERT_EQ(result.experiment.rows.size(), 10u);
  const Row& row = RowAt(result, "6-train.schedule.epochs,margin=0.6@2");
  EXPECT_EQ(row.compared_with, "6,margin=0.6");
  EXPECT_EQ(row.parent, "6,margin=0.6@2");
  EXPECT_EQ(row.repeats, "6-train.schedule.epochs,margin=0.6");
  EXPECT_EQ(row.swept, "6-train.schedule.epochs");
}

class SeedsTest : public AblationTest {};

TEST_F(SeedsTest, CopiesAreCalledByTheirSeedsAndTakeFromThoseOfTheSameSeed) {
  const LoadResult result = Load("seeds = 3\n" + rows_, {"seed=5"});
  ASSERT_TRUE(result.ok()) << Text(result);
  EXPECT_THAT(Ids(result), ElementsAre("1@5", "1@6", "1@7", "6@5", "6@6", "6@7"));
  const Row& copy = result.experiment.rows[4];
  EXPECT_EQ(copy.slots.at("seed"), 6);
  EXPECT_EQ(copy.slots.at("train.start_from"), "1@6");
  EXPECT_EQ(copy.repeats, "6");
  EXPECT_EQ(copy.parent, "1@6");
  EXPECT_EQ(copy.label, "full");
  EXPECT_EQ(result.experiment.rows[0].label, "1");
  // The first is the row itself in all but its id.
  const LoadResult alone = Load(rows_, {"seed=5"});
  EXPECT_EQ(result.experiment.rows[0].slots, alone.experiment.rows[0].slots);
  EXPECT_EQ(OriginText(result.experiment.rows[0].origins.at("seed")), "--set #1");
  EXPECT_EQ(OriginText(copy.origins.at("seed")), folder_ + "/x.toml:2:9");
}

TEST_F(SeedsTest, ARowsOwnSeedsCountMoreThanTheFilesAndTheCommandLinesMost) {
  const std::string text = "seeds = 3\n" + rows_ +
                           "[[row]]\nid = \"7\"\nextends = \"1\"\nseeds = [1, 4]\n"
                           "[[row]]\nid = \"8\"\nextends = \"7\"\nseeds = 1\n"
                           "[[row]]\nid = \"9\"\nextends = \"1\"\nskip = \"later\"\n";
  EXPECT_THAT(Ids(Load(text)),
              ElementsAre("1@1", "1@2", "1@3", "6@1", "6@2", "6@3", "7@1", "7@4", "8", "9"));
  const LoadResult one =
      LoadExperiment(Write("x.toml", "schema = 1\n" + text),
                     {{"[2]", "--seeds", Override::Kind::kSeeds}}, layout_, catalogue_);
  EXPECT_THAT(Ids(one), ElementsAre("1@2", "6@2", "7@2", "8@2", "9"));
  const LoadResult two =
      LoadExperiment(Write("x.toml", "schema = 1\n" + text),
                     {{"3,1", "--seeds", Override::Kind::kSeeds}}, layout_, catalogue_);
  EXPECT_THAT(Ids(two), ElementsAre("1@3", "1@1", "6@3", "6@1", "7@3", "7@1", "8@3", "8@1", "9"));
}

TEST_F(SeedsTest, ARowThatIsNotRepeatedTakesTheCopyWithItsSeed) {
  const std::string text =
      rows_ +
      "[[row]]\nid = \"7\"\nextends = \"1\"\nseeds = 2\n[[row]]\nid = \"8\"\nextends = "
      "\"1\"\ntrain.start_from = \"7\"\n";
  const LoadResult result = Load(text);
  ASSERT_TRUE(result.ok()) << Text(result);
  EXPECT_EQ(RowAt(result, "8").slots.at("train.start_from"), "7@1");
  EXPECT_EQ(RowAt(Load(text, {"8:seed=2"}), "8").slots.at("train.start_from"), "7@2");
  EXPECT_EQ(RowAt(Load(text, {"8:train.start_from=7@2"}), "8").slots.at("train.start_from"), "7@2");
  const LoadResult other = Load(text, {"8:seed=9"});
  EXPECT_THAT(Text(other), HasSubstr("error[E0516]: row \"7\" is computed with seeds 1, 2, not "
                                     "with 9, the seed of a row that needs it"));
}

TEST_F(SeedsTest, ARowWithTheIdOfACopyIsRefused) {
  const std::string row = "[[row]]\nid = \"6@2\"\nextends = \"1\"\nseeds = 1\n";
  EXPECT_TRUE(Load(rows_ + row).ok());
  EXPECT_THAT(
      Text(Load("seeds = 2\n" + rows_ + row)),
      HasSubstr("error[E0503]: two rows have the id \"6@2\": it is a copy of row \"6\" too"));
}

TEST_F(SeedsTest, AnIdIsNoLongerThanAFilesNameMayBe) {
  const auto with_id = [&](int letters) {
    return Load(absl::StrCat("seeds = 2\n", rows_, "[[row]]\nid = \"", std::string(letters, 'x'),
                             "\"\nextends = \"1\"\n"));
  };
  EXPECT_TRUE(with_id(198).ok()) << Text(with_id(198));  // 200 with "@1"
  EXPECT_THAT(Text(with_id(199)), HasSubstr("error[E0504]: the row's id has 201 letters"));
}

TEST_F(SeedsTest, ASetForACopyIsRefused) {
  const LoadResult result = Load("seeds = 2\n" + rows_, {"6@2:train.schedule.lr=0.5"});
  EXPECT_THAT(Text(result), HasSubstr("--set 6:train.schedule.lr=... changes all of them"));
}

TEST_F(AblationTest, APartsNameIsOneLineOfAMessage) {
  const LoadResult result =
      Load(rows_ +
           "[ablate.leave_one_out]\nrow = \"6\"\nbaseline = \"1\"\n[ablate.leave_one_out.parts]\n"
           "\"a\\nb\" = [\"train.loss\"]\n");
  EXPECT_THAT(Text(result), HasSubstr("E0514]: \"a\\x0ab\" cannot name a part\n"));
}

}  // namespace
}  // namespace facet
