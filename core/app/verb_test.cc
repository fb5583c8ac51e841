#include "core/app/verb.h"

#include <string>
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
  const std::vector<Override> overrides = OverridesOf({"x.toml", {"seed=1", "7:embed.lr=0.1"}});
  ASSERT_EQ(overrides.size(), 2u);
  EXPECT_EQ(overrides[1].text, "7:embed.lr=0.1");
  EXPECT_EQ(overrides[1].source, "--set #2");
}

}  // namespace
}  // namespace facet
