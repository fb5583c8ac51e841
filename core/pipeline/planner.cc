#include "core/pipeline/planner.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "core/base/random.h"
#include "core/base/status.h"

namespace facet {
namespace {

// With its length, so that no two lists of parts are one text.
void AddPart(absl::string_view part, std::string* text) {
  absl::StrAppend(text, part.size(), ":", part);
}

void AddUses(const std::map<std::string, ComponentUse>& components, std::string* text) {
  absl::StrAppend(text, components.size(), ";");
  for (const auto& [role, use] : components) {
    AddPart(role, text);
    AddPart(use.kind, text);
    AddPart(use.name, text);
    AddPart(use.library_digest, text);
    AddPart(Dump(use.options), text);
  }
}

// What either row allows: no row's stage fails by another row's limit.
void Widen(const StageLimits& other, StageLimits* limits) {
  const auto widest = [](auto a, auto b) { return a == 0 || b == 0 ? 0 : std::max(a, b); };
  limits->memory_bytes = widest(limits->memory_bytes, other.memory_bytes);
  limits->seconds = widest(limits->seconds, other.seconds);
}

// Everything the artifact depends on as far as a plan knows it: inputs by their stages, external
// ones by their paths. Branches share stages too: no name is in it.
std::string Identity(const StageSpec& stage) {
  std::string text;
  AddPart(stage.type, &text);
  AddUses(stage.components, &text);
  AddUses(stage.sources, &text);
  AddPart(Dump(stage.settings), &text);
  absl::StrAppend(&text, stage.inputs.size(), ";");
  for (const auto& [port, producer] : stage.inputs) {
    AddPart(port, &text);
    absl::StrAppend(&text, producer, ";");
  }
  // In the order of the options, of one that is named twice the last: as a table has them.
  std::map<absl::string_view, absl::string_view> externals;
  for (const ExternalInput& external : stage.externals) externals[external.option] = external.path;
  for (const auto& [option, path] : externals) {
    AddPart(option, &text);
    AddPart(path, &text);
  }
  absl::StrAppend(&text, ";", stage.uses_seed, ";", stage.seed, ";", stage.threads, ";");
  AddPart(stage.device, &text);
  AddPart(stage.precision, &text);
  return text;
}

}  // namespace

StageSpec NewStage(std::string type, std::string name) {
  StageSpec stage;
  stage.type = std::move(type);
  stage.name = std::move(name);
  return stage;
}

Planner::Planner(const Experiment& experiment, const std::vector<StageType>& types,
                 const Catalogue& catalogue, const Machine& machine)
    : types_(types), catalogue_(catalogue), machine_(machine) {
  plan_.types = &types;
  for (const Row& row : experiment.rows) rows_.try_emplace(row.id, &row);
}

absl::Status Planner::AddRow(const Row& row) {
  if (plan_.results.count(row.id) != 0) return absl::OkStatus();
  user_ = row.id;
  FACET_ASSIGN_OR_RETURN(const int result, Make(kEvaluation, {row, ""}));
  plan_.results[row.id] = result;
  return absl::OkStatus();
}

absl::StatusOr<int> Planner::AddRequest(const PortType& type, const Row& row,
                                        const Json& settings) {
  user_ = row.id;
  for (const StageType& stage : types_) {
    if (stage.output == type && stage.plan_request != nullptr) {
      return stage.plan_request(*this, row, settings);
    }
  }
  return absl::NotFoundError(absl::StrCat("no stage makes a ", type.name));
}

absl::StatusOr<int> Planner::AddPart(const PortType& type, const Demand& demand) {
  user_ = demand.row.id;
  return Make(type, demand);
}

RowPlan Planner::Take() { return std::move(plan_); }

const StageType* Planner::Provider(const PortType& type, const Demand& demand) const {
  // A stage that makes what it asks for itself is given what comes before it.
  const StageType* last = nullptr;
  if (!calls_.empty() && calls_.back().type->output == type && calls_.back().row == demand.row.id &&
      calls_.back().branch == demand.branch) {
    last = calls_.back().type;
  }
  const StageType* found = nullptr;
  for (const StageType& stage : types_) {
    if (&stage == last) break;
    if (!(stage.output == type) || stage.plan == nullptr) continue;
    if (stage.applies == nullptr || stage.applies(*this, demand)) found = &stage;
  }
  return found;
}

bool Planner::Has(const PortType& type, const Demand& demand) const {
  return Provider(type, demand) != nullptr;
}

absl::Status Planner::CheckCircle(const StageType& type, const Demand& demand) const {
  const auto again = std::find_if(calls_.begin(), calls_.end(), [&](const Call& call) {
    return call.type == &type && call.row == demand.row.id && call.branch == demand.branch;
  });
  if (again == calls_.end()) return absl::OkStatus();
  std::string circle;
  for (auto call = again; call != calls_.end(); ++call) {
    absl::StrAppend(&circle, "row \"", call->row, "\" (", call->type->name, ") -> ");
  }
  return absl::InvalidArgumentError(absl::StrCat("rows need each other in a circle: ", circle,
                                                 "row \"", demand.row.id, "\" (", type.name, ")"));
}

absl::StatusOr<int> Planner::Make(const PortType& type, const Demand& demand) {
  const StageType* provider = Provider(type, demand);
  if (provider == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat("row \"", demand.row.id, "\" has nothing that makes ", type.name,
                     demand.branch.empty() ? "" : absl::StrCat(" of its ", demand.branch, " set")));
  }
  const Asked asked = {provider, &demand.row, demand.branch, demand.size_px};
  auto planned = planned_.find(asked);
  if (planned == planned_.end()) {
    FACET_RETURN_IF_ERROR(CheckCircle(*provider, demand));
    planned = planned_.emplace(asked, Plan(*provider, demand)).first;
  } else if (planned->second.ok()) {
    AddUser(*planned->second);
  }
  const absl::StatusOr<int>& made = planned->second;
  if (made.ok() && !calls_.empty() && calls_.back().type->output == type) {
    calls_.back().passed_on.insert(*made);
  }
  return made;
}

absl::StatusOr<int> Planner::Plan(const StageType& provider, const Demand& demand) {
  calls_.push_back({&provider, demand.row.id, demand.branch, {}, {}});
  const absl::StatusOr<int> made = provider.plan(*this, demand);
  const std::set<int> passed_on = std::move(calls_.back().passed_on);
  calls_.pop_back();
  if (made.ok() && passed_on.count(*made) == 0) {
    plan_.made[{demand.row.id, provider.output.name, demand.branch}] = *made;
  }
  return made;
}

const Json* Planner::Find(const Row& row, const std::string& slot) {
  const auto found = row.slots.find(slot);
  return found == row.slots.end() ? nullptr : &found->second;
}

Json Planner::Settings(const Row& row, const std::string& slot) {
  const Json* settings = Find(row, slot);
  return settings == nullptr ? Json::object() : *settings;
}

std::vector<std::string> Planner::Names(const Row& row, const std::string& path) {
  const auto found = row.order.find(path);
  return found == row.order.end() ? std::vector<std::string>() : found->second;
}

absl::StatusOr<const Row*> Planner::FindRow(const Row& row, const std::string& slot) const {
  const Json* id = Find(row, slot);
  if (id == nullptr || id->get_ref<const std::string&>().empty()) return nullptr;
  const auto other = rows_.find(id->get_ref<const std::string&>());
  if (other != rows_.end()) return other->second;
  return absl::InvalidArgumentError(absl::StrCat("row \"", row.id, "\": ", slot, " = \"",
                                                 id->get<std::string>(), "\": no such row"));
}

void Planner::SetSeed(const Row& row, const std::string& stream, StageSpec* stage) {
  stage->uses_seed = true;
  stage->seed = DeriveSeed(row.slots.at("seed").get<uint64_t>(), stream);
}

void Planner::SetNumerics(const Row& row, StageSpec* stage) const {
  stage->device = row.slots.at("device");
  stage->precision = ResolvePrecision(row.slots.at("precision"), stage->device, machine_);
  stage->threads = Threads(row);
}

bool Planner::HasTrait(const ComponentUse& use, Trait trait) const {
  const ComponentInfo* info = catalogue_.Find(use.kind, use.name);
  return info != nullptr && info->traits.Has(trait);
}

absl::StatusOr<ComponentUse> Planner::Use(const Row& row, const std::string& slot,
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
  for (const OptionSpec& option : info->options) {
    if (option.role == "input_directory") use.files[option.name] = option.files;
  }
  return use;
}

// The inputs outside the store that a component's options name.
std::vector<ExternalInput> Planner::Externals(const std::string& role,
                                              const ComponentUse& use) const {
  std::vector<ExternalInput> externals;
  for (const OptionSpec& option : catalogue_.Find(use.kind, use.name)->options) {
    if (option.role.empty() || !use.options.contains(option.name)) continue;
    const Json& named = use.options[option.name];
    const std::string name = absl::StrCat(role, ".", option.name);
    for (size_t i = 0; i < (named.is_array() ? named.size() : 1); ++i) {
      const std::string path = named.is_array() ? named[i] : named;
      if (path.empty()) continue;
      externals.push_back({named.is_array() ? absl::StrCat(name, ".", i) : name, path,
                           option.NamesFolder(), option.MayBeMissing(), option.files});
    }
  }
  return externals;
}

absl::Status Planner::AddComponent(const Row& row, const std::string& slot, const std::string& role,
                                   StageSpec* stage, std::string kind) {
  if (kind.empty()) kind = role;
  SaidAt(absl::StrCat("components.", role), slot);
  FACET_ASSIGN_OR_RETURN(ComponentUse use, Use(row, slot, kind));
  for (ExternalInput& external : Externals(role, use)) {
    stage->externals.push_back(std::move(external));
  }
  stage->components[role] = std::move(use);
  return absl::OkStatus();
}

int64_t Planner::Threads(const Row& row) const {
  const int64_t threads = row.slots.at("threads").get<int64_t>();
  return threads > 0 ? threads : machine_.num_cores;
}

StageLimits Planner::Limits(const Row& row) {
  const Json limits = Settings(row, "limits");
  constexpr double kBytesPerGib = 1 << 30, kSecondsPerHour = 3600;
  // Beyond what any machine and anybody's patience has, and yet a number.
  constexpr double kMost = 1e18;
  // Rounded up: the least limit is a limit.
  const double bytes = std::ceil(limits.value("memory_gib", 0.0) * kBytesPerGib);
  return {static_cast<int64_t>(std::min(bytes, kMost)),
          std::min(limits.value("hours", 0.0) * kSecondsPerHour, kMost)};
}

// A port takes what its type says, from a stage that makes that.
absl::Status Planner::CheckPorts(const StageSpec& stage) const {
  const auto type = std::find_if(types_.begin(), types_.end(),
                                 [&](const StageType& each) { return each.name == stage.type; });
  if (type == types_.end()) {
    return absl::InternalError(absl::StrCat("there is no stage \"", stage.type, "\""));
  }
  for (const Port& port : type->inputs) {
    if (!port.optional && stage.inputs.count(port.name) == 0) {
      return absl::InternalError(
          absl::StrCat("stage ", stage.name, ": nothing is joined to its port ", port.name));
    }
  }
  for (const auto& [name, producer] : stage.inputs) {
    const auto port = std::find_if(type->inputs.begin(), type->inputs.end(),
                                   [&name = name](const Port& each) { return each.name == name; });
    if (port == type->inputs.end()) {
      return absl::InternalError(absl::StrCat("stage ", stage.name, " has no port ", name));
    }
    const StageType& from = plan_.TypeOf(producer);
    if (port->type == from.output) continue;
    return absl::InternalError(absl::StrCat("stage ", stage.name, ": its port ", name, " takes ",
                                            port->type.name, ", but ", At(producer).name, " makes ",
                                            from.output.name));
  }
  return absl::OkStatus();
}

absl::StatusOr<int> Planner::Add(StageSpec stage, const Row& row) {
  FACET_RETURN_IF_ERROR(CheckPorts(stage));
  stage.worker_threads = Threads(row);
  std::vector<StageSpec>& stages = plan_.graph.stages;
  const auto [found, added] = index_.emplace(Identity(stage), static_cast<int>(stages.size()));
  const StageLimits limits = Limits(row);
  if (added) {
    stage.limits = limits;
    stages.push_back(std::move(stage));
  } else {
    Widen(limits, &stages[static_cast<size_t>(found->second)].limits);
  }
  AddUser(found->second);
  if (!calls_.empty()) {
    plan_.said_at.try_emplace({found->second, row.id}, std::move(calls_.back().said_at));
  }
  return found->second;
}

void Planner::SaidAt(const std::string& in_key, const std::string& in_row) {
  if (!calls_.empty()) calls_.back().said_at[in_key] = in_row;
}

// Rows are added one after the other, and a stage that is the row's has been told so with all that
// it rests on: no list of users is ever searched.
void Planner::AddUser(int stage) {
  std::vector<int> open = {stage};
  while (!open.empty()) {
    StageSpec& next = plan_.graph.stages[static_cast<size_t>(open.back())];
    open.pop_back();
    if (!next.users.empty() && next.users.back() == user_) continue;
    next.users.push_back(user_);
    for (const auto& [port, producer] : next.inputs) open.push_back(producer);
  }
}

void Planner::AddRemark(int stage, Remark remark) {
  std::vector<Remark>& remarks = plan_.remarks[stage];
  const bool is_there = std::any_of(remarks.begin(), remarks.end(),
                                    [&](const Remark& other) { return other.text == remark.text; });
  if (!is_there) remarks.push_back(std::move(remark));
}

int Planner::Nearest(int stage, const PortType& type) const {
  std::vector<int> level = {stage};
  while (!level.empty()) {
    std::vector<int> below;
    for (const int each : level) {
      if (plan_.TypeOf(each).output == type) return each;
      for (const auto& [port, producer] : At(each).inputs) below.push_back(producer);
    }
    level = std::move(below);
  }
  return -1;
}

absl::StatusOr<RowPlan> PlanExperiment(const Experiment& experiment,
                                       const std::vector<const Row*>& rows,
                                       const std::vector<StageType>& types,
                                       const Catalogue& catalogue, const Machine& machine) {
  Planner planner(experiment, types, catalogue, machine);
  for (const Row* row : rows) FACET_RETURN_IF_ERROR(planner.AddRow(*row));
  return planner.Take();
}

absl::StatusOr<StageGraph> PlanRequest(const Experiment& experiment, const Row& row,
                                       const PortType& type, const Json& settings,
                                       const std::vector<StageType>& types,
                                       const Catalogue& catalogue, const Machine& machine) {
  Planner planner(experiment, types, catalogue, machine);
  FACET_ASSIGN_OR_RETURN(int stage, planner.AddRequest(type, row, settings));
  return PartOf(planner.Take().graph, &stage);
}

}  // namespace facet
