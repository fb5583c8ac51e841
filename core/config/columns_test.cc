// [[column]]: what it shows of rows, what it may not name, and what a reference file says for reported
// rows.
#include "core/config/columns.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/config/config_testing.h"
#include "core/config/resolved.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

TEST_F(ConfigTest, ColumnsShowWhatRowsAreMadeOf) {
  const LoadResult result = Load(R"(
[[column]]
name = "Loss"
of = "train.loss"
values = { triplet = "no classes", "1" = "one" }

[[column]]
name = "Margin"
of = "train.loss.margin"
absent = "none"

[[column]]
name = "Embedding"
of = "embed.loss"
otherwise = "yes"
absent = "no"

[[column]]
name = "Epochs"
of = "train.schedule.epochs"
values = { 3 = "three" }

[[column]]
name = "Images"
of = "count/train.pack/crops"

[[row]]
id = "1"
train.loss = { use = "triplet", margin = 0.5 }
train.schedule.epochs = 3

[[row]]
id = "2"
train.loss = { use = "softmax" }
embed.loss = { use = "triplet" }
)");
  ASSERT_TRUE(result.ok()) << Text(result);
  const Experiment& experiment = result.experiment;
  const auto cells = [&](size_t row) {
    std::vector<std::string> texts;
    for (const SettingColumn& column : experiment.setting_columns) {
      texts.push_back(CellOf(column, experiment.rows[row]));
    }
    return texts;
  };
  EXPECT_EQ(cells(0), (std::vector<std::string>{"no classes", "0.5", "no", "three", "–"}));
  EXPECT_EQ(cells(1), (std::vector<std::string>{"softmax", "none", "yes", "10", "–"}));
  EXPECT_EQ(CountOfColumn(experiment.setting_columns[4]),
            (std::pair<std::string, std::string>("train.pack", "crops")));
  EXPECT_EQ(CountOfColumn(experiment.setting_columns[0]).first, "");

  // What `show` prints has the same columns, and a file that extends this one has them too, unless
  // it names its own.
  Write("shown.toml", ResolvedToml(experiment));
  const LoadResult shown = LoadFile(folder_ + "/shown.toml");
  ASSERT_TRUE(shown.ok()) << Text(shown);
  EXPECT_EQ(ResolvedToml(shown.experiment).substr(0, 400), ResolvedToml(experiment).substr(0, 400));
  const std::string heir = "schema = 1\nextends = \"x.toml\"\n";
  EXPECT_EQ(LoadFile(Write("heir.toml", heir)).experiment.setting_columns.size(), 5u);
  const LoadResult own =
      LoadFile(Write("own.toml", heir + "[[column]]\nname = \"S\"\nof = \"seed\"\n"));
  ASSERT_EQ(own.experiment.setting_columns.size(), 1u) << Text(own);
  EXPECT_EQ(CellOf(own.experiment.setting_columns[0], own.experiment.rows[0]), "1");
}

TEST_F(ConfigTest, ColumnsOfWhatNoRowCanHaveAreMistakes) {
  const LoadResult result = Load(R"([[column]]
name = "A"
of = "train.losss"
[[column]]
name = "B"
of = "train.loss.magrin"
[[column]]
name = "A"
of = "count/train.pack"
otherwize = "x"
[[column]]
name = "C"
[[row]]
id = "1"
)");
  std::vector<std::string> places;
  for (const Diagnostic& diagnostic : result.diagnostics) {
    places.push_back(
        absl::StrCat(diagnostic.code, " ", diagnostic.origin.line, ":", diagnostic.origin.column));
  }
  EXPECT_EQ(places, (std::vector<std::string>{"E0201 4:6", "E0201 7:6", "E0212 9:8", "E0302 10:6",
                                              "E0201 11:1", "E0205 12:1"}))
      << Text(result);
  EXPECT_NE(Text(result).find("did you mean `train.loss`?"), std::string::npos) << Text(result);
  EXPECT_NE(Text(result).find("did you mean `otherwise`?"), std::string::npos) << Text(result);
  const LoadResult own = Load("[[column]]\nname = \"Label\"\nof = \"seed\"\n[[row]]\nid = \"1\"\n");
  EXPECT_NE(Text(own).find("the table has a column \"Label\" of its own"), std::string::npos)
      << Text(own);
  const LoadResult table = Load("[column]\nname = \"A\"\n[[row]]\nid = \"1\"\n");
  EXPECT_NE(Text(table).find("did you mean [[column]]?"), std::string::npos) << Text(table);
}

TEST_F(ConfigTest, AReferenceHasColumnsAndCurvesOfReportedRows) {
  const std::string rows =
      "reference = \"r.toml\"\n[[column]]\nname = \"Images\"\nof = \"count/train.pack/crops\"\n"
      "[[row]]\nid = \"1\"\nreported = \"a paper\"\n";
  Write("r.toml", R"(schema = 1
[row.1]
columns = { "Images" = "4M" }
roc = { far = [0, 0.1, 1], tar = [0.5, 0.9, 1], note = "figure 5" }
"accuracy" = { value = 97.35, unit = "%" }
)");
  const LoadResult result = Load(rows);
  ASSERT_TRUE(result.ok()) << Text(result);
  EXPECT_TRUE(result.diagnostics.empty()) << Text(result);
  const Reference& reference = result.experiment.reference;
  ASSERT_EQ(reference.rows.at("1").size(), 1u);
  EXPECT_EQ(reference.cells.at("1").at("Images"), "4M");
  EXPECT_EQ(reference.rocs.at("1").far, (std::vector<double>{0, 0.1, 1}));
  EXPECT_EQ(reference.rocs.at("1").tar, (std::vector<double>{0.5, 0.9, 1}));

  for (const auto& [line, says] : std::vector<std::pair<std::string, std::string>>{
           {"columns = { Imges = \"4M\" }", "did you mean `Images`?"},
           {"columns = { Images = 4 }", "did you mean \"4\"?"},
           {"columns = \"4M\"", "must be a table"},
           {"roc = { far = [0, 1], tar = [0.5] }", "has 2 far and 1 tar"},
           {"roc = { far = [0.5], tar = [0.5] }", "at least two points"},
           {"roc = { far = [0.5, 0.1], tar = [0.5, 1] }", "far in rising order"},
           {"roc = { far = [0, 100], tar = [0.5, 1] }", "100"},
           {"roc = { tar = [0.5, 1] }", "needs the key `far`"}}) {
    Write("r.toml", "schema = 1\n[row.1]\n" + line + "\n");
    const LoadResult bad = Load(rows);
    EXPECT_NE(Text(bad).find(says), std::string::npos) << line << "\n" << Text(bad);
    EXPECT_TRUE(bad.experiment.reference.rocs.empty()) << line;
  }
}

}  // namespace
}  // namespace facet
