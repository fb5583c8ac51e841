#include "core/app/shell_pages.h"

#include <filesystem>
#include <fstream>
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
    Command look = program.Subcommand("look", "at an experiment");
    look.Positional("FILE", &text_, "of rows").Required();
    look.Positional("ROW", &text_, "one of them");
    look.Option("--set", &text_, "another value").TypeName("[ROW:]PATH=VALUE");
    look.Option("--axis", &text_, "more values").TypeName("[ROW:]PATH=VALUE,VALUE");
    look.Option("--force", &text_, "again").TypeName("STAGE");
    Command diff = program.Subcommand("diff", "of runs or experiments");
    diff.Positional("A", &text_, "one").Required();
    diff.Option("--set", &text_, "another value").TypeName("[ROW:]PATH=VALUE");
    program.Subcommand("__complete", "hidden").Hide();
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
    if (lines.back().empty()) lines.pop_back();  // of an empty COMPREPLY
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

// What the program is asked while somebody types: a stand-in answers what it was asked.
TEST_F(ShellPagesTest, BashAsksForRowsStagesAndSettings) {
  const std::string folder = testing::TempDir() + "/shell pages";
  std::filesystem::create_directories(folder + "/sub");
  std::ofstream(folder + "/tool") << "#!/bin/sh\necho $2-of-$(basename \"$3\")\n";
  std::filesystem::permissions(folder + "/tool", std::filesystem::perms::owner_all);
  for (const char* file : {"/x.toml", "/x.txt"}) std::ofstream(folder + file) << "\n";
  const std::string tool = folder + "/tool", x = folder + "/x.toml";
  const std::string script = BashCompletion(line_.Page());
  EXPECT_THAT(Offered(script, {tool, "look", x, "rows"}), testing::ElementsAre("rows-of-x.toml"));
  EXPECT_THAT(Offered(script, {tool, "look", x, "--force", ""}),
              testing::ElementsAre("stages-of-x.toml"));
  EXPECT_THAT(Offered(script, {tool, "look", x, "--set", ""}),
              testing::ElementsAre("settings-of-x.toml"));
  EXPECT_THAT(Offered(script, {tool, "look", x, "--axis", ""}),
              testing::ElementsAre("settings-of-x.toml"));
  // Before a file is named: files of experiments, and folders where they may lie.
  std::filesystem::current_path(folder);
  EXPECT_THAT(Offered(script, {tool, "look", ""}), testing::UnorderedElementsAre("x.toml", "sub"));
  EXPECT_THAT(Offered(script, {tool, "diff", ""}),
              testing::UnorderedElementsAre("x.toml", "sub", "runs-of-"));
  EXPECT_THAT(Offered(script, {tool, "__"}), testing::IsEmpty());
}

TEST_F(ShellPagesTest, FishHasEveryVerbAndOption) {
  const std::string script = FishCompletion(line_.Page());
  EXPECT_THAT(script, HasSubstr(" -a run -d 'runs -it-'\n"));
  EXPECT_THAT(script,
              HasSubstr("complete -c tool -n '__fish_seen_subcommand_from run' -s j -l jobs "
                        "-r -d 'at once'\n"));
  EXPECT_THAT(script, HasSubstr("complete -c tool -l color -x -a 'auto never' -d 'colours'\n"));
  EXPECT_THAT(script, HasSubstr("'__fish_seen_subcommand_from look' -f -a '(__tool_ask rows)'\n"));
  EXPECT_THAT(script, HasSubstr(" -l force -x -a '(__tool_ask stages)' -d 'again'\n"));
  EXPECT_THAT(script,
              HasSubstr("'__fish_seen_subcommand_from cache; and not "
                        "__fish_seen_subcommand_from verify' -a verify -d 'reads it all'\n"));
  EXPECT_THAT(script, Not(HasSubstr("hidden")));
  EXPECT_THAT(ManualPage(line_.Page(), "1.2"), Not(HasSubstr("hidden")));
}

}  // namespace
}  // namespace facet
