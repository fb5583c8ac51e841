#include "core/app/plugin_process.h"

#include <cstdio>

#include "absl/status/statusor.h"
#include "core/app/component_trial.h"
#include "core/base/child_process.h"
#include "core/plugin/library.h"

namespace facet {
namespace {

constexpr char kDescribe[] = "__describe", kTry[] = "__try";

std::string ThisProgram() { return ProgramFolder() + "/facet"; }

int PrintDescription(const std::string& library_path) {
  const absl::StatusOr<std::string> description = DescribeLibrary(library_path);
  if (!description.ok()) {
    std::fprintf(stderr, "%s\n", std::string(description.status().message()).c_str());
    return 4;
  }
  std::fputs(description->c_str(), stdout);
  return 0;
}

}  // namespace

std::vector<std::string> DescribeCommand(const std::string& library_path) {
  return {ThisProgram(), kDescribe, library_path};
}

std::vector<std::string> TrialCommand() { return {ThisProgram(), kTry}; }

std::optional<int> RunAsPluginProcess(int argc, char** argv) {
  const std::string verb = argc > 2 ? argv[1] : "";
  if (verb != kDescribe && verb != kTry) return std::nullopt;
  DieWithParent();  // a library that hangs while it is looked at outlives nobody
  return verb == kTry ? AnswerTrials({argv + 2, argv + argc}) : PrintDescription(argv[2]);
}

}  // namespace facet
