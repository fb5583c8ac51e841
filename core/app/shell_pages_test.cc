#include "core/app/shell_pages.h"

#include <string>
#include <vector>

#include "core/app/command_line.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using testing::HasSubstr;
using testing::Not;

class ShellPagesTest : public testing::Test {
 protected:
  ShellPagesTest() : line_("tool", "tool: does things") {
    Command program = line_.program();
    program.Option("--color", &text_, "colours").OneOf({"auto", "never"}).TypeName("WHEN");
    Command run = program.Subcommand("run", "runs -it-");
    run.Positional("FILE", &text_, "what to run").Required().Offer({"this", "that"});
    run.Option("-j,--jobs", &number_, "at once").TypeName("N");
    run.Flag("--watch", &flag_, ".again");
    Command cache = program.Subcommand("cache", "what is stored");
    cache.Subcommand("verify", "reads it all");
  }

  CommandLine line_;
  std::string text_;
  int number_ = 0;
  bool flag_ = false;
};

TEST_F(ShellPagesTest, TheManualHasEveryVerbAndOption) {
  const std::string page = ManualPage(line_.Page(), "1.2");
  EXPECT_THAT(page, HasSubstr(".TH TOOL 1"));
  EXPECT_THAT(page, HasSubstr("\ntool \\- does things\n"));
  EXPECT_THAT(page, HasSubstr(".SS run FILE\nruns \\-it\\-\n"));
  EXPECT_THAT(page, HasSubstr(".B \\-j, \\-\\-jobs N\nat once\n"));
  EXPECT_THAT(page, HasSubstr(".SS cache verify\n"));
  // A line that begins with a dot would be a request.
  EXPECT_THAT(page, HasSubstr("\n\\&.again\n"));
}

// bash itself is asked: what would it offer after these words?
std::vector<std::string> Offered(const std::string& script, const std::vector<std::string>& words) {
  std::string quoted;
  for (const std::string& word : words) quoted += "'" + word + "' ";
  const std::string command =
      "bash -c '" + std::string(R"(eval "$0"; COMP_WORDS=("$@"))") +
      R"(; COMP_CWORD=$(($# - 1)); _tool; printf "%s\n" "${COMPREPLY[@]}"')" + " \"$SCRIPT\" " +
      quoted;
  ::setenv("SCRIPT", script.c_str(), 1);
  FILE* const pipe = ::popen(command.c_str(), "r");
  std::vector<std::string> lines;
  char line[256];
  while (std::fgets(line, sizeof(line), pipe) != nullptr) {
    lines.emplace_back(line);
    lines.back().pop_back();
  }
  EXPECT_EQ(::pclose(pipe), 0);
  return lines;
}

TEST_F(ShellPagesTest, BashCompletesVerbsOptionsAndChoices) {
  const std::string script = BashCompletion(line_.Page());
  EXPECT_THAT(Offered(script, {"tool", "r"}), testing::ElementsAre("run"));
  EXPECT_THAT(Offered(script, {"tool", "run", "x.toml", "--w"}), testing::ElementsAre("--watch"));
  EXPECT_THAT(Offered(script, {"tool", "run", "x.toml", "--co"}), testing::ElementsAre("--color"));
  EXPECT_THAT(Offered(script, {"tool", "run", "th"}), testing::ElementsAre("this", "that"));
  EXPECT_THAT(Offered(script, {"tool", "cache", ""}), testing::Contains("verify"));
  EXPECT_THAT(Offered(script, {"tool", "cache", ""}), Not(testing::Contains("--jobs")));
  EXPECT_THAT(Offered(script, {"tool", "--color", ""}), testing::ElementsAre("auto", "never"));
}

}  // namespace
}  // namespace facet
