#include "core/app/verb.h"

#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace facet {
namespace {

std::vector<Diagnostic> Errors(const std::vector<std::string>& codes) {
  std::vector<Diagnostic> diagnostics;
  for (const std::string& code : codes) {
    diagnostics.emplace_back();
    diagnostics.back().code = code;
  }
  return diagnostics;
}

TEST(ExitCodeOfTest, InputsAndPluginsCountOnlyWhereTheFileIsRight) {
  EXPECT_EQ(ExitCodeOf({}), kExitDone);
  EXPECT_EQ(ExitCodeOf(Errors({"E0601", "E0602"})), kExitInput);
  EXPECT_EQ(ExitCodeOf(Errors({"E0601", "E0401", "E0601"})), kExitPlugin);
  EXPECT_EQ(ExitCodeOf(Errors({"E0401", "E0601", "E0301"})), kExitConfig);
  EXPECT_EQ(ExitCodeOf(Errors({"E0402"})), kExitConfig);
}

TEST(ExitCodeOfTest, WarningsAreNoFailure) {
  std::vector<Diagnostic> warnings = Errors({"E0208", "E0507"});
  for (Diagnostic& warning : warnings) warning.severity = Diagnostic::Severity::kWarning;
  EXPECT_EQ(ExitCodeOf(warnings), kExitDone);
}

TEST(OverridesOfTest, AreNumberedAsGiven) {
  const std::vector<Override> overrides =
      OverridesOf({"x.toml", {"seed=1", "7:embed.lr=0.1"}, {}, ""});
  ASSERT_EQ(overrides.size(), 2u);
  EXPECT_EQ(overrides[1].text, "7:embed.lr=0.1");
  EXPECT_EQ(overrides[1].source, "--set #2");
}

TEST(OverridesOfTest, AxesAndSeedsComeAfterThem) {
  const std::vector<Override> overrides =
      OverridesOf({"x.toml", {"seed=1"}, {"train.batch=32,64", "4:train.epochs=1,2"}, "1,7"});
  ASSERT_EQ(overrides.size(), 4u);
  EXPECT_EQ(overrides[2].text, "4:train.epochs=1,2");
  EXPECT_EQ(overrides[2].source, "--axis #2");
  EXPECT_EQ(overrides[2].kind, Override::Kind::kAxis);
  EXPECT_EQ(overrides[3].text, "1,7");
  EXPECT_EQ(overrides[3].kind, Override::Kind::kSeeds);
}

Row MadeRow(std::string id, std::string repeats, std::string swept) {
  Row row;
  row.id = std::move(id);
  row.repeats = std::move(repeats);
  row.swept = std::move(swept);
  return row;
}

TEST(SelectRowsTest, AnIdStandsForAllThatWasMadeOfTheRow) {
  Experiment experiment;
  experiment.rows = {MadeRow("1@1", "1", ""),          MadeRow("1@2", "1", ""),
                     MadeRow("4,x=3@1", "4,x=3", "4"), MadeRow("4,x=3@2", "4,x=3", "4"),
                     MadeRow("4,x=5@1", "4,x=5", "4"), MadeRow("4,x=5@2", "4,x=5", "4"),
                     MadeRow("4-part", "", "")};
  const auto selected = [&](const std::vector<std::string>& ids) {
    std::string text;
    const auto rows = SelectRows(experiment, ids);
    if (!rows.ok()) return std::string(rows.status().message());
    for (const Row* row : *rows) text += row->id + " ";
    return text;
  };
  EXPECT_EQ(selected({"1"}), "1@1 1@2 ");
  EXPECT_EQ(selected({"1@2"}), "1@2 ");
  EXPECT_EQ(selected({"4"}), "4,x=3@1 4,x=3@2 4,x=5@1 4,x=5@2 ");
  EXPECT_EQ(selected({"4,x=5"}), "4,x=5@1 4,x=5@2 ");
  EXPECT_EQ(selected({"4@2"}), "4,x=3@2 4,x=5@2 ");
  EXPECT_EQ(selected({"4,x=3@1", "4-part"}), "4,x=3@1 4-part ");
  EXPECT_NE(selected({"4,x=6"}).find("has no row \"4,x=6\""), std::string::npos);
  EXPECT_NE(selected({"1@3"}).find("has no row \"1@3\""), std::string::npos);
  EXPECT_EQ(selected({}), "1@1 1@2 4,x=3@1 4,x=3@2 4,x=5@1 4,x=5@2 4-part ");
}

}  // namespace
}  // namespace facet
