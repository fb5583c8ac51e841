#include "core/config/row_check.h"

#include <algorithm>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "core/api/kinds.h"
#include "core/config/named_slots.h"
#include "core/config/value_hints.h"

namespace facet {
namespace {

const Origin kDefault = {"default", 0, 0};

// What is said by the layout alone, taken away.
void RemoveDefaults(Node* node) {
  const std::vector<std::string> names = node->names;
  for (const std::string& name : names) {
    const Node& member = node->members.at(name);
    if (!member.is_table()) continue;
    if (member.by_default) {
      node->Erase(name);
    } else {
      RemoveDefaults(&node->members.Own().at(name));
    }
  }
}

}  // namespace

RowChecker::RowChecker(const ExperimentLayout& layout, const Catalogue& catalogue,
                       const std::map<std::string, std::string>& folders, Problems* problems)
    : layout_(layout), catalogue_(catalogue), folders_(folders), problems_(problems) {
  for (const Slot& slot : layout.slots) {
    if (slot.optional_group.empty()) continue;
    optional_groups_.insert(slot.optional_group);
  }
}

const RowChecker::Shape& RowChecker::ShapeOf(const Node& tree) {
  const auto [found, is_new] = shapes_.try_emplace({NamesOf(layout_, tree), groups_});
  Shape& shape = found->second;
  if (!is_new) return shape;
  shape.slots = SlotsOf(layout_, tree);
  for (const Slot& slot : shape.slots) shape.slot_at.try_emplace(slot.path, &slot);
  ExperimentLayout present;  // without the optional groups that the row does not have
  for (const Slot& slot : layout_.slots) {
    if (!HasGroupOf(slot)) continue;
    present.slots.push_back(slot);
    if (!slot.default_use.empty()) shape.defaults.push_back(&slot);
  }
  shape.order = NamesOf(present, tree);
  shape.default_tree = DefaultTree(present);
  return shape;
}

const RowChecker::Table& RowChecker::TableAt(const std::string& path, const Slot* settings) {
  const auto [found, is_new] = tables_.try_emplace(path);
  Table& table = found->second;
  if (!is_new) return table;
  if (settings != nullptr) table.known = OptionNames(settings->options);
  for (const Slot& slot : layout_.slots) {
    if (!LeadsTo(path, slot.path)) continue;
    const std::vector<std::string> names = absl::StrSplit(slot.path, '.');
    const std::string& name = names[path.empty() ? 0 : absl::c_count(path, '.') + 1];
    if (name == "*") {
      table.gives_names = true;
    } else if (!absl::c_linear_search(table.known, name)) {
      table.known.push_back(name);
    }
  }
  std::sort(table.known.begin(), table.known.end());
  return table;
}

bool RowChecker::LeadsToSlots(const std::string& path) {
  const auto [found, is_new] = leads_to_.try_emplace(path);
  if (is_new) {
    found->second =
        absl::c_any_of(layout_.slots, [&](const Slot& slot) { return LeadsTo(path, slot.path); });
  }
  return found->second;
}

const std::vector<std::string>& RowChecker::OptionsOf(const ComponentInfo& component) {
  const auto [found, is_new] = option_names_.try_emplace(&component);
  if (is_new) found->second = OptionNames(component.options);
  return found->second;
}

Row RowChecker::Check(const RowTree& tree) {
  row_ = Row();
  row_.id = tree.id;
  row_.label = tree.label.empty() ? tree.id : tree.label;
  row_.skip = tree.skip;
  row_.reported = tree.reported;
  row_.parent = tree.parent;
  row_.repeats = tree.repeats;
  row_.compared_with = tree.compared_with;
  row_.part = tree.part;
  row_.swept = tree.swept;
  row_.axes = tree.axes;
  row_.origin = tree.place.origin;
  tree_ = tree.slots;
  if (tree.reported) RemoveDefaults(&tree_);
  place_ = tree.place;
  partial_ = false;
  resolve_paths_ = tree.skip.empty();
  groups_.clear();
  bad_slots_.clear();
  for (const std::string& group : optional_groups_) {
    if (HasGroup(layout_, tree_, group)) groups_.insert(group);
  }
  shape_ = &ShapeOf(tree_);
  CheckMembers(tree_, "", nullptr);
  TakeOrder();
  if (!tree.reported) FillMissingSlots();
  return std::move(row_);
}

void RowChecker::CheckBase(const Node& base) {
  row_ = Row();
  tree_ = base;
  partial_ = true;
  resolve_paths_ = false;
  groups_ = optional_groups_;
  shape_ = &ShapeOf(tree_);
  bad_slots_.clear();
  CheckMembers(tree_, "", nullptr);
}

void RowChecker::Take(const std::string& slot_path, const std::string& name, Json value,
                      const Origin& origin) {
  Json& slot = row_.slots[slot_path];
  if (name.empty()) {
    slot = std::move(value);
    row_.origins[slot_path] = origin;
  } else {
    slot[name] = std::move(value);
    row_.origins[JoinPath(slot_path, name)] = origin;
  }
}

// The members of a group of slots ("train"), of the row itself (""), or of a settings table, which
// may hold further slots ("embed").
void RowChecker::CheckMembers(const Node& node, const std::string& prefix, const Slot* settings) {
  const Table& table = TableAt(prefix, settings);
  for (const auto& [name, member] : node.members) {
    const std::string path = JoinPath(prefix, name);
    if (table.gives_names && !IsSlotName(name)) {
      ReportBadName(name, member, prefix);
      continue;
    }
    if (name.empty() || absl::StrContains(name, ".")) {  // it would read as a path
      ReportUnknown(name, member, prefix, prefix.empty() ? "a row" : prefix, table.known);
      continue;
    }
    if (optional_groups_.count(path) != 0 && groups_.count(path) == 0) continue;
    const auto slot = shape_->slot_at.find(path);
    if (slot != shape_->slot_at.end()) {
      CheckSlot(member, *slot->second);
    } else if (LeadsToSlots(path)) {
      if (member.is_table()) {
        CheckMembers(member, path, nullptr);
      } else {
        ReportNoTable(member, path);
      }
    } else if (settings != nullptr) {
      CheckOption(name, member, prefix, prefix, settings->options, table.known);
    } else {
      ReportUnknown(name, member, prefix, prefix.empty() ? "a row" : prefix, table.known);
    }
  }
}

void RowChecker::CheckSlot(const Node& node, const Slot& slot) {
  switch (slot.fill) {
    case Slot::Fill::kComponent:
      return CheckComponent(node, slot);
    case Slot::Fill::kSettings:
      if (node.is_table()) {
        CheckMembers(node, slot.path, &slot);
      } else {
        problems_
            ->Error("E0202", node.value,
                    absl::StrCat(slot.path, " must be a table of settings, got ", Got(node)))
            .facts.push_back(
                absl::StrCat("settings: ", absl::StrJoin(OptionNames(slot.options), ", ")));
      }
      return;
    case Slot::Fill::kValue: {
      const ValueContext context = {slot.path, "the row", &folders_, resolve_paths_};
      std::optional<Json> value = CheckValue(node, slot.options.front(), context, problems_);
      if (value) Take(slot.path, "", *std::move(value), node.value.origin);
      return;
    }
    case Slot::Fill::kRow:
      return CheckRowName(node, slot);
  }
}

void RowChecker::CheckRowName(const Node& node, const Slot& slot) {
  if (node.text() != nullptr) {
    Take(slot.path, "", *node.text(), node.value.origin);
    return;
  }
  Diagnostic& problem = problems_->Error(
      "E0301", node.value, absl::StrCat(slot.path, " must be the id of a row, got ", Got(node)));
  if (node.type == Node::Type::kScalar && !node.scalar.is_null()) {
    problem.caret_note = absl::StrCat("did you mean \"", Dump(node.scalar), "\"?");
  }
}

// What there is nothing to say of comes to the same in every row.
void RowChecker::CheckComponent(const Node& node, const Slot& slot) {
  const auto known = checked_.find(slot.path);
  if (node.is_table() && known != checked_.end() && known->second.said.IsShared(node.members) &&
      known->second.paths_resolved == resolve_paths_) {
    row_.slots[slot.path] = known->second.value;
    row_.origins.insert(known->second.origins.begin(), known->second.origins.end());
    return;
  }
  const size_t problems = problems_->count();
  CheckComponentAnew(node, slot);
  const auto value = row_.slots.find(slot.path);
  if (partial_ || problems != problems_->count() || value == row_.slots.end()) return;
  CheckedComponent& checked = checked_[slot.path];
  checked = {node.members, resolve_paths_, value->second, {}};
  for (const auto& [option, ignored] : value->second.items()) {
    const std::string path = JoinPath(slot.path, option);
    checked.origins.emplace_back(path, row_.origins.at(path));
  }
}

void RowChecker::CheckComponentAnew(const Node& node, const Slot& slot) {
  bad_slots_.insert(slot.path);
  const Node* use = node.Find("use");
  if (use == nullptr) {
    if (partial_ && node.is_table()) return;
    if (!node.by_default) return ReportNoComponent(node, slot);
    bad_slots_.erase(slot.path);  // its `use` was taken away: as if all of it were
    return;
  }
  OptionSpec name_spec;
  name_spec.name = "use";
  name_spec.type = "string";
  name_spec.doc = absl::StrCat("the name of a ", slot.kind);
  name_spec.required = true;
  const ValueContext context = {JoinPath(slot.path, "use"), "every component", &folders_, false};
  const std::optional<Json> name = CheckValue(*use, name_spec, context, problems_);
  if (!name) return;
  const ComponentInfo* component = catalogue_.Find(slot.kind, name->get<std::string>());
  if (component == nullptr && use->by_default) return CheckDefaultComponent(node, slot, *name);
  if (component == nullptr) return ReportUnknownComponent(slot, *name, use->value);
  bad_slots_.erase(slot.path);
  Take(slot.path, "use", *name, use->value.origin);
  const std::string owner = absl::StrCat(slot.kind, " ", component->name);
  const std::vector<std::string>& known = OptionsOf(*component);
  for (const auto& [option, member] : node.members) {
    if (option == "use") continue;
    CheckOption(option, member, slot.path, owner, component->options, known);
  }
  FillDefaults(component->options, slot.path, owner, &node);
}

// No plugin provides it. A row that says nothing there may do without; options are of use to nobody.
void RowChecker::CheckDefaultComponent(const Node& node, const Slot& slot,
                                       const std::string& name) {
  bad_slots_.erase(slot.path);
  Take(slot.path, "use", name, kDefault);
  for (const auto& [option, member] : node.members) {
    if (option != "use") return ReportUnknownComponent(slot, name, member.key);
  }
}

void RowChecker::CheckOption(const std::string& name, const Node& node, const std::string& path,
                             const std::string& owner, const std::vector<OptionSpec>& options,
                             const std::vector<std::string>& known) {
  const OptionSpec* spec = FindOption(options, name);
  if (spec == nullptr) {
    const auto renamed = absl::c_find_if(
        options, [&](const OptionSpec& option) { return option.renamed_from == name; });
    if (renamed == options.end()) {
      return ReportUnknown(name, node, path, owner, known);
    }
    spec = &*renamed;
    problems_
        ->Warning("E0208", node.key,
                  absl::StrCat(owner, ": `", name, "` is now `", spec->name, "`"))
        .caret_note = absl::StrCat("write `", spec->name, "`");
    const Node* other = FindPath(tree_, JoinPath(path, spec->name));
    if (other != nullptr) return;  // the new name counts
  }
  const ValueContext context = {JoinPath(path, spec->name), owner, &folders_, resolve_paths_};
  std::optional<Json> value = CheckValue(node, *spec, context, problems_);
  // A bad value holds the option's place, so that it does not count as missing.
  Take(path, spec->name, value ? *std::move(value) : spec->default_value, node.value.origin);
}

void RowChecker::FillDefaults(const std::vector<OptionSpec>& options, const std::string& path,
                              const std::string& owner, const Node* node) {
  if (partial_) return;
  const Json& slot = row_.slots[path];
  for (const OptionSpec& option : options) {
    if (slot.contains(option.name)) continue;
    if (option.required) {
      const Node* use = node != nullptr ? node->Find("use") : nullptr;
      Diagnostic& problem =
          problems_->Error("E0205", use != nullptr && !use->by_default ? use->value : place_,
                           absl::StrCat(owner, " needs the option `", option.name, "`"));
      problem.facts.push_back(
          absl::StrCat(option.name, ": ", option.doc, " (", Wanted(option), ")"));
      problem.help = absl::StrCat("add it: ", path, ".", option.name, " = ...");
    }
    Take(path, option.name, option.default_value, kDefault);
  }
}

bool RowChecker::IsRequired(const Slot& slot) const {
  if (!slot.required) return false;
  for (const Slot& other : shape_->slots) {
    const auto filled = row_.slots.find(other.path);
    if (other.fill != Slot::Fill::kComponent || filled == row_.slots.end()) continue;
    const ComponentInfo* info = catalogue_.Find(other.kind, filled->second.value("use", ""));
    if (info != nullptr && info->traits.HasAny(slot.not_required_with)) return false;
  }
  return true;
}

void RowChecker::FillMissingSlots() {
  for (const Slot& slot : shape_->slots) {
    if (!HasGroupOf(slot)) continue;
    const bool is_filled = row_.slots.count(slot.path) != 0;
    switch (slot.fill) {
      case Slot::Fill::kComponent:
        if (!is_filled && bad_slots_.count(slot.path) == 0 && IsRequired(slot)) {
          ReportMissingSlot(slot);
        }
        break;
      case Slot::Fill::kSettings:
        if (!is_filled) row_.slots[slot.path] = Json::object();
        FillDefaults(slot.options, slot.path, slot.path, FindPath(tree_, slot.path));
        break;
      case Slot::Fill::kValue:
        if (!is_filled) Take(slot.path, "", slot.options.front().default_value, kDefault);
        break;
      case Slot::Fill::kRow:
        if (!is_filled) Take(slot.path, "", "", kDefault);
        break;
    }
  }
}

// Row::order and Row::unset.
void RowChecker::TakeOrder() {
  row_.order = shape_->order;
  if (row_.reported) return;
  for (const Slot* default_slot : shape_->defaults) {
    const Slot& slot = *default_slot;
    if (!absl::EndsWith(slot.path, ".*")) {
      if (row_.slots.count(slot.path) == 0) row_.unset.push_back(slot.path);
      continue;
    }
    // The order that the names would have if defaults were said first and nothing were unset.
    const std::string parent = ParentOf(slot.path);
    const std::vector<std::string>& names = row_.order.at(parent);
    std::vector<std::string> kept, missing;
    for (const std::string& name : FindPath(shape_->default_tree, parent)->names) {
      (absl::c_linear_search(names, name) ? kept : missing).push_back(JoinPath(parent, name));
    }
    const bool in_front = kept.size() <= names.size() &&
                          std::equal(kept.begin(), kept.end(), names.begin(),
                                     [&](const std::string& path, const std::string& name) {
                                       return path == JoinPath(parent, name);
                                     });
    row_.unset.insert(row_.unset.end(), missing.begin(), missing.end());
    if (!in_front) row_.unset.insert(row_.unset.end(), kept.begin(), kept.end());
  }
}

}  // namespace facet
