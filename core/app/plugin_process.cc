#include "core/app/plugin_process.h"

#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/app/component_trial.h"
#include "core/app/exit_code.h"
#include "core/base/status.h"
#include "core/plugin/library_answer.h"

namespace facet {
namespace {

constexpr char kDescribe[] = "__describe", kTry[] = "__try";

constexpr char kCure[] = ": rebuild it or take it off the plugin path";

std::string ThisProgram() { return ProgramFolder() + "/facet"; }

}  // namespace

std::vector<std::string> DescribeCommand(const std::string& library_path) {
  return {ThisProgram(), kDescribe, library_path};
}

std::vector<std::string> TrialCommand() { return {ThisProgram(), kTry}; }

absl::StatusOr<std::string> DescriptionFrom(const std::vector<std::string>& command,
                                            const std::string& library_path,
                                            const ChildLimits& limits) {
  ChildOptions options;
  options.command = command;
  options.streams = CapturedStreams();
  options.own_group = true;
  FACET_ASSIGN_OR_RETURN(const std::unique_ptr<ChildProcess> child, ChildProcess::Start(options));
  absl::StatusOr<ChildOutput> output = child->Finish(limits);
  if (!output.ok()) {
    return absl::FailedPreconditionError(
        absl::StrCat(library_path, ": hangs or floods its process when it is loaded (",
                     output.status().message(), ")", kCure));
  }
  const ChildExit& exit = output->exit;
  const std::string said(absl::StripAsciiWhitespace(output->error));
  if (exit.status == 0 && !output->out.empty()) return std::move(output->out);
  // What describes a library says so itself, and so does a runtime that the loader misses.
  const bool is_told = exit.code() == kExitPlugin || absl::StrContains(said, "ASan runtime");
  if (is_told && !said.empty()) return absl::FailedPreconditionError(said);
  return absl::FailedPreconditionError(
      absl::StrCat(library_path, ": ends its process when it is loaded (", exit.Describe(), ")",
                   kCure, said.empty() ? "" : "; it said: ", said));
}

std::optional<int> RunAsPluginProcess(int argc, char** argv) {
  const std::string verb = argc > 2 ? argv[1] : "";
  if (verb != kDescribe && verb != kTry) return std::nullopt;
  DieWithParent();  // a library that hangs while it is looked at outlives nobody
  return verb == kTry ? AnswerTrials({argv + 2, argv + argc}) : AnswerDescription(argv[2]);
}

}  // namespace facet
