// Rows share what they have in common, in memory and in what is found out of it: which shows in
// nothing but the time.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/config/config_testing.h"
#include "core/config/document.h"
#include "core/config/row_tree.h"

namespace facet {
namespace {

class SharedRowsTest : public ConfigTest {
 protected:
  std::vector<RowTree> Trees(const std::string& text) {
    Problems problems;
    const Document document =
        ReadDocument(Write("x.toml", "schema = 1\n" + text), {"train", "seed", "embed"}, &problems);
    std::vector<RowTree> trees = BuildRowTrees(document, {}, layout_, &problems);
    EXPECT_EQ(problems.count(), 0u);
    return trees;
  }
  static bool ShareTable(const RowTree& a, const RowTree& b, const std::string& path) {
    return FindPath(a.slots, path)->members.IsShared(FindPath(b.slots, path)->members);
  }
};

TEST_F(SharedRowsTest, ARowHoldsOnlyWhatItChanges) {
  const std::vector<RowTree> rows = Trees(
      "[base]\ntrain.data.use = \"folder\"\ntrain.schedule.epochs = 7\n"
      "[[row]]\nid = \"a\"\n"
      "[[row]]\nid = \"b\"\nextends = \"a\"\ntrain.schedule.lr = 0.5\n"
      "[[row]]\nid = \"c\"\nextends = \"b\"\nseed = 3\n"
      "[[row]]\nid = \"d\"\nextends = \"b\"\nunset = [\"train.schedule.lr\"]\n");
  for (const RowTree& row : rows) {
    EXPECT_TRUE(ShareTable(row, rows[0], "train.data")) << row.id;
    EXPECT_EQ(ShareTable(row, rows[1], "train.schedule"), row.id == "b" || row.id == "c") << row.id;
  }
  EXPECT_EQ(FindPath(rows[0].slots, "train.schedule.lr"), nullptr);
  EXPECT_NE(FindPath(rows[1].slots, "train.schedule.lr"), nullptr);
  EXPECT_NE(FindPath(rows[2].slots, "train.schedule.lr"), nullptr);
  EXPECT_EQ(FindPath(rows[3].slots, "train.schedule.lr"), nullptr);
  EXPECT_EQ(FindPath(rows[1].slots, "seed"), nullptr);
  EXPECT_FALSE(FindPath(rows[1].slots, "train.data")->by_row);
}

TEST_F(SharedRowsTest, PointsAndCopiesHoldOnlyWhatTheirAxesChange) {
  const std::vector<RowTree> rows = Trees(
      "seeds = 3\n[base]\ntrain.data.use = \"folder\"\ntrain.loss.use = \"triplet\"\n"
      "train.schedule.epochs = 7\n[[row]]\nid = \"a\"\n"
      "[sweep]\ngrid.\"train.loss.margin\" = [0.1, 0.2, 0.3]\n");
  ASSERT_EQ(rows.size(), 9u);
  for (size_t i = 0; i < rows.size(); ++i) {
    EXPECT_TRUE(ShareTable(rows[i], rows[0], "train.data")) << rows[i].id;
    EXPECT_TRUE(ShareTable(rows[i], rows[0], "train.schedule")) << rows[i].id;
    EXPECT_TRUE(ShareTable(rows[i], rows[i - i % 3], "train.loss")) << rows[i].id;
  }
}

// Each row alone in its file is what nothing is shared with.
TEST_F(SharedRowsTest, ARowIsTheSameAloneAndAmongOthers) {
  const std::string base =
      "[base]\ntrain.data = { use = \"folder\", root = \"photographs\" }\n"
      "train.loss = { use = \"triplet\", margin = 0.3 }\ntrain.schedule.epochs = 7\n";
  const std::vector<std::string> rows = {
      "[[row]]\nid = \"0\"\nskip = \"later\"\n",
      "[[row]]\nid = \"1\"\nextends = \"0\"\nseed = 3\n",
      "[[row]]\nid = \"2\"\nextends = \"1\"\ntrain.loss.margin = 0.4\n",
      "[[row]]\nid = \"3\"\nextends = \"2\"\ntrain.data.root = \"others\"\n",
      "[[row]]\nid = \"4\"\nextends = \"2\"\nembed.loss = { use = \"triplet\", margin = 0.3 }\n",
      "[[row]]\nid = \"5\"\nextends = \"4\"\ntrain.loss.use = \"softmax\"\n"
      "unset = [\"train.data\"]\n",
      "[[row]]\nid = \"6\"\nextends = \"3\"\nreported = \"a book\"\n"};
  std::string all = base;
  for (const std::string& row : rows) all += row;
  const LoadResult together = Load(all);
  ASSERT_TRUE(together.ok()) << Text(together);
  ASSERT_EQ(together.experiment.rows.size(), rows.size());
  // Rows that come later are checked with what was found out of others.
  const std::vector<std::vector<size_t>> lines = {
      {0}, {0, 1}, {0, 1, 2}, {0, 1, 2, 3}, {0, 1, 2, 4}, {0, 1, 2, 4, 5}, {0, 1, 2, 3, 6}};
  for (size_t i = 0; i < rows.size(); ++i) {
    // Its chain in reverse: the row is checked first.
    std::string alone = base;
    for (auto line = lines[i].rbegin(); line != lines[i].rend(); ++line) alone += rows[*line];
    const LoadResult result = Load(alone);
    ASSERT_TRUE(result.ok()) << Text(result);
    const Row& row = together.experiment.rows[i];
    const Row& same = result.experiment.rows[0];
    EXPECT_EQ(row.id, same.id);
    EXPECT_EQ(row.slots, same.slots) << row.id;
    EXPECT_EQ(row.order, same.order) << row.id;
    EXPECT_EQ(row.unset, same.unset) << row.id;
    ASSERT_EQ(row.origins.size(), same.origins.size()) << row.id;
    for (const auto& [path, origin] : row.origins) {
      ASSERT_EQ(same.origins.count(path), 1u) << row.id << " " << path;
      EXPECT_EQ(origin.source, same.origins.at(path).source) << row.id << " " << path;
    }
  }
  // The first row is left out, so its folder stays as it is written; the second has the same table.
  EXPECT_EQ(Slots(together, 0, "train.data")["root"], "photographs");
  EXPECT_EQ(Slots(together, 1, "train.data")["root"], folder_ + "/photographs");
  EXPECT_EQ(Slots(together, 3, "train.data")["root"], folder_ + "/others");
}

TEST_F(SharedRowsTest, AnOverrideOfARowStaysInTheRow) {
  const LoadResult result = Load(
      "[base]\ntrain.loss = { use = \"triplet\", margin = 0.3 }\n"
      "[[row]]\nid = \"a\"\n[[row]]\nid = \"b\"\nextends = \"a\"\n[[row]]\nid = \"c\"\n",
      {"b:train.loss.margin=0.5"});
  ASSERT_TRUE(result.ok()) << Text(result);
  EXPECT_EQ(Slots(result, 0, "train.loss")["margin"], 0.3);
  EXPECT_EQ(Slots(result, 1, "train.loss")["margin"], 0.5);
  EXPECT_EQ(Slots(result, 2, "train.loss")["margin"], 0.3);
  EXPECT_EQ(OriginText(result.experiment.rows[1].origins.at("train.loss.margin")), "--set #1");
  EXPECT_NE(OriginText(result.experiment.rows[2].origins.at("train.loss.margin")), "--set #1");
}

// What is wrong with a table that rows share is said of the first alone; what only one has, there.
TEST_F(SharedRowsTest, AMistakeThatRowsShareIsToldOnceAndNotForgotten) {
  const LoadResult result = Load(
      "[base]\ntrain.loss = { use = \"triplet\", margin = -1 }\n"
      "[[row]]\nid = \"a\"\n[[row]]\nid = \"b\"\nextends = \"a\"\n"
      "[[row]]\nid = \"c\"\nextends = \"b\"\ntrain.loss.margin = 0.5\n"
      "[[row]]\nid = \"d\"\nextends = \"c\"\ntrain.loss.margin = \"wide\"\n"
      "[[row]]\nid = \"e\"\nextends = \"c\"\n");
  ASSERT_EQ(result.diagnostics.size(), 2u) << Text(result);
  EXPECT_EQ(result.diagnostics[0].code, "E0302");
  EXPECT_EQ(result.diagnostics[1].code, "E0301");
  EXPECT_EQ(Slots(result, 4, "train.loss")["margin"], 0.5);
}

}  // namespace
}  // namespace facet
