#include "core/app/watch.h"

#include <signal.h>

#include <filesystem>
#include <fstream>

#include "core/app/watched_run.h"
#include "core/base/test_folder.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

namespace fs = std::filesystem;

void Append(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::app) << text;
}

// Looks once a tenth of a second on a clock of its own.
class Looking {
 public:
  explicit Looking(WatchedPaths paths) : watch_(std::move(paths)) {}

  // What is said within `duration`; empty: nothing.
  std::string For(absl::Duration duration) {
    const absl::Time end = now_ + duration;
    while (now_ < end) {
      now_ += absl::Milliseconds(100);
      if (const auto changes = watch_.Settled(now_); !changes.empty()) return ChangesText(changes);
    }
    return "";
  }

 private:
  FileWatch watch_;
  absl::Time now_ = absl::UnixEpoch();
};

TEST(FileWatch, NothingChanges) {
  const std::string folder = TestFolder(), file = folder + "/a.toml";
  Append(file, "1");
  Looking looking({{file, folder + "/missing"}, {folder, folder + "/none"}});
  EXPECT_EQ(looking.For(absl::Minutes(1)), "");
}

TEST(FileWatch, AChangeCountsOnceAllIsStill) {
  const std::string folder = TestFolder(), file = folder + "/a.toml";
  Append(file, "1");
  Looking looking({{file}, {}});
  for (int piece = 0; piece < 5; ++piece) {
    Append(file, "1");
    EXPECT_EQ(looking.For(absl::Milliseconds(400)), "") << piece;
  }
  EXPECT_EQ(looking.For(absl::Milliseconds(300)), "a.toml changed");
}

TEST(FileWatch, ThePlacesThatALookSeesAreSizeTimeAndInode) {
  const std::string folder = TestFolder();
  for (const std::string name : {"size", "time", "inode"}) Append(folder + "/" + name, "1");
  const auto time = fs::last_write_time(folder + "/size");
  Looking looking({{folder + "/size", folder + "/time", folder + "/inode"}, {}});
  Append(folder + "/size", "2");
  fs::last_write_time(folder + "/size", time);
  fs::last_write_time(folder + "/time", time - std::chrono::nanoseconds(1000));
  const auto inode_time = fs::last_write_time(folder + "/inode");
  Append(folder + "/other", "1");
  fs::last_write_time(folder + "/other", inode_time);
  fs::rename(folder + "/other", folder + "/inode");
  EXPECT_EQ(looking.For(absl::Seconds(1)), "inode changed, size changed, time changed");
}

TEST(FileWatch, LibrariesComeAndChangeAndOtherFilesAreNone) {
  const std::string folder = TestFolder();
  Append(folder + "/libold.so", "1");
  Looking looking({{}, {folder}});
  Append(folder + "/libold.schema.json", "{}");
  Append(folder + "/new.so", "1");
  Append(folder + "/libnew.so.tmp", "1");
  EXPECT_EQ(looking.For(absl::Seconds(5)), "");
  Append(folder + "/libnew.so", "1");
  Append(folder + "/libold.so", "1");
  EXPECT_EQ(looking.For(absl::Seconds(5)), "libnew.so is new, libold.so changed");
}

TEST(FileWatch, WhatIsGoneMayComeBack) {
  const std::string folder = TestFolder(), library = folder + "/libloss.so";
  Append(library, "1");
  Looking looking({{}, {folder}});
  fs::remove(library);
  EXPECT_EQ(looking.For(absl::Seconds(9)), "");
  Append(library, "22");
  EXPECT_EQ(looking.For(absl::Seconds(1)), "libloss.so changed");
  Looking again({{}, {folder}});
  fs::remove(library);
  EXPECT_EQ(again.For(absl::Seconds(9)), "");
  EXPECT_EQ(again.For(absl::Seconds(2)), "libloss.so is gone");
}

TEST(FileWatch, WhatIsAsItWasIsNoChange) {
  const std::string folder = TestFolder(), library = folder + "/libnew.so";
  Looking looking({{}, {folder}});
  Append(library, "1");
  EXPECT_EQ(looking.For(absl::Milliseconds(300)), "");
  fs::remove(library);
  EXPECT_EQ(looking.For(absl::Minutes(1)), "");
}

TEST(FileWatch, OfManyThreeAreNamed) {
  std::vector<FileChange> changes;
  for (const char* name : {"/x/a", "/x/b", "/x/c", "/x/d", "/x/e"}) changes.push_back({name});
  EXPECT_EQ(ChangesText(changes), "a changed, b changed, c changed and 2 others");
}

// A shell that says when it starts and what it was told, as the watched program.
class RunWatchedTest : public testing::Test {
 protected:
  // Ends when `stop` says so, of what was said so far.
  int Run(const std::string& script, const std::function<int()>& stop) {
    WatchedProgram program;
    program.command = {"/bin/sh", "-c", script, "sh", folder_};
    program.paths = [this] { return WatchedPaths{{folder_ + "/file"}, {}}; };
    program.stop_signal = stop;
    program.say = [this](const std::string& line) { said_.push_back(line); };
    return RunWatched(program);
  }

  bool Exists(const std::string& name) const { return fs::exists(folder_ + "/" + name); }

  const std::string folder_ = TestFolder();
  std::vector<std::string> said_;
};

constexpr char kStops[] = "trap 'exit 75' INT; echo >> $1/started; while true; do sleep 0.05; done";

TEST_F(RunWatchedTest, RunsAgainAfterAChangeAndEndsWhereItWaits) {
  const int exit_code = Run("echo >> $1/started", [&] {
    if (said_.size() == 1 && !Exists("file")) Append(folder_ + "/file", "1");
    return said_.size() == 3 ? SIGINT : 0;
  });
  EXPECT_EQ(exit_code, 130);
  EXPECT_EQ(said_, (std::vector<std::string>{"waiting for a change; Ctrl-C ends",
                                             "file is new: running again",
                                             "waiting for a change; Ctrl-C ends"}));
  EXPECT_EQ(fs::file_size(folder_ + "/started"), 2u);
}

TEST_F(RunWatchedTest, AChangeStopsWhatRuns) {
  bool changed = false;
  const int exit_code = Run(kStops, [&] {
    if (Exists("started") && !changed) {
      Append(folder_ + "/file", "1");
      changed = true;
    }
    return changed && fs::file_size(folder_ + "/started") == 2 ? SIGTERM : 0;
  });
  EXPECT_EQ(exit_code, 128 + SIGTERM) << "the shell does not catch it";
  EXPECT_EQ(said_, (std::vector<std::string>{"file is new: what runs stops at its next checkpoint",
                                             "file is new: running again"}));
}

TEST_F(RunWatchedTest, ASignalGoesToWhatRunsWhoseExitCodeItIs) {
  EXPECT_EQ(Run(kStops, [&] { return Exists("started") ? SIGINT : 0; }), 75);
  EXPECT_TRUE(said_.empty());
}

TEST_F(RunWatchedTest, AProgramThatCannotStartIsTold) {
  WatchedProgram program;
  program.command = {"/none/such"};
  program.paths = [] { return WatchedPaths(); };
  program.stop_signal = [] { return 0; };
  program.say = [this](const std::string& line) { said_.push_back(line); };
  EXPECT_EQ(RunWatched(program), 8);
  ASSERT_EQ(said_.size(), 1u);
  EXPECT_EQ(said_[0].find("error: cannot start /none/such"), 0u) << said_[0];
}

// A copy of the environment that names another process as the watcher says nothing.
TEST(FollowWatcher, IsOfTheParentAlone) {
  ASSERT_EQ(::setenv("FACET_WATCHER", "1234567890", 1), 0);
  EXPECT_FALSE(FollowWatcher());
  ::unsetenv("FACET_WATCHER");
  EXPECT_FALSE(FollowWatcher());
}

// What the experiment reads, and nothing that the run writes.
TEST(PathsOfRun, AreFilesOfTheExperimentAndOfItsOptions) {
  const std::string folder = fs::canonical(TestFolder()).string();
  Append(folder + "/base.toml", "schema = 1\n[base.train]\nholdout = { names = \"people.txt\" }\n");
  Append(folder + "/run.toml",
         "schema = 1\nextends = \"base.toml\"\nreference = \"run.reference.toml\"\n"
         "[[row]]\nid = \"a\"\ntrain.weights = { file = \"store/net.safetensors\" }\n"
         "[[row]]\nid = \"b\"\nskip = \"later\"\ntrain.holdout = { lfw = \"left_out.txt\" }\n");
  Append(folder + "/run.reference.toml", "title = \"-\"\n");
  VerbContext context;
  context.store = folder + "/store";
  context.plugin_paths = {folder};
  ExperimentArguments arguments;
  arguments.file = folder + "/run.toml";
  const WatchedPaths paths = PathsOfRun(arguments, context);
  EXPECT_EQ(paths.files,
            (std::vector<std::string>{folder + "/base.toml", folder + "/people.txt",
                                      folder + "/run.reference.toml", folder + "/run.toml",
                                      folder + "/store/net.safetensors"}));
  EXPECT_EQ(paths.plugin_folders[0], folder);
  // Below what is watched lies what the run writes.
  arguments.sets = {"train.holdout.ytf=" + folder};
  EXPECT_EQ(PathsOfRun(arguments, context).files, paths.files);
}

}  // namespace
}  // namespace facet
