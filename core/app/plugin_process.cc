#include "core/app/plugin_process.h"

#include "core/app/component_trial.h"
#include "core/base/child_process.h"
#include "core/plugin/library_answer.h"

namespace facet {
namespace {

constexpr char kDescribe[] = "__describe", kTry[] = "__try";

std::string ThisProgram() { return ProgramFolder() + "/facet"; }

}  // namespace

std::vector<std::string> DescribeCommand(const std::string& library_path) {
  return {ThisProgram(), kDescribe, library_path};
}

std::vector<std::string> TrialCommand() { return {ThisProgram(), kTry}; }

std::optional<int> RunAsPluginProcess(int argc, char** argv) {
  const std::string verb = argc > 2 ? argv[1] : "";
  if (verb != kDescribe && verb != kTry) return std::nullopt;
  DieWithParent();  // a library that hangs while it is looked at outlives nobody
  return verb == kTry ? AnswerTrials({argv + 2, argv + argc}) : AnswerDescription(argv[2]);
}

}  // namespace facet
