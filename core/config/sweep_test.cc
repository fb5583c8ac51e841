// [sweep] and --axis: which rows they make, and what the ids are. The rows are held against such
// as are written by hand.
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/random.h"
#include "core/config/config_testing.h"
#include "core/config/resolved.h"
#include "gmock/gmock.h"

namespace facet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class SweepTest : public ConfigTest {
 protected:
  static std::vector<std::string> Ids(const LoadResult& result) {
    std::vector<std::string> ids;
    for (const Row& row : result.experiment.rows) ids.push_back(row.id);
    return ids;
  }
  LoadResult LoadWith(const std::string& text, const std::vector<Override>& overrides) {
    return LoadExperiment(Write("x.toml", "schema = 1\n" + text), overrides, layout_, catalogue_);
  }

  const std::string rows_ =
      "[base]\ntrain.data = { use = \"folder\", root = \"x\" }\ntrain.loss = { use = \"triplet\", "
      "margin = 0.2 }\n"
      "[[row]]\nid = \"1\"\nlabel = \"plain\"\n"
      "[[row]]\nid = \"2\"\nextends = \"1\"\ntrain.schedule.epochs = 7\n";
};

TEST_F(SweepTest, AGridIsEveryCombinationTheLastAxisFastest) {
  const LoadResult result =
      Load(rows_ +
           "[sweep]\nrows = [\"2\"]\n"
           "grid = { \"train.loss.margin\" = [0.30, 0.4], \"train.schedule.epochs\" = [3, 5] }\n");
  ASSERT_TRUE(result.ok()) << Text(result);
  EXPECT_THAT(Ids(result), ElementsAre("1", "2,margin=0.3,epochs=3", "2,margin=0.3,epochs=5",
                                       "2,margin=0.4,epochs=3", "2,margin=0.4,epochs=5"));
  EXPECT_EQ(Slots(result, 4, "train.loss")["margin"], 0.4);
  EXPECT_EQ(Slots(result, 4, "train.schedule")["epochs"], 5);
  const Row& row = result.experiment.rows[2];
  EXPECT_EQ(row.swept, "2");
  EXPECT_EQ(row.label, "2, margin = 0.3, epochs = 5");
  EXPECT_THAT(row.axes, ElementsAre(std::make_pair("train.loss.margin", "0.3"),
                                    std::make_pair("train.schedule.epochs", "5")));
  EXPECT_EQ(OriginText(row.origins.at("train.loss.margin")), folder_ + "/x.toml:14:33");
}

TEST_F(SweepTest, APathWithAnEmptyNameIsNoPath) {
  for (const char* path : {"train..loss", ".seed", "seed.", ".", "train.loss..margin"}) {
    const std::vector<Override> axis = {
        {absl::StrCat(path, "=1,2"), "--axis #1", Override::Kind::kAxis}};
    EXPECT_THAT(Text(LoadWith(rows_, axis)), HasSubstr("error[E0206]")) << path;
    for (const char* table :
         {"[sweep]\ngrid", "[ablate.one_at_a_time]\nrow = \"1\"\nalternatives"}) {
      const LoadResult result =
          Load(absl::StrCat(rows_, table, " = { \"", path, "\" = [1, 2] }\n"));
      EXPECT_THAT(Text(result), HasSubstr("error[E0206]")) << table << " " << path;
    }
  }
}

TEST_F(SweepTest, ZipMovesAxesTogetherAndGridMultipliesIt) {
  const LoadResult result =
      Load(rows_ +
           "[sweep]\nrows = [\"1\"]\ngrid.seed = [4, 5]\n"
           "zip = { \"train.loss.margin\" = [0.3, 0.4], \"train.schedule.lr\" = [1e-1, 1e-2] }\n");
  ASSERT_TRUE(result.ok()) << Text(result);
  EXPECT_THAT(Ids(result),
              ElementsAre("1,seed=4,margin=0.3,lr=0.1", "1,seed=4,margin=0.4,lr=0.01",
                          "1,seed=5,margin=0.3,lr=0.1", "1,seed=5,margin=0.4,lr=0.01", "2"));
}

TEST_F(SweepTest, AllRowsAreSweptWhereNoneIsNamedButThoseThatAreLeftOut) {
  const LoadResult result = Load(rows_ +
                                 "[[row]]\nid = \"3\"\nextends = \"1\"\nskip = \"later\"\n"
                                 "[sweep]\ngrid.seed = [1, 2]\n");
  ASSERT_TRUE(result.ok()) << Text(result);
  EXPECT_THAT(Ids(result), ElementsAre("1,seed=1", "1,seed=2", "2,seed=1", "2,seed=2", "3"));
}

TEST_F(SweepTest, WhatIsSaidOfAllRowsIsOfThoseThatHaveTheGroup) {
  const std::string rows = rows_ + "[[row]]\nid = \"3\"\nembed.loss.use = \"softmax\"\n";
  const LoadResult file = Load(rows + "[sweep]\ngrid.\"embed.lr\" = [0.1, 0.2]\n");
  ASSERT_TRUE(file.ok()) << Text(file);
  EXPECT_THAT(Ids(file), ElementsAre("1", "2", "3,lr=0.1", "3,lr=0.2"));
  const std::vector<Override> axis = {{"embed.lr=0.1,0.2", "--axis #1", Override::Kind::kAxis}};
  const LoadResult line = LoadWith(rows, axis);
  ASSERT_TRUE(line.ok()) << Text(line);
  EXPECT_THAT(Ids(line), ElementsAre("1", "2", "3,lr=0.1", "3,lr=0.2"));
  EXPECT_THAT(Text(LoadWith(rows_, axis)), HasSubstr("error[E0512]: no row has `embed`"));
}

TEST_F(SweepTest, IdsDoNotDependOnTheOrderOfValuesNorOnOthers) {
  const std::string sweep = "[sweep]\nrows = [\"1\"]\ngrid.\"train.loss.margin\" = ";
  const LoadResult few = Load(rows_ + sweep + "[0.3, 0.4]\n");
  const LoadResult many = Load(rows_ + sweep + "[0.5, 4e-1, 0.1, 0.30]\n");
  EXPECT_THAT(Ids(few), ElementsAre("1,margin=0.3", "1,margin=0.4", "2"));
  EXPECT_THAT(Ids(many),
              ElementsAre("1,margin=0.5", "1,margin=0.4", "1,margin=0.1", "1,margin=0.3", "2"));
}

TEST_F(SweepTest, PathsOfOneEndAreNamedInFull) {
  const LoadResult result =
      Load(rows_ +
           "embed.loss = { use = \"triplet\" }\n[sweep]\nrows = [\"2\"]\n"
           "grid = { \"train.loss.margin\" = [0.3], \"embed.loss.margin\" = [0.4] }\n");
  ASSERT_TRUE(result.ok()) << Text(result);
  EXPECT_THAT(Ids(result), ElementsAre("1", "2,train.loss.margin=0.3,embed.loss.margin=0.4"));
}

TEST_F(SweepTest, ComponentsAreCalledAsTheyAreOrAsTheFileSays) {
  const LoadResult listed =
      Load(rows_ +
           "[sweep]\nrows = [\"1\"]\ngrid.\"train.loss\" = [{ use = \"softmax\" }, { use = "
           "\"triplet\", margin = 0.5 }]\n");
  ASSERT_TRUE(listed.ok()) << Text(listed);
  EXPECT_THAT(Ids(listed), ElementsAre("1,loss=softmax", "1,loss=triplet", "2"));
  EXPECT_EQ(Slots(listed, 0, "train.loss"), Json({{"use", "softmax"}}));
  const LoadResult named = Load(rows_ +
                                "[sweep]\nrows = [\"1\"]\n[sweep.grid.\"train.loss\"]\n"
                                "narrow = { use = \"triplet\", margin = 0.1 }\n"
                                "wide = { use = \"triplet\", margin = 0.9 }\n");
  ASSERT_TRUE(named.ok()) << Text(named);
  EXPECT_THAT(Ids(named), ElementsAre("1,loss=narrow", "1,loss=wide", "2"));
  EXPECT_EQ(Slots(named, 1, "train.loss")["margin"], 0.9);
}

TEST_F(SweepTest, ListsAndTextsGiveNamesThatAShellTakes) {
  const LoadResult result = Load(
      rows_ +
      "[sweep]\nrows = [\"1\"]\n"
      "grid = { \"train.schedule.rates\" = [[0.1, 0.01], [0.5]], \"train.schedule.tags\" = [[\"a "
      "b\"], [\"a_b\"]] }\n");
  ASSERT_TRUE(result.ok()) << Text(result);
  ASSERT_EQ(result.experiment.rows.size(), 5u);
  EXPECT_EQ(result.experiment.rows[1].id, "1,rates=0.1+0.01,tags=a_b");
  // "a b" has a digest, so that it is not "a_b".
  EXPECT_THAT(result.experiment.rows[0].id,
              ::testing::MatchesRegex("1,rates=0\\.1\\+0\\.01,tags=a_b-[0-9a-f]*"));
}

TEST_F(SweepTest, ALongIdIsCutOffAndStaysItsOwn) {
  std::string grid;
  for (const char* name : {"a", "b"}) {
    absl::StrAppend(&grid, *name == 'a' ? "" : ", ", "[\"", std::string(39, 'x'), name, "\"]");
  }
  const LoadResult result =
      Load(rows_ + "[sweep]\nrows = [\"1\"]\ngrid = { \"train.schedule.tags\" = [" + grid +
           "], \"embed.tags\" = [" + grid +
           "], \"train.schedule.rates\" = [[0.125, 0.25, 0.375, 0.5]] }\n" +
           "[base.embed]\nloss.use = \"softmax\"\n");
  ASSERT_TRUE(result.ok()) << Text(result);
  std::set<std::string> ids;
  for (const Row& row : result.experiment.rows) {
    EXPECT_LE(row.id.size(), 130u);
    ids.insert(row.id);
  }
  EXPECT_EQ(ids.size(), 5u);
}

TEST_F(SweepTest, ExcludeTakesPointsOutAndIncludeAddsSome) {
  const LoadResult result = Load(
      rows_ +
      "[sweep]\nrows = [\"1\"]\n"
      "grid = { \"train.loss.margin\" = [0.3, 0.4], \"train.schedule.epochs\" = [3, 5] }\n"
      "exclude = [{ \"train.loss.margin\" = 0.4, \"train.schedule.epochs\" = 5.0 }]\n"
      "include = [{ \"train.schedule.epochs\" = 9, \"train.loss.margin\" = 0.9 }, { seed = 8 }]\n");
  ASSERT_TRUE(result.ok()) << Text(result);
  EXPECT_THAT(Ids(result),
              ElementsAre("1,margin=0.3,epochs=3", "1,margin=0.3,epochs=5", "1,margin=0.4,epochs=3",
                          "1,margin=0.9,epochs=9", "1,seed=8", "2"));
}

TEST_F(SweepTest, PointsTakeTheNetworkOfThePointWithTheirValues) {
  const std::string chain = rows_ + "[[row]]\nid = \"3\"\ntrain.start_from = \"1\"\n";
  const LoadResult all = Load(chain + "[sweep]\ngrid.\"train.loss.margin\" = [0.3, 0.4]\n");
  ASSERT_TRUE(all.ok()) << Text(all);
  EXPECT_EQ(Slots(all, 4, "train.start_from"), "1,margin=0.3");
  EXPECT_EQ(Slots(all, 5, "train.start_from"), "1,margin=0.4");
  const LoadResult last =
      Load(chain + "[sweep]\nrows = [\"3\"]\ngrid.\"train.loss.margin\" = [0.3, 0.4]\n");
  ASSERT_TRUE(last.ok()) << Text(last);
  EXPECT_EQ(Slots(last, 2, "train.start_from"), "1");
  // More axes than the row has that they start from.
  const LoadResult two = Load(chain +
                              "[[sweep]]\nrows = [\"1\"]\ngrid.\"train.loss.margin\" = [0.3, 0.4]\n"
                              "[[sweep]]\nrows = [\"3\"]\ngrid = { seed = [5], "
                              "\"train.loss.margin\" = [0.4] }\n");
  ASSERT_TRUE(two.ok()) << Text(two);
  EXPECT_EQ(Slots(two, 3, "train.start_from"), "1,margin=0.4");
  const LoadResult none =
      Load(chain + "[sweep]\nrows = [\"1\"]\ngrid.\"train.loss.margin\" = [0.3, 0.4]\n");
  EXPECT_THAT(Text(none), HasSubstr("error[E0516]: row \"1\" is swept into 2 rows"));
  EXPECT_THAT(Text(none), HasSubstr("train.start_from = \"1,margin=0.3\""));
}

TEST_F(SweepTest, TheCommandLineAddsAxesAndCountsMoreThanThem) {
  const std::vector<Override> axis = {
      {"train.loss.margin=0.30,4e-1", "--axis #1", Override::Kind::kAxis}};
  const LoadResult all = LoadWith(rows_, axis);
  ASSERT_TRUE(all.ok()) << Text(all);
  EXPECT_THAT(Ids(all),
              ElementsAre("1,margin=0.3", "1,margin=0.4", "2,margin=0.3", "2,margin=0.4"));
  EXPECT_EQ(Slots(all, 1, "train.loss")["margin"], 0.4);
  EXPECT_EQ(OriginText(all.experiment.rows[1].origins.at("train.loss.margin")), "--axis #1");

  const LoadResult one = LoadWith(rows_, {{"2:train.loss=softmax,{use=\"triplet\",margin=0.5}",
                                           "--axis #1", Override::Kind::kAxis}});
  ASSERT_TRUE(one.ok()) << Text(one);
  EXPECT_THAT(Ids(one), ElementsAre("1", "2,loss=softmax", "2,loss=triplet"));

  // In place of the file's values of that axis, beside its others.
  const LoadResult both =
      LoadWith(rows_ +
                   "[sweep]\nrows = [\"2\"]\ngrid = { \"train.loss.margin\" = [0.7, 0.8], seed = "
                   "[5, 6] }\n",
               {{"2:train.loss.margin=0.3", "--axis #1", Override::Kind::kAxis}});
  ASSERT_TRUE(both.ok()) << Text(both);
  EXPECT_THAT(Ids(both), ElementsAre("1", "2,margin=0.3,seed=5", "2,margin=0.3,seed=6"));
}

TEST_F(SweepTest, SetCountsMoreThanAnAxisAndReachesPoints) {
  const std::string sweep =
      rows_ + "[sweep]\nrows = [\"2\"]\ngrid.\"train.loss.margin\" = [0.3, 0.4]\n";
  const LoadResult result =
      Load(sweep, {"2:train.schedule.epochs=9", "2,margin=0.4:train.schedule.lr=0.5"});
  ASSERT_TRUE(result.ok()) << Text(result);
  EXPECT_EQ(Slots(result, 0, "train.schedule")["epochs"], 10);
  EXPECT_EQ(Slots(result, 1, "train.schedule")["epochs"], 9);
  EXPECT_EQ(Slots(result, 1, "train.schedule")["lr"], 0.25);
  EXPECT_EQ(Slots(result, 2, "train.schedule")["lr"], 0.5);
  const LoadResult over = Load(sweep, {"train.loss.margin=0.9"});
  EXPECT_THAT(Text(over), HasSubstr("error[E0512]: rows \"2,margin=0.3\" and \"2,margin=0.4\" are "
                                    "the same"));
}

TEST_F(SweepTest, AFileSweepsInPlaceOfTheOneThatItExtends) {
  Write("base.toml", "schema = 1\n" + rows_ + "[sweep]\ngrid.seed = [1, 2]\n");
  const LoadResult result =
      Load("extends = \"base.toml\"\n[sweep]\nrows = [\"1\"]\ngrid.seed = [8]\n");
  ASSERT_TRUE(result.ok()) << Text(result);
  EXPECT_THAT(Ids(result), ElementsAre("1,seed=8", "2"));
}

TEST_F(SweepTest, TooManyRowsAreRefusedBeforeTheyAreMade) {
  std::string values = "[0";
  for (int i = 1; i < 200; ++i) absl::StrAppend(&values, ", ", i);
  values += "]";
  const LoadResult points = Load(rows_ + "[sweep]\ngrid = { seed = " + values +
                                 ", \"train.schedule.epochs\" = " + values + " }\n");
  EXPECT_THAT(Text(points), HasSubstr("error[E0513]: the sweep has more than 10000 points (200 x "
                                      "200)"));
  const LoadResult seeds = Load("seeds = 100\n" + rows_ + "[sweep]\ngrid.seed = " + values + "\n");
  EXPECT_THAT(Text(seeds), HasSubstr("error[E0513]: with all seeds there are at least "));
}

TEST_F(SweepTest, IdsOfMadeRowsMayBeWrittenByHand) {
  for (const std::string id :
       {"4@2", "4,margin=0.3", "6-train.aligner", "1,loss=a+b_c-d,x.y=-0.5@17"}) {
    EXPECT_TRUE(Load(absl::StrCat("[[row]]\nid = \"", id, "\"\nskip = \"x\"\n")).ok()) << id;
  }
  for (const std::string id :
       {"4@", "@2", "4@x", "4@2@3", "4,margin", "4,=3", "4,x=", "4,x=1=2", "train.aligner", ",x=1",
        "4 ,x=1", "", "-4", "-", "--seeds", "-4@2", "-4,x=1"}) {
    EXPECT_THAT(Text(Load(absl::StrCat("[[row]]\nid = \"", id, "\"\n"))), HasSubstr("E0504")) << id;
  }
  EXPECT_THAT(
      Text(Load("[[row]]\nid = \"\"\n")),
      HasSubstr("an id begins with a letter, a digit, _ or + and goes on with these and -"));
}

// What facet show writes has the rows as any others.
TEST_F(SweepTest, ResolvedTomlLoadsToTheSameRows) {
  const LoadResult result = Load("seeds = 2\n" + rows_ +
                                 "[[row]]\nid = \"3\"\ntrain.start_from = \"1\"\n"
                                 "[sweep]\ngrid.\"train.loss.margin\" = [0.3, 0.4]\n");
  ASSERT_TRUE(result.ok()) << Text(result);
  const LoadResult again = LoadFile(Write("again.toml", ResolvedToml(result.experiment)));
  ASSERT_TRUE(again.ok()) << Text(again);
  ASSERT_EQ(again.experiment.rows.size(), 12u);
  for (size_t i = 0; i < 12; ++i) {
    EXPECT_EQ(again.experiment.rows[i].id, result.experiment.rows[i].id);
    EXPECT_EQ(again.experiment.rows[i].label, result.experiment.rows[i].label);
    EXPECT_EQ(again.experiment.rows[i].slots, result.experiment.rows[i].slots);
  }
  const Json json = ResolvedJson(result.experiment);
  EXPECT_EQ(json["rows"][11]["repeats"], "3,margin=0.4");
  EXPECT_EQ(json["rows"][11]["axes"][0]["path"], "train.loss.margin");
}

// Grids drawn at random, and the rows of each written by hand.
TEST_F(SweepTest, RowsEqualThoseWrittenByHand) {
  Random random(17);
  const std::vector<std::pair<std::string, std::vector<std::string>>> axes = {
      {"train.loss.margin", {"0.3", "0.4", "1.5"}},
      {"train.schedule.epochs", {"3", "5", "8", "13"}},
      {"train.schedule.rates", {"[0.1]", "[0.2, 0.1]"}},
      {"train.schedule.flip", {"true", "false"}},
      {"embed.loss", {"{ use = \"softmax\" }", "{ use = \"triplet\", margin = 0.6 }"}},
      {"seed", {"1", "2", "3"}}};
  for (int trial = 0; trial < 40; ++trial) {
    std::string grid;
    std::vector<std::string> points = {""};
    for (const auto& [path, values] : axes) {
      if (random.Bernoulli(0.5)) continue;
      absl::StrAppend(&grid, grid.empty() ? "" : ", ", "\"", path, "\" = [");
      std::vector<std::string> more;
      for (const std::string& value : values) {
        absl::StrAppend(&grid, value == values.front() ? "" : ", ", value);
      }
      for (const std::string& point : points) {
        for (const std::string& value : values) {
          more.push_back(absl::StrCat(point, path, " = ", value, "\n"));
        }
      }
      grid += "]";
      points = more;
    }
    if (grid.empty()) continue;
    std::string by_hand = rows_.substr(0, rows_.find("[[row]]\nid = \"2\""));
    for (size_t i = 0; i < points.size(); ++i) {
      absl::StrAppend(&by_hand, "[[row]]\nid = \"p", i, "\"\nextends = \"1\"\n", points[i]);
    }
    const LoadResult swept = Load(rows_ + "[sweep]\nrows = [\"1\"]\ngrid = { " + grid + " }\n");
    ASSERT_TRUE(swept.ok()) << Text(swept);
    const LoadResult written = Load(by_hand);
    ASSERT_TRUE(written.ok()) << Text(written);
    ASSERT_EQ(swept.experiment.rows.size(), points.size() + 1);
    const Json a = ResolvedJson(swept.experiment)["rows"],
               b = ResolvedJson(written.experiment)["rows"];
    for (size_t i = 0; i < points.size(); ++i) {
      EXPECT_EQ(a[i]["slots"], b[i + 1]["slots"]) << points[i];
      EXPECT_EQ(a[i]["order"], b[i + 1]["order"]) << points[i];
      EXPECT_EQ(a[i]["extends"], "1");
    }
  }
}

}  // namespace
}  // namespace facet
