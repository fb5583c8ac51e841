// Killed by SIGKILL at random moments, in the midst of steps and of checkpoints: the same bits as a
// run that nobody disturbed. The stage runs in processes of its own (this program again). Three
// kills in some seconds; FACET_KILLS=10 makes ten of them, FACET_KILLED_SEED draws other moments.
#include <signal.h>
#include <unistd.h>

#include <cstdlib>

#include "absl/strings/numbers.h"
#include "core/base/child_process.h"
#include "core/base/json.h"
#include "core/stages/project/checkpoints.h"
#include "core/stages/project/project_testing.h"

namespace facet {
namespace {

constexpr char kFolder[] = "FACET_KILLED_FOLDER";

int64_t NumberFrom(const char* variable, int64_t otherwise) {
  const char* const value = std::getenv(variable);
  int64_t number = otherwise;
  EXPECT_TRUE(value == nullptr || absl::SimpleAtoi(value, &number)) << variable;
  return number;
}

int64_t NumKills() { return NumberFrom("FACET_KILLS", 3); }

class KilledTest : public EmbedTest {
 protected:
  // Thousands of steps, the more the oftener it is killed.
  std::unique_ptr<FakeContext> LongContext(const std::string& name) {
    auto context = Context(name);
    context->settings_.update({{"epochs", 40 * NumKills()}, {"batch", 8}});
    context->threads_ = 1;
    return context;
  }
  // Another process that runs the stage in the folder of that name.
  std::unique_ptr<ChildProcess> Start(const std::string& name) const {
    ChildOptions options;
    options.command = {"/proc/self/exe", "--gtest_filter=KilledTest.DISABLED_TheStage",
                       "--gtest_also_run_disabled_tests"};
    options.environment = EnvironmentWith(
        {{kFolder, folder_ + "/" + name}, {"OMP_NUM_THREADS", "1"}, {"OPENBLAS_NUM_THREADS", "1"}});
    options.streams = {{STDOUT_FILENO, ChildStream::File(folder_ + "/" + name + "/log")}};
    absl::StatusOr<std::unique_ptr<ChildProcess>> child = ChildProcess::Start(options);
    EXPECT_TRUE(child.ok()) << child.status();
    return *std::move(child);
  }
  std::string Result(const std::string& name) const {
    const std::string out = folder_ + "/" + name + "/out/";
    return ReadFile(out + "projection.npy").value_or("none") +
           ReadFile(out + "embed.json").value_or("none");
  }
  // Changes with each checkpoint. (To read them is for when nobody writes any.)
  std::string Written(const std::string& name) const {
    std::string times;
    for (const char* file : {"checkpoint.0", "checkpoint.1"}) {
      std::error_code missing;
      const auto time =
          std::filesystem::last_write_time(folder_ + "/" + name + "/checkpoints/" + file, missing);
      absl::StrAppend(&times, missing ? 0 : time.time_since_epoch().count(), " ");
    }
    return times;
  }
  // How far the checkpoints are: finished W', and of the next one epochs and pairs of its epoch.
  std::vector<int64_t> Place(const std::string& name) const {
    ProjectCheckpoints checkpoints(folder_ + "/" + name + "/checkpoints", 0);
    const auto finished = static_cast<int64_t>(checkpoints.LoadFinished().size());
    const std::optional<StoredTensors> state = checkpoints.LoadCurrent(finished);
    if (!state.has_value()) return {finished, 0, 0};
    const Json json = *ParseJson(state->metadata.at("project.state"), "state");
    return {finished, static_cast<int64_t>(json.at("epochs").size()), json.at("passed")};
  }
};

// The child: not a test of its own.
TEST_F(KilledTest, DISABLED_TheStage) {
  const char* const folder = std::getenv(kFolder);
  if (folder == nullptr) GTEST_SKIP() << "it is run by the other test";
  const auto context = LongContext("inputs");
  context->output_ = std::string(folder) + "/out";
  context->checkpoints_ = std::string(folder) + "/checkpoints";
  const absl::Status status = LearnProjections(*context, /*checkpoint_seconds=*/0.03);
  EXPECT_TRUE(status.ok()) << status;
}

TEST_F(KilledTest, AtRandomMomentsItEndsWithTheSameBits) {
  const int64_t num_kills = NumKills();
  LongContext("whole");
  const absl::Time start = absl::Now();
  ASSERT_EQ(Start("whole")->Wait().code(), 0);
  const double seconds = absl::ToDoubleSeconds(absl::Now() - start);

  LongContext("killed");
  Random random(static_cast<uint64_t>(NumberFrom("FACET_KILLED_SEED", 1)));
  std::vector<int64_t> before = {0, 0, 0};
  int64_t num_within_epochs = 0;
  for (int64_t kill = 0; kill < num_kills; ++kill) {
    std::string written = Written("killed");
    const auto child = Start("killed");
    // A third at any moment from the program's start on; the others after two checkpoints, of which
    // the first may be of the step that it began with. Together less than the whole takes.
    const int num_checkpoints = kill % 3 == 0 ? 0 : 2;
    std::optional<ChildExit> exit;
    for (int seen = 0; seen < num_checkpoints && !exit.has_value();) {
      exit = child->Wait(absl::Milliseconds(2));
      if (const std::string now = Written("killed"); now != written) {
        written = now;
        ++seen;
      }
    }
    const double share = random.Uniform(0.0, 1.0) / static_cast<double>(num_kills);
    if (!exit.has_value()) exit = child->Wait(absl::Seconds(seconds * share));
    if (exit.has_value()) {
      EXPECT_EQ(exit->code(), 0);
      break;  // the machine has become faster
    }
    child->Signal(SIGKILL);
    EXPECT_EQ(child->Wait().signal(), SIGKILL);
    const std::vector<int64_t> place = Place("killed");
    EXPECT_GE(place, before) << "a checkpoint was lost";
    if (num_checkpoints > 0) {
      EXPECT_NE(place, before) << "it began where it had begun before";
      num_within_epochs += place[2] > 0 ? 1 : 0;
    }
    std::cout << "killed with " << place[0] << " of " << kFolds << " W' finished, " << place[1]
              << " epochs, " << place[2] << " pairs\n";
    before = place;
  }
  // One in twenty stands at an epoch's start.
  EXPECT_TRUE(num_kills < 10 || num_within_epochs > 0);
  EXPECT_EQ(Start("killed")->Wait().code(), 0);
  EXPECT_EQ(Result("killed"), Result("whole"));
  EXPECT_NE(Result("killed"), "nonenone");
}

}  // namespace
}  // namespace facet
