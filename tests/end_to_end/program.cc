#include "tests/end_to_end/program.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "core/base/check.h"
#include "core/base/file.h"

namespace facet {
namespace {

namespace fs = std::filesystem;

constexpr auto kDeadline = std::chrono::minutes(10);
constexpr absl::Duration kPause = absl::Milliseconds(10);

// Two tests share two cores: threads that spin while they wait would take each other's time. The
// rest of the user's settings must not change what is said.
std::vector<std::string> MakeEnvironment() {
  return EnvironmentWith({{"OMP_WAIT_POLICY", "passive"},
                          {"GOMP_SPINCOUNT", "0"},
                          {"TERM", "dumb"},
                          {"FACET_COMMAND", std::nullopt}});
}

std::string TextOf(const std::string& path) {
  const absl::StatusOr<std::string> text = ReadFile(path);
  return text.ok() ? *text : "";
}

std::string UnusedPath(const std::string& folder, const std::string& stem) {
  for (int i = 0;; ++i) {
    const std::string path = absl::StrCat(folder, "/", stem, ".", i, ".txt");
    if (!fs::exists(path)) return path;
  }
}

// The fields of /proc/<pid>/stat after the name, which may hold blanks: state, parent, ...
std::vector<std::string> StatOf(pid_t pid) {
  const std::string text = TextOf(absl::StrCat("/proc/", pid, "/stat"));
  const size_t end = text.rfind(") ");
  if (end == std::string::npos) return {};
  return absl::StrSplit(text.substr(end + 2), ' ');
}

}  // namespace

Program::Program(const std::vector<std::string>& command, const std::string& folder)
    : out_path_(UnusedPath(folder, "out")),
      err_path_(UnusedPath(folder, "err")),
      deadline_(std::chrono::steady_clock::now() + kDeadline) {
  ChildOptions options;
  options.command = command;
  options.environment = MakeEnvironment();
  options.folder = folder;
  options.streams = {{STDIN_FILENO, ChildStream::Null()},
                     {STDOUT_FILENO, ChildStream::File(out_path_)},
                     {STDERR_FILENO, ChildStream::File(err_path_)}};
  auto child = ChildProcess::Start(options);
  FACET_CHECK(child.ok());
  child_ = *std::move(child);
}

std::string Program::err() const { return TextOf(err_path_); }

bool Program::WaitUntil(const std::function<bool()>& is_so) {
  while (!child_->Wait(kPause).has_value()) {
    if (is_so()) return true;
    if (std::chrono::steady_clock::now() > deadline_) {
      ADD_FAILURE() << "not over after ten minutes:\n" << err();
      child_->Signal(SIGKILL);
      return false;
    }
  }
  return is_so();
}

Ending Program::Wait() {
  WaitUntil([] { return false; });
  const ChildExit exit = child_->Wait();
  return {exit.signal() != 0 ? 128 + exit.signal() : exit.code(), TextOf(out_path_),
          TextOf(err_path_)};
}

std::vector<Json> Events(const std::string& err) {
  std::vector<Json> events;
  for (const auto& line : absl::StrSplit(err, '\n')) {
    const absl::StatusOr<Json> event = ParseJson(std::string(line), "event");
    if (event.ok() && event->is_object()) events.push_back(*event);
  }
  return events;
}

std::vector<std::string> Computed(const Ending& ending) {
  std::vector<std::string> names;
  for (const Json& event : Events(ending.err)) {
    if (event.value("state", "") == "done") names.push_back(event.at("stage"));
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<pid_t> WorkersOf(pid_t host) {
  std::vector<pid_t> workers;
  for (const auto& entry : fs::directory_iterator("/proc")) {
    const pid_t pid = std::atoi(entry.path().filename().c_str());
    const std::vector<std::string> stat = pid > 0 ? StatOf(pid) : std::vector<std::string>();
    if (stat.size() > 1 && stat[0] != "Z" && stat[1] == std::to_string(host)) {
      workers.push_back(pid);
    }
  }
  return workers;
}

std::map<std::string, std::string> Artifacts(const std::string& store) {
  std::map<std::string, std::string> artifacts;
  for (const auto& entry : fs::recursive_directory_iterator(store + "/cache/v1/ac")) {
    if (entry.path().filename() != "artifact.json") continue;
    const absl::StatusOr<Json> manifest = ReadJsonFile(entry.path().string());
    FACET_CHECK(manifest.ok());
    const std::string key = manifest->at("key");
    artifacts[absl::StrCat(manifest->at("type").get<std::string>(), " ", key)] =
        Dump(manifest->at("files"));
  }
  return artifacts;
}

void EndToEndTest::SetUp() {
  const testing::TestInfo* info = testing::UnitTest::GetInstance()->current_test_info();
  folder_ = absl::StrCat(testing::TempDir(), "/", info->test_suite_name(), ".", info->name());
  fs::remove_all(folder_);
  fs::create_directories(folder_);
  folder_ = fs::canonical(folder_).string();
}

std::string EndToEndTest::ProgramPath() { return fs::absolute("dist/bin/facet").string(); }

std::string EndToEndTest::DataFile(const std::string& name) {
  return fs::absolute("tests/end_to_end/" + name).string();
}

std::string EndToEndTest::Write(const std::string& name, const std::string& text) const {
  const std::string path = absl::StrCat(folder_, "/", name);
  fs::create_directories(fs::path(path).parent_path());
  FACET_CHECK(WriteFileAtomically(path, text).ok());
  return path;
}

std::unique_ptr<Program> EndToEndTest::Start(const std::vector<std::string>& arguments) const {
  std::vector<std::string> command = {ProgramPath()};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return std::make_unique<Program>(command, folder_);
}

Ending EndToEndTest::Facet(const std::vector<std::string>& arguments) const {
  return Start(arguments)->Wait();
}

std::unique_ptr<Program> EndToEndTest::StartTiny(const std::vector<std::string>& arguments,
                                                 const std::string& store) const {
  std::vector<std::string> command = {"--store", store, "run", DataFile("tiny.toml"),
                                      "--progress=json"};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return Start(command);
}

Ending EndToEndTest::RunTiny(const std::vector<std::string>& arguments,
                             const std::string& store) const {
  return StartTiny(arguments, store)->Wait();
}

const Ending& EndToEndTest::CopyStoreOf(const std::string& experiment,
                                        const std::string& name) const {
  static std::map<std::string, Ending> runs;
  const std::string original = absl::StrCat(testing::TempDir(), "/store_of_", experiment);
  if (runs.count(experiment) == 0) {
    fs::remove_all(original);
    runs[experiment] =
        Facet({"--store", original, "run", DataFile(experiment), "--progress=json", "-j", "2"});
    EXPECT_EQ(runs[experiment].exit_code, 0) << runs[experiment].err;
  }
  fs::copy(original, absl::StrCat(folder_, "/", name), fs::copy_options::recursive);
  return runs[experiment];
}

}  // namespace facet
