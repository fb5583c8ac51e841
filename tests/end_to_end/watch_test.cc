// `run --watch`: what a change computes again, and how it ends.
#include <signal.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "core/base/file.h"
#include "gmock/gmock.h"
#include "tests/end_to_end/program.h"

namespace facet {
namespace {

namespace fs = std::filesystem;

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr char kWaits[] = "waiting for a change; Ctrl-C ends\"";

class WatchTest : public EndToEndTest {
 protected:
  void SetUp() override {
    EndToEndTest::SetUp();
    CopyTinyStore();
    const absl::StatusOr<std::string> text = ReadFile(DataFile("tiny.toml"));
    ASSERT_TRUE(text.ok());
    text_ = *text;
    fs::create_directories(folder() + "/plugins");
  }

  // The experiment with its test images aligned by the plugin, or anything else replaced.
  void WriteExperiment(const std::vector<std::pair<std::string, std::string>>& replaced) const {
    const std::string file = absl::StrReplaceAll(text_, replaced);
    ASSERT_NE(file, text_);
    Write("watched.toml", file);
  }

  // As a linker does: the old one goes, the new one is written in pieces.
  void Link(const std::string& build) const {
    const absl::StatusOr<std::string> bytes =
        ReadFile(absl::StrCat("tests/end_to_end/", build, "/libvariant.so"));
    ASSERT_TRUE(bytes.ok());
    const std::string library = folder() + "/plugins/libvariant.so";
    fs::remove(library);
    std::ofstream file(library, std::ios::binary);
    const auto half = static_cast<std::streamsize>(bytes->size() / 2);
    file.write(bytes->data(), half).flush();
    ::usleep(300'000);
    file.write(bytes->data() + half, static_cast<std::streamsize>(bytes->size()) - half);
  }

  std::unique_ptr<Program> Watch(std::vector<std::string> arguments = {}) const {
    arguments.insert(arguments.begin(), {"--plugin-path", "plugins", "run", "watched.toml",
                                         "--progress=json", "--watch"});
    return Start(arguments);
  }

  // What is said from here on until it waits again.
  std::string Round(Program* program) {
    const auto waits = [&] { return absl::StrContains(program->err().substr(said_), kWaits); };
    EXPECT_TRUE(program->WaitUntil(waits)) << program->err();
    const std::string err = program->err();
    const std::string round = err.substr(said_);
    said_ = err.size();
    return round;
  }

  static std::vector<std::string> ComputedIn(const std::string& err) {
    Ending ending;
    ending.err = err;
    return Computed(ending);
  }

  std::string text_;
  size_t said_ = 0;
};

const char kTestAligner[] = "aligner = { use = \"none\" }\ncrops = { kind = \"one\"";
const char kVariant[] = "aligner = { use = \"variant\" }\ncrops = { kind = \"one\"";

TEST_F(WatchTest, AChangeOfTheFileOrAPluginComputesWhatRestsOnIt) {
  const auto what_follows_alignment =
      ElementsAre("describe", "evaluate", "test.align", "test.pack");
  Link("first");
  WriteExperiment({{"title = \"Tiny\"", "title = \"Watched\""}});
  const auto program = Watch({"softmax"});
  std::string round = Round(program.get());
  EXPECT_THAT(round,
              HasSubstr("watching watched.toml and the plugins in " + folder() + "/plugins, "));
  EXPECT_THAT(ComputedIn(round), IsEmpty());

  WriteExperiment({{kTestAligner, kVariant}});
  round = Round(program.get());
  EXPECT_THAT(round, HasSubstr("watched.toml changed: running again\""));
  EXPECT_THAT(ComputedIn(round), what_follows_alignment);

  Link("wider");
  round = Round(program.get());
  EXPECT_THAT(round, HasSubstr("libvariant.so changed: running again\""));
  EXPECT_THAT(ComputedIn(round), what_follows_alignment);

  // A mistake ends nothing, and what is as before is in the cache.
  WriteExperiment({{"schema = 1", "schema = 1 1"}});
  round = Round(program.get());
  EXPECT_THAT(round, HasSubstr("\"code\":\"E01"));
  WriteExperiment({{kTestAligner, kVariant}});
  round = Round(program.get());
  EXPECT_THAT(ComputedIn(round), IsEmpty());
  EXPECT_THAT(round, HasSubstr("\"computed\":0,"));

  ::kill(program->id(), SIGINT);
  const Ending end = program->Wait();
  EXPECT_EQ(end.exit_code, 130) << end.err;
  EXPECT_THAT(end.out, HasSubstr("Watched\n"));
}

TEST_F(WatchTest, AChangeStopsATrainingAndCtrlCPassesOn) {
  const std::pair<std::string, std::string> longer = {"epochs = 1\n",
                                                      "epochs = 400\nvalidation_share = 0.0\n"};
  WriteExperiment({longer});
  const auto program = Watch({"softmax"});
  const auto trains = [&] {
    return absl::StrContains(program->err().substr(said_), "\"event\":\"progress\"");
  };
  ASSERT_TRUE(program->WaitUntil(trains)) << program->err();
  WriteExperiment({longer, {"title = \"Tiny\"", "title = \"Changed\""}});
  ASSERT_TRUE(program->WaitUntil([&] {
    return absl::StrContains(program->err(), "watched.toml changed: running again\"");
  })) << program->err();
  EXPECT_THAT(program->err(), HasSubstr("changed: what runs stops at its next checkpoint\""));
  EXPECT_THAT(program->err(), Not(HasSubstr(kWaits)));
  said_ = program->err().size();
  ASSERT_TRUE(program->WaitUntil(trains)) << program->err();
  ::kill(program->id(), SIGINT);
  const Ending end = program->Wait();
  EXPECT_EQ(end.exit_code, 75) << end.err;
  // The second run went on where the first one stopped.
  std::vector<int64_t> images;
  for (const Json& event : Events(end.err)) {
    if (event.value("event", "") == "progress") images.push_back(event.at("done"));
  }
  EXPECT_TRUE(std::is_sorted(images.begin(), images.end())) << testing::PrintToString(images);
}

TEST_F(WatchTest, ARunDiesWithItsWatcher) {
  WriteExperiment({{"epochs = 1\n", "epochs = 400\nvalidation_share = 0.0\n"}});
  const auto program = Watch({"softmax"});
  std::vector<pid_t> runs, workers;
  ASSERT_TRUE(program->WaitUntil([&] {
    runs = WorkersOf(program->id());
    if (runs.size() == 1) workers = WorkersOf(runs[0]);
    return !workers.empty();
  })) << program->err();
  ::kill(program->id(), SIGKILL);
  program->Wait();
  for (int i = 0; i < 100 && ::kill(workers[0], 0) == 0; ++i) ::usleep(50'000);
  EXPECT_NE(::kill(runs[0], 0), 0);
  EXPECT_NE(::kill(workers[0], 0), 0);
}

}  // namespace
}  // namespace facet
