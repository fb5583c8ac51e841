// What `facet doctor` finds: one line each, with a cure where something is not as it should be.
#ifndef FACET_CORE_APP_FINDING_H_
#define FACET_CORE_APP_FINDING_H_

#include <set>
#include <string>
#include <vector>

#include "core/app/verb.h"
#include "core/base/json.h"

namespace facet {

struct Finding {
  enum class Level { kOk, kWarning, kProblem } level = Level::kOk;
  std::string section;  // "processor", "store"
  std::string text, cure;
  Json facts = Json::object();  // for --json
};
using Findings = std::vector<Finding>;

// Those that networks run faster with, of a processor with these flags (/proc/cpuinfo). What extends
// one that is lacking is not named.
struct InstructionSets {
  std::vector<std::string> has, lacks;
};
InstructionSets FindInstructionSets(const std::set<std::string>& flags);

// Each part of the page. None writes anything; what a check needs and is missing is a finding.
// How many processes want to run, for one core or a container's share of one.
Finding CheckLoad(double load, int64_t num_cores);
Finding CheckMemoryRoom(int64_t total_bytes, int64_t limit_bytes, int64_t available_bytes);
Findings ExamineMachine();
// Asks the worker: `unusable` is set where it does not answer.
Findings ExamineLibraries(const VerbContext& context, bool* unusable);
Findings ExaminePlugins(const VerbContext& context);
// What the experiments in `folder` take from variables of the environment, and whether it is there.
Findings ExamineData(const std::string& experiments_folder);
Findings ExamineStore(const std::string& store);

}  // namespace facet

#endif  // FACET_CORE_APP_FINDING_H_
