// What all verbs have in common: how a mistake is told, what is named how, where an answer goes.
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "core/base/json.h"
#include "core/base/text_columns.h"
#include "gmock/gmock.h"
#include "tests/end_to_end/program.h"

namespace facet {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class CommandLineTest : public EndToEndTest {
 protected:
  std::string Tiny() const { return DataFile("tiny.toml"); }

  // Facet behind a line of shell, which sees it as "$@".
  Ending InShell(const std::string& line, std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"/bin/sh", "-c", line, "sh", ProgramPath()});
    return Program(arguments, folder()).Wait();
  }
};

TEST_F(CommandLineTest, MistakesOnTheCommandLineAreNamed) {
  for (const auto& [arguments, says] :
       std::vector<std::pair<std::vector<std::string>, const char*>>{
           {{},
            "facet: no verb is named; verbs: run, plan, explain, diff, check, show, preview, "
            "status, "
            "logs, stop, report, bench, export, describe, weights, cache, manifest, plugins, "
            "doctor, "
            "schema, version, completion, manual\n`facet --help` says more.\n"},
           {{"plann", Tiny()}, "facet has no verb \"plann\"; did you mean \"plan\"?"},
           {{"run", Tiny(), "--sett", "a=b"}, "did you mean --set?\n`facet run --help` says more."},
           {{"cache"}, "facet cache: no verb is named; verbs: du, ls, gc, verify, pin\n"},
           {{"cache", "list"},
            "facet cache has no verb \"list\"; verbs: du, ls, gc, verify, pin\n"},
           {{"cache", "gc", "--dry"}, "`facet cache gc --help` says more."},
           {{"cache", "gc", "--older-than", "x"},
            "error: no value that it takes: --older-than = x\n"},
           {{"run", Tiny(), "tripet"}, "did you mean \"triplet\"?"}}) {
    const Ending ending = Facet(arguments);
    EXPECT_EQ(ending.exit_code, 2);
    EXPECT_EQ(ending.out, "");
    EXPECT_THAT(ending.err, HasSubstr(says));
  }
}

Json AnswerOf(const Ending& ending) { return ParseJson(ending.out, "stdout").value_or(Json()); }

// Also before a verb has begun: who reads events reads nothing else.
TEST_F(CommandLineTest, MistakesAreEventsWhereEventsAreAskedFor) {
  for (const std::vector<std::string>& wrong :
       std::vector<std::vector<std::string>>{{"run", Tiny(), "--progress=json", "--sett", "a=b"},
                                             {"run", "--progress", "json"},
                                             {"run", Tiny(), "--progress=json", "-j", "none"},
                                             {"run", Tiny(), "--progress=json", "tripet"}}) {
    const Ending ending = Facet(wrong);
    EXPECT_EQ(ending.exit_code, 2);
    ASSERT_EQ(Events(ending.err).size(), 1u) << ending.err;
    const Json event = Events(ending.err).front();
    EXPECT_EQ(event["event"], "error");
    EXPECT_EQ(event["exit_code"], 2);
    EXPECT_EQ(ending.err, Dump(event) + "\n");
  }
  EXPECT_THAT(Facet({"run", "--progress=text"}).err, StartsWith("error: --progress: "));
}

TEST_F(CommandLineTest, AnArgumentIsOneLineOfAMessage) {
  CopyTinyStore();
  ASSERT_EQ(Facet({"run", Tiny()}).exit_code, 0);
  const std::string name = "no\nerror: such\x1b[1m";
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"cache", "pin", name},
                                             {"status", name},
                                             {"report", name},
                                             {"run", Tiny(), name},
                                             {"check", name},
                                             {"diff", name, "tiny"},
                                             {name},
                                             {"run", Tiny(), "--color=" + name},
                                             {"plan", Tiny(), "--force=" + name},
                                             {"cache", "ls", "--type=" + name}}) {
    const Ending ending = Facet(arguments);
    EXPECT_NE(ending.exit_code, 0);
    EXPECT_THAT(ending.err, HasSubstr("no\\x0aerror: such\\x1b[1m")) << arguments[0];
    EXPECT_THAT(ending.err, Not(HasSubstr("\nerror: such"))) << arguments[0];
  }
  // A command to be given again holds the same argument.
  const Ending failed = Facet({"run", Tiny(), "softmax", "--set", "train.schedule.rates=[\n1e30]"});
  EXPECT_EQ(failed.exit_code, 1) << failed.err;
  EXPECT_THAT(failed.err, HasSubstr("softmax --set $'train.schedule.rates=[\\0121e30]'\n"));
}

TEST_F(CommandLineTest, APartOfAnArgumentIsOneLineOfAMessage) {
  CopyTinyStore();
  for (const std::string& set : std::vector<std::string>{"train.\nbatch=3", "tr\nbatch.x=3"}) {
    const Ending ending = Facet({"check", Tiny(), "--set", set});
    EXPECT_EQ(ending.exit_code, 3);
    EXPECT_THAT(ending.err, HasSubstr("\\x0abatch\"\n"));
    EXPECT_THAT(ending.err, HasSubstr("| " + Printable(set) + "\n"));
    EXPECT_THAT(ending.err, Not(HasSubstr("\nbatch")));
  }
  EXPECT_THAT(Facet({"explain", Tiny(), "softmax/tr\nain"}).err,
              HasSubstr("row \"softmax\" has no stage \"tr\\x0aain\"; did you mean train?"));
  ASSERT_EQ(Facet({"run", Tiny()}).exit_code, 0);
  EXPECT_THAT(Facet({"logs", "tiny", "softmax/\n"}).err,
              HasSubstr("the run has no stage \"\\x0a\"; "));
}

TEST_F(CommandLineTest, AStoreWithoutANameIsNone) {
  for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
           {"--store", "", "plan", Tiny()}, {"run", Tiny(), "--store", ""}}) {
    const Ending ending = Facet(arguments);
    EXPECT_EQ(ending.exit_code, 2);
    EXPECT_THAT(ending.err, StartsWith("error: --store: names no folder\n"));
  }
}

TEST_F(CommandLineTest, HelpAndVersionHaveTheirOtherNames) {
  for (const auto& [other, own] :
       std::vector<std::pair<std::vector<std::string>, std::vector<std::string>>>{
           {{"help"}, {"--help"}},
           {{"help", "run"}, {"run", "--help"}},
           {{"help", "cache", "gc"}, {"cache", "gc", "--help"}},
           {{"--version"}, {"version"}}}) {
    const Ending answer = Facet(other);
    EXPECT_EQ(answer.exit_code, 0) << answer.err;
    EXPECT_NE(answer.out, "");
    EXPECT_EQ(answer.out, Facet(own).out);
  }
}

TEST_F(CommandLineTest, VerbsOfTheCacheMakeNoStore) {
  for (const char* const verb : {"du", "ls", "gc", "verify", "pin"}) {
    const Ending ending = Facet({"--store", ".", "cache", verb});
    EXPECT_EQ(ending.exit_code, 5);
    EXPECT_EQ(ending.err,
              "error: there is no store at .: no folder ./cache/v1; name the store with --store\n");
    EXPECT_EQ(Facet({"cache", verb}).exit_code, 5);
  }
  for (const auto& entry : std::filesystem::directory_iterator(folder())) {
    EXPECT_THAT(entry.path().filename().string(), EndsWith(".txt"));  // what was printed
  }
}

TEST_F(CommandLineTest, AListOfATypeThatNoStageHasIsAMistake) {
  CopyTinyStore();
  EXPECT_THAT(Facet({"cache", "ls", "--type", "detect"}).out, HasSubstr("test.detect"));
  EXPECT_EQ(Facet({"cache", "ls", "--type", "curate"}).exit_code, 0) << "none is stored";
  const Ending wrong = Facet({"cache", "ls", "--type", "detectt"});
  EXPECT_EQ(wrong.exit_code, 2);
  EXPECT_EQ(wrong.out, "");
  EXPECT_THAT(wrong.err, StartsWith("error: --type detectt: no stage is of this type; there are "
                                    "dataset, detect, fit, align, "));
  EXPECT_THAT(wrong.err, EndsWith("; did you mean detect?\n"));
}

TEST_F(CommandLineTest, PinTakesTheNamesThatOtherVerbsTake) {
  CopyTinyStore();
  ASSERT_EQ(Facet({"run", Tiny()}).exit_code, 0);
  const Ending pinned = Facet({"cache", "pin", "tiny"});
  EXPECT_EQ(pinned.exit_code, 0) << pinned.err;
  EXPECT_THAT(pinned.err, StartsWith("pinned: tiny/"));
  EXPECT_THAT(Facet({"cache", "pin"}).out, StartsWith("run  tiny/"));
  const Json pins = AnswerOf(Facet({"cache", "pin", "--json"}));
  EXPECT_EQ(pins["schema"], 1);
  EXPECT_TRUE(pins["changed"].is_null());
  EXPECT_EQ(pins["runs"].size(), 1u);
  EXPECT_EQ(pins["keys"], Json::array());
  EXPECT_THAT(Facet({"cache", "pin", "tiny", "--remove"}).err,
              StartsWith("no longer pinned: tiny/"));
  EXPECT_EQ(Facet({"cache", "pin"}).out, "");
  const Json again = AnswerOf(Facet({"cache", "pin", "tiny", "--json"}));
  EXPECT_EQ(again["runs"], pins["runs"]);
  EXPECT_EQ(again["changed"], pins["runs"][0]);
  EXPECT_EQ(AnswerOf(Facet({"cache", "pin", "tiny", "--remove", "--json"}))["runs"], Json::array());
  EXPECT_EQ(Facet({"cache", "pin", "another"}).exit_code, 5);
  EXPECT_THAT(Facet({"cache", "pin", "0"}).err,
              HasSubstr("called 0; a key is named by its first 4 digits at least; "));
  const Ending unnamed = Facet({"cache", "pin", ""});
  EXPECT_EQ(unnamed.exit_code, 2);
  EXPECT_THAT(unnamed.err, HasSubstr("RUN-or-KEY: names no run and no entry"));
}

TEST_F(CommandLineTest, AnAnswerThatCannotBeWrittenIsNoSuccess) {
  CopyTinyStore();
  const Ending full = InShell("\"$@\" > /dev/full", {"report"});
  EXPECT_EQ(full.exit_code, 5);
  EXPECT_EQ(full.err, "error: cannot write the answer to stdout: No space left on device\n");
  const Ending closed = InShell("{ \"$@\"; echo $? >&2; } | true", {"plugins", "list"});
  EXPECT_EQ(closed.err, "141\n") << "a closed pipe ends it quietly";
  const Ending begun = InShell("{ \"$@\"; echo $? >&2; } | head -1", {"schema"});
  EXPECT_EQ(begun.err, "141\n") << "also one that is closed before the end";
}

}  // namespace
}  // namespace facet
