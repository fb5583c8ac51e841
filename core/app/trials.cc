#include "core/app/trials.h"

#include <unistd.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "core/app/plugin_process.h"
#include "core/app/signals.h"
#include "core/base/child_process.h"
#include "core/base/json.h"
#include "core/pipeline/experiment_layout.h"
#include "core/stages/stage_types.h"

namespace facet {
namespace {

// A component that hangs while it is made holds up nothing else.
const ChildLimits kTrialLimits = {absl::Minutes(1), size_t{64} << 20};
// Of one argument Linux takes 128 KiB, of all a quarter of what the stack may have: 2 MiB. Each
// process loads the libraries anew.
constexpr size_t kMaxBytes = 64 << 10;
constexpr size_t kMaxArguments = 16;

size_t MaxArguments() {
  const long all = ::sysconf(_SC_ARG_MAX);
  const size_t fit = all < 0 ? 1 : static_cast<size_t>(all) / (2 * kMaxBytes);
  return std::max<size_t>(1, std::min(kMaxArguments, fit));
}

// Equal trials of several rows are one, with the place of the first.
std::map<std::string, std::pair<std::string, Origin>> TrialsOf(const std::vector<const Row*>& rows,
                                                               const Catalogue& catalogue) {
  const std::vector<StageType> stages = AllStageTypes();
  const ExperimentLayout layout = MakeExperimentLayout(stages);
  std::map<std::string, std::pair<std::string, Origin>> trials;
  for (const Row* each : rows) {
    const Row& row = *each;
    for (const StageType& stage : stages) {
      if (stage.trials == nullptr) continue;
      for (const Trial& trial : stage.trials(row)) {
        const auto slot = row.slots.find(trial.slot);
        if (slot == row.slots.end()) continue;
        Json options = slot->second;
        const std::string kind = layout.Find(trial.slot)->kind, name = options.at("use");
        options.erase("use");
        const ComponentInfo* info = catalogue.Find(kind, name);
        if (info == nullptr) continue;
        const auto origin = row.origins.find(absl::StrCat(trial.slot, ".use"));
        const bool is_said = origin != row.origins.end() && origin->second.source != "default";
        trials.try_emplace(Dump({{"library", info->library_path},
                                 {"kind", kind},
                                 {"name", name},
                                 {"options", options},
                                 {"surroundings", trial.surroundings}}),
                           trial.slot, is_said ? origin->second : row.origin);
      }
    }
  }
  return trials;
}

using Trials = std::map<std::string, std::pair<std::string, Origin>>;  // text -> slot, place

// What each has to say, from one process.
absl::StatusOr<std::vector<std::string>> AnswersOf(const std::vector<std::string>& command,
                                                   size_t count) {
  const absl::StatusOr<std::string> output = CaptureOutput(command, kTrialLimits);
  if (!output.ok()) {
    // The command is nothing that a user gave.
    const std::string message(output.status().message());
    return absl::UnavailableError(absl::StripPrefix(message, absl::StrJoin(command, " ") + ": "));
  }
  const absl::StatusOr<Json> said = ParseJson(*output, "the answer");
  std::vector<std::string> answers;
  if (said.ok() && said->is_array()) {
    for (const Json& answer : *said) {
      if (answer.is_string()) answers.push_back(answer.get<std::string>());
    }
  }
  if (answers.size() != count) return absl::UnavailableError("it ends the process, with no answer");
  return answers;
}

// A component that hurts its process is tried alone, so that it is named and hurts no other.
std::string AnswerAlone(const Trials::const_iterator& trial) {
  std::vector<std::string> command = TrialCommand();
  command.push_back(absl::StrCat("[", trial->first, "]"));
  const absl::StatusOr<std::vector<std::string>> answers = AnswersOf(command, 1);
  if (answers.ok()) return answers->front();
  const Json said = ParseJson(trial->first, "a trial").value_or(Json::object());
  return absl::StrCat(said.value("kind", ""), " ", said.value("name", ""), " of ",
                      said.value("library", ""),
                      " cannot be made: ", std::string(answers.status().message()),
                      "; `facet plugins check` looks into a library");
}

}  // namespace

std::vector<Diagnostic> TryComponents(const std::vector<const Row*>& rows,
                                      const Catalogue& catalogue) {
  const Trials trials = TrialsOf(rows, catalogue);
  std::vector<Diagnostic> problems;
  const size_t max_arguments = MaxArguments();
  auto begin = trials.begin();
  while (begin != trials.end()) {
    std::vector<std::string> command = TrialCommand();
    auto next = begin;
    while (next != trials.end() && command.size() < 2 + max_arguments) {
      std::string list = absl::StrCat("[", (next++)->first);
      while (next != trials.end() && list.size() + next->first.size() < kMaxBytes) {
        absl::StrAppend(&list, ",", (next++)->first);
      }
      command.push_back(absl::StrCat(list, "]"));
    }
    const absl::StatusOr<std::vector<std::string>> answers =
        AnswersOf(command, static_cast<size_t>(std::distance(begin, next)));
    for (size_t i = 0; begin != next; ++begin, ++i) {
      const std::string answer = answers.ok() ? (*answers)[i] : AnswerAlone(begin);
      const auto& [slot, origin] = begin->second;
      if (answer.empty()) continue;
      Diagnostic problem;
      problem.code = "E0509";
      problem.message = absl::StrCat(slot, ": ", answer);
      problem.origin = origin;
      problems.push_back(std::move(problem));
    }
  }
  return problems;
}

std::future<std::vector<Diagnostic>> StartTrials(const std::vector<const Row*>& rows,
                                                 const Catalogue& catalogue) {
  const SignalPause pause;  // which the thread has from its start: signals are the caller's
  return std::async(std::launch::async,
                    [&rows, &catalogue] { return TryComponents(rows, catalogue); });
}

}  // namespace facet
