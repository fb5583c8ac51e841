#include "core/app/trials.h"

#include <unistd.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
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

}  // namespace

std::vector<Diagnostic> TryComponents(const std::vector<const Row*>& rows,
                                      const Catalogue& catalogue) {
  const auto trials = TrialsOf(rows, catalogue);
  std::vector<Diagnostic> problems;
  const auto report = [&](const std::string& message, const Origin& origin) {
    Diagnostic problem;
    problem.code = "E0509";
    problem.message = message;
    problem.origin = origin;
    problems.push_back(std::move(problem));
  };
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
    const absl::StatusOr<std::string> output = CaptureOutput(command, kTrialLimits);
    const absl::StatusOr<Json> said =
        output.ok() ? ParseJson(*output, "the answer to trials") : output.status();
    if (!said.ok()) {
      report(std::string(said.status().message()), begin->second.second);
      return problems;
    }
    for (const Json& message : *said) {
      const auto& [slot, origin] = begin->second;
      if (message != "") report(absl::StrCat(slot, ": ", message.get<std::string>()), origin);
      ++begin;
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
