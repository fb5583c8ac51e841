// `facet diff` of runs, rows and files, `facet schema`, and what a shell completes, on the real program.
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/file.h"
#include "gmock/gmock.h"
#include "tests/end_to_end/program.h"

namespace facet {
namespace {

namespace fs = std::filesystem;

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class DiffTest : public EndToEndTest {
 protected:
  Json Diff(const std::string& a, const std::string& b,
            const std::vector<std::string>& more = {}) const {
    std::vector<std::string> words = {"diff", a, b, "--json"};
    words.insert(words.end(), more.begin(), more.end());
    const Ending end = Facet(words);
    EXPECT_EQ(end.exit_code, 0) << end.err;
    const auto json = ParseJson(end.out, "the answer");
    EXPECT_TRUE(json.ok()) << end.out;
    return json.ok() ? *json : Json::object();
  }
};

// JSON, but what no run writes.
TEST_F(DiffTest, RowsThatNoRunWritesAreDamage) {
  CopyTinyStore();
  fs::path resolved;
  for (const auto& entry : fs::recursive_directory_iterator(store() + "/runs")) {
    if (entry.path().filename() == "resolved.json") resolved = entry.path();
  }
  for (const char* const text :
       {R"({"schema":1,"rows":7})", R"({"rows":[7]})", "[]", R"({"rows":[{"id":[]}]})"}) {
    ASSERT_TRUE(WriteFileAtomically(resolved.string(), text).ok());
    const Ending end = Facet({"diff", "tiny", "tiny"});
    EXPECT_EQ(end.exit_code, 5) << text << end.err;
    EXPECT_THAT(end.err, AllOf(HasSubstr("resolved.json does not list rows as a run does"),
                               Not(HasSubstr("exception"))));
  }
}

TEST_F(DiffTest, RowsOfARunDifferBySettingsKeysAndFiguresWithTheirInterval) {
  CopyTinyStore();
  const Json diff = Diff("tiny#softmax", "tiny#triplet");
  ASSERT_EQ(diff["rows"].size(), 1u);
  const Json& row = diff["rows"][0];
  EXPECT_EQ(row["a"], "softmax");
  EXPECT_EQ(row["b"], "triplet");
  EXPECT_THAT(diff["provenance"], IsEmpty());
  std::vector<std::string> paths, stages;
  for (const Json& change : row["configuration"]) {
    paths.push_back(change["path"]);
    if (change["path"] == "embed.dimension") {
      EXPECT_TRUE(change["a"].is_null());
      EXPECT_EQ(change["b"], 8);
      EXPECT_THAT(change["b_origin"].get<std::string>(), HasSubstr("tiny.toml:36:"));
    }
  }
  EXPECT_THAT(paths, testing::Each(testing::StartsWith("embed.")));
  EXPECT_THAT(paths, testing::Contains("embed.loss.use"));
  for (const Json& change : row["keys"]) stages.push_back(change["stage"]);
  EXPECT_THAT(stages, testing::UnorderedElementsAre("evaluate", "project"));
  // The same interval as the report's: paired over the folds, triplet minus softmax.
  const Ending report = Facet({"report", "tiny"});
  const Json& headline = row["headline"];
  EXPECT_LE(headline["low"].get<double>(), headline["value"].get<double>());
  EXPECT_LE(headline["value"].get<double>(), headline["high"].get<double>());
  EXPECT_THAT(headline["method"].get<std::string>(), HasSubstr("10 paired folds, t interval"));
  EXPECT_THAT(report.out, HasSubstr("10 paired folds, t interval"));
  const Ending text = Facet({"diff", "tiny#softmax", "tiny#triplet"});
  EXPECT_THAT(text.out,
              AllOf(HasSubstr("row softmax -> triplet\n"),
                    HasSubstr("embed.dimension  absent -> 8  (absent -> "),
                    HasSubstr("  other keys: evaluate, project\n"), HasSubstr("95 % interval ")));
}

TEST_F(DiffTest, ARunAndAFileDifferByWhatWasChangedSince) {
  CopyTinyStore();
  const std::string file = DataFile("tiny.toml");
  const Ending same = Facet({"diff", "tiny", file, "--exit-code"});
  EXPECT_EQ(same.exit_code, 0) << same.out << same.err;
  EXPECT_THAT(same.out, AllOf(HasSubstr("row softmax\n  nothing differs\n"),
                              HasSubstr("row triplet\n  nothing differs\n")));

  const Ending other =
      Facet({"diff", "tiny", file, "--set", "triplet:embed.epochs=2", "--exit-code"});
  EXPECT_EQ(other.exit_code, 1);
  EXPECT_THAT(other.out, AllOf(HasSubstr("row softmax\n  nothing differs\n"),
                               HasSubstr("row triplet\n  embed.epochs  1 -> 2  ("),
                               HasSubstr(" -> --set #1)\n  other keys: evaluate, project\n")));
  EXPECT_EQ(Facet({"diff", "tiny", file, "--set", "triplet:embed.epochs=2"}).exit_code, 0);

  // Two files; a row that one of them lacks.
  Write("more.toml", absl::StrCat("schema = 1\nextends = \"", file,
                                  "\"\n[[row]]\nid = \"more\"\nextends = \"softmax\"\nseed = 2\n"));
  const Json files = Diff(file, "more.toml");
  EXPECT_EQ(files["only_b"], Json::array({"more"}));
  EXPECT_THAT(files["only_a"], IsEmpty());
  const Json rows = Diff("more.toml#softmax", "more.toml#more")["rows"];
  ASSERT_EQ(rows[0]["configuration"].size(), 1u);
  EXPECT_EQ(rows[0]["configuration"][0]["path"], "seed");
}

TEST_F(DiffTest, WhatIsNotThereIsSaid) {
  CopyTinyStore();
  const Ending row = Facet({"diff", "tiny#softmx", "tiny"});
  EXPECT_EQ(row.exit_code, 2);
  EXPECT_THAT(row.err, HasSubstr("did you mean \"softmax\"?"));
  const Ending run = Facet({"diff", "nothing", "tiny"});
  EXPECT_EQ(run.exit_code, 5);
  EXPECT_THAT(run.err, HasSubstr("there is no run \"nothing\""));
}

// bash itself, in a terminal: what is on the screen after TAB?
std::string Typed(const std::string& folder, const std::string& program, const std::string& keys,
                  const std::string& awaited) {
  int terminal = -1;
  const pid_t shell = ::forkpty(&terminal, nullptr, nullptr, nullptr);
  if (shell == 0) {
    if (::chdir(folder.c_str()) != 0) ::_exit(1);
    ::setenv("TERM", "dumb", 1);
    ::setenv("PS1", "> ", 1);
    ::execl("/bin/bash", "bash", "--norc", "--noprofile", "-i", static_cast<char*>(nullptr));
    ::_exit(1);
  }
  const auto write = [&](const std::string& text) {
    EXPECT_EQ(::write(terminal, text.data(), text.size()), static_cast<ssize_t>(text.size()));
  };
  write(absl::StrCat("facet() { '", program, "' \"$@\"; }; source <(facet completion bash); ",
                     "clear; echo rea''dy\n"));
  std::string screen;
  bool sent = false;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  while (std::chrono::steady_clock::now() < deadline) {
    fd_set readable;
    FD_ZERO(&readable);
    FD_SET(terminal, &readable);
    timeval wait = {1, 0};
    if (::select(terminal + 1, &readable, nullptr, nullptr, &wait) <= 0) continue;
    char buffer[4096];
    const ssize_t count = ::read(terminal, buffer, sizeof(buffer));
    if (count <= 0) break;
    screen.append(buffer, static_cast<size_t>(count));
    if (!sent && screen.find("ready") != std::string::npos) {
      sent = true;
      screen.clear();
      write(keys);
    }
    if (sent && screen.find(awaited) != std::string::npos) break;
  }
  ::kill(shell, SIGKILL);
  ::close(terminal);
  ::waitpid(shell, nullptr, 0);
  return screen;
}

TEST_F(DiffTest, BashCompletesVerbsFilesRowsAndStages) {
  fs::copy_file(DataFile("tiny.toml"), folder() + "/tiny.toml");
  const auto typed = [&](const std::string& keys, const std::string& awaited) {
    EXPECT_THAT(Typed(folder(), ProgramPath(), keys, awaited), HasSubstr(awaited)) << keys;
  };
  typed("facet expl\t", "facet explain ");
  typed("facet run ti\t", "facet run tiny.toml ");
  typed("facet run tiny.toml so\t", "tiny.toml softmax ");
  typed("facet explain tiny.toml softmax/train.de\t", "softmax/train.detect ");
  typed("facet run tiny.toml --force proj\t", "--force project ");
  typed("facet plan tiny.toml --set train.loss.in\t", "train.loss.init=");
  typed("facet plugins describe loss/arcf\t", "loss/arcface ");
}

TEST_F(DiffTest, TheSchemaHasEveryComponentOfTheCatalogue) {
  const Ending schema = Facet({"schema"}), list = Facet({"plugins", "list", "--json"});
  ASSERT_EQ(schema.exit_code, 0) << schema.err;
  const Json document = *ParseJson(schema.out, "the schema");
  const Json components = *ParseJson(list.out, "the list");
  int found = 0;
  for (const Json& component : components["components"]) {
    const std::string kind = component["kind"], name = component["name"];
    for (const Json& alternative : document["definitions"][kind]["anyOf"]) {
      if (alternative["properties"].value("use", Json::object()).value("const", "") != name)
        continue;
      ++found;
      for (const Json& option : component["options"]) {
        EXPECT_TRUE(alternative["properties"].contains(option["name"].get<std::string>()))
            << kind << " " << name << " " << option["name"];
      }
    }
  }
  EXPECT_GT(found, 100);
  EXPECT_EQ(found, static_cast<int>(components["components"].size()));
}

}  // namespace
}  // namespace facet
