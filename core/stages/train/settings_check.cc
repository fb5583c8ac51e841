#include "core/stages/train/settings_check.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"

namespace facet {
namespace {

constexpr char kSchedule[] = "schedule";

template <class Settings>
absl::StatusOr<Settings> Read(const Json& settings, const char* name) {
  return ReadOptions<Settings>(Dump(settings.value(name, Json::object())));
}

absl::Status AppendGroups(const Json& json, const std::string& slot,
                          std::vector<TensorGroup>* groups) {
  for (const Json& each : json.value("groups", Json::array())) {
    TensorGroup group;
    group.slot = absl::StrCat(slot, ".groups.", each.at("name").get<std::string>());
    FACET_ASSIGN_OR_RETURN(group.settings, Read<GroupSettings>(each, "settings"));
    if (group.settings.tensors.empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat(group.slot, ".tensors is empty; name some, or take the group out"));
    }
    groups->push_back(std::move(group));
  }
  return absl::OkStatus();
}

absl::StatusOr<NamedPhase> ReadPhase(const Json& json, const LoopSettings& loop,
                                     std::vector<TensorGroup> groups) {
  NamedPhase phase;
  phase.name = json.at("name");
  const std::string slot = absl::StrCat("train.phases.", phase.name);
  FACET_ASSIGN_OR_RETURN(const PhaseSettings settings, Read<PhaseSettings>(json, "settings"));
  phase.epochs = settings.epochs > 0 ? settings.epochs : loop.epochs;
  phase.warmup_epochs = settings.warmup_epochs >= 0 ? settings.warmup_epochs : loop.warmup_epochs;
  phase.groups = std::move(groups);
  FACET_RETURN_IF_ERROR(AppendGroups(json, slot, &phase.groups));
  const bool own = json.value(kSchedule, false);
  phase.schedule_role = own ? absl::StrCat("phases.", phase.name, ".schedule") : kSchedule;
  phase.schedule_slot = absl::StrCat(own ? slot : "train", ".schedule");
  return phase;
}

absl::Status CheckWarmup(const NamedPhase& phase) {
  if (phase.warmup_epochs < static_cast<double>(phase.epochs)) return absl::OkStatus();
  const std::string slot = phase.name.empty() ? "train" : absl::StrCat("train.phases.", phase.name);
  return absl::InvalidArgumentError(absl::StrCat(slot, ".warmup_epochs = ", phase.warmup_epochs,
                                                 " leaves nothing of epochs = ", phase.epochs));
}

}  // namespace

absl::StatusOr<TrainSettings> ReadTrainSettings(const Json& settings) {
  TrainSettings read;
  FACET_ASSIGN_OR_RETURN(read.loop, Read<LoopSettings>(settings, "loop"));
  FACET_ASSIGN_OR_RETURN(read.memory, Read<MemorySettings>(settings, "memory"));
  read.augmentation = settings.value("augmentation", std::vector<std::string>());
  std::vector<TensorGroup> groups;
  FACET_RETURN_IF_ERROR(AppendGroups(settings, "train", &groups));
  for (const Json& each : settings.value("phases", Json::array())) {
    FACET_ASSIGN_OR_RETURN(NamedPhase phase, ReadPhase(each, read.loop, groups));
    read.phases.push_back(std::move(phase));
  }
  if (read.phases.empty()) {
    read.phases.push_back({"", read.loop.epochs, read.loop.warmup_epochs, std::move(groups),
                           kSchedule, absl::StrCat("train.", kSchedule)});
  }
  for (const NamedPhase& phase : read.phases) FACET_RETURN_IF_ERROR(CheckWarmup(phase));
  if (read.memory.size == 0 && read.memory.start_step != MemorySettings().start_step) {
    return absl::InvalidArgumentError(
        "train.memory.start_step is read with a size above 0 only; take it out, or give a size");
  }
  return read;
}

}  // namespace facet
