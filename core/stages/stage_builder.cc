#include "core/stages/stage_builder.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/random.h"
#include "core/base/status.h"

namespace facet {

const Json* StageBuilder::Find(const Row& row, const std::string& slot) {
  const auto found = row.slots.find(slot);
  return found == row.slots.end() ? nullptr : &found->second;
}

Json StageBuilder::Settings(const Row& row, const std::string& slot) {
  const Json* settings = Find(row, slot);
  return settings == nullptr ? Json::object() : *settings;
}

StageSpec StageBuilder::NewStage(std::string type, std::string name) {
  StageSpec stage;
  stage.type = std::move(type);
  stage.name = std::move(name);
  return stage;
}

void StageBuilder::SetSeed(const Row& row, const std::string& stream, StageSpec* stage) {
  stage->uses_seed = true;
  stage->seed = DeriveSeed(row.slots.at("seed").get<uint64_t>(), stream);
}

void StageBuilder::SetNumerics(const Row& row, bool threads, StageSpec* stage) const {
  stage->device = row.slots.at("device");
  stage->precision = ResolvePrecision(row.slots.at("precision"), stage->device, machine_);
  if (threads) stage->threads = Threads(row);
}

bool StageBuilder::HasTrait(const ComponentUse& use, const std::string& trait) const {
  const ComponentInfo* info = catalogue_.Find(use.kind, use.name);
  return info != nullptr && info->HasTrait(trait);
}

absl::StatusOr<ComponentUse> StageBuilder::Use(const Row& row, const std::string& slot,
                                               const std::string& kind) const {
  const Json* value = Find(row, slot);
  if (value == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat("row \"", row.id, "\" names no ", slot, "; add ", slot,
                     " = { use = \"...\" } (facet plugins list --kind ", kind, ")"));
  }
  ComponentUse use;
  use.kind = kind;
  use.name = value->at("use");
  use.options = *value;
  use.options.erase("use");
  const ComponentInfo* info = catalogue_.Find(kind, use.name);
  if (info == nullptr) {
    return absl::NotFoundError(absl::StrCat(
        "row \"", row.id, "\", ", slot, ": no plugin provides the ", kind, " \"", use.name, "\""));
  }
  use.library_path = info->library_path;
  use.library_digest = info->library_digest;
  return use;
}

std::vector<ExternalInput> StageBuilder::Externals(const std::string& role,
                                                   const ComponentUse& use) const {
  std::vector<ExternalInput> externals;
  for (const OptionSpec& option : catalogue_.Find(use.kind, use.name)->options) {
    if (option.role.empty() || !use.options.contains(option.name)) continue;
    const std::string path = use.options[option.name];
    if (path.empty()) continue;
    externals.push_back(
        {absl::StrCat(role, ".", option.name), path, option.NamesFolder(), option.MayBeMissing()});
  }
  return externals;
}

absl::Status StageBuilder::AddComponent(const Row& row, const std::string& slot,
                                        const std::string& role, StageSpec* stage,
                                        std::string kind) const {
  if (kind.empty()) kind = role;
  FACET_ASSIGN_OR_RETURN(ComponentUse use, Use(row, slot, kind));
  for (ExternalInput& external : Externals(role, use)) {
    stage->externals.push_back(std::move(external));
  }
  stage->components[role] = std::move(use);
  return absl::OkStatus();
}

int64_t StageBuilder::Threads(const Row& row) const {
  const int64_t threads = row.slots.at("threads").get<int64_t>();
  return threads > 0 ? threads : machine_.num_cores;
}

int StageBuilder::Share(StageSpec stage, const Row& row) {
  stage.worker_threads = Threads(row);
  const auto [found, added] =
      index_.emplace(Identity(stage), static_cast<int>(graph_.stages.size()));
  if (added) graph_.stages.push_back(std::move(stage));
  std::vector<std::string>& rows = graph_.stages[static_cast<size_t>(found->second)].rows;
  if (std::find(rows.begin(), rows.end(), user_) == rows.end()) rows.push_back(user_);
  return found->second;
}

// Everything the artifact depends on as far as a plan knows it: inputs by their stages, external
// ones by their paths. Branches share stages too: no name is in it.
std::string StageBuilder::Identity(const StageSpec& stage) {
  const auto uses = [](const std::map<std::string, ComponentUse>& components) {
    Json json = Json::object();
    for (const auto& [role, use] : components) {
      json[role] = {use.kind, use.name, use.options, use.library_digest};
    }
    return json;
  };
  Json externals = Json::object();
  for (const ExternalInput& external : stage.externals) externals[external.option] = external.path;
  return Dump({stage.type, uses(stage.components), uses(stage.sources), stage.settings,
               stage.inputs, externals, stage.uses_seed, stage.seed, stage.device, stage.precision,
               stage.threads});
}

}  // namespace facet
