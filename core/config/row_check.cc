#include "core/config/row_check.h"

#include <algorithm>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/api/kinds.h"
#include "core/base/suggest.h"
#include "core/config/value_hints.h"

namespace facet {
namespace {

const Origin kDefault = {"default", 0, 0};

bool SaidByRow(const Node& node) {
  return node.by_row ||
         absl::c_any_of(node.members, [](const auto& member) { return SaidByRow(member.second); });
}

}  // namespace

Row RowChecker::Check(const RowTree& tree) {
  row_ = Row();
  row_.id = tree.id;
  row_.label = tree.label.empty() ? tree.id : tree.label;
  row_.skip = tree.skip;
  row_.reported = tree.reported;
  row_.parent = tree.parent;
  row_.origin = tree.place.origin;
  tree_ = tree.slots;
  place_ = tree.place;
  partial_ = false;
  resolve_paths_ = tree.skip.empty();
  groups_.clear();
  bad_slots_.clear();
  for (const Slot& slot : layout_.slots) {
    if (!slot.optional_group.empty() && HasGroup(tree_, slot.optional_group)) {
      groups_.insert(slot.optional_group);
    }
  }
  CheckMembers(tree_, "", nullptr);
  if (!tree.reported) FillMissingSlots();
  return std::move(row_);
}

void RowChecker::CheckBase(const Node& base) {
  row_ = Row();
  tree_ = base;
  partial_ = true;
  resolve_paths_ = false;
  groups_.clear();
  for (const Slot& slot : layout_.slots) groups_.insert(slot.optional_group);
  bad_slots_.clear();
  CheckMembers(tree_, "", nullptr);
}

bool RowChecker::HasGroup(const Node& slots, const std::string& group) const {
  const Node* node = FindPath(slots, group);
  if (node == nullptr) return false;
  return SaidByRow(*node) || absl::c_any_of(layout_.slots, [&](const Slot& slot) {
           return slot.optional_group == group && slot.fill == Slot::Fill::kComponent &&
                  FindPath(slots, slot.path) != nullptr;
         });
}

void RowChecker::Take(const std::string& slot_path, const std::string& name, Json value,
                      const Origin& origin) {
  Json& slot = SlotValue(slot_path);
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
  std::vector<std::string> known =
      settings ? OptionNames(settings->options) : std::vector<std::string>();
  for (const Slot& slot : layout_.slots) {
    const std::string start = prefix.empty() ? "" : absl::StrCat(prefix, ".");
    if (!absl::StartsWith(slot.path, start)) continue;
    const std::string name =
        slot.path.substr(start.size(), slot.path.find('.', start.size()) - start.size());
    if (!absl::c_linear_search(known, name)) known.push_back(name);
  }
  for (const auto& [name, member] : node.members) {
    const std::string path = JoinPath(prefix, name);
    const Slot* slot = layout_.Find(path);
    const bool is_group = absl::c_any_of(layout_.slots, [&](const Slot& other) {
      return absl::StartsWith(other.path, absl::StrCat(path, "."));
    });
    const bool is_optional = absl::c_any_of(
        layout_.slots, [&](const Slot& other) { return other.optional_group == path; });
    if (is_optional && groups_.count(path) == 0) continue;
    if (slot != nullptr) {
      CheckSlot(member, *slot);
    } else if (is_group && member.is_table()) {
      CheckMembers(member, path, nullptr);
    } else if (is_group) {
      problems_->Error("E0202", member.value,
                       absl::StrCat(path, " must be a table, got ", Got(member)));
    } else if (settings != nullptr) {
      CheckOption(name, member, prefix, prefix, settings->options);
    } else {
      std::sort(known.begin(), known.end());
      ReportUnknown(name, member, prefix, prefix.empty() ? "a row" : prefix, known);
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

void RowChecker::CheckComponent(const Node& node, const Slot& slot) {
  bad_slots_.insert(slot.path);
  if (!node.is_table()) {
    Diagnostic& problem = problems_->Error(
        "E0202", node.value,
        absl::StrCat(slot.path, " must be a table that names a component, got ", Got(node)));
    const std::vector<std::string> names = catalogue_.Names(slot.kind);
    const std::string nearest = node.text() != nullptr ? Nearest(*node.text(), names) : "";
    problem.caret_note =
        absl::StrCat("did you mean { use = \"", nearest.empty() ? "..." : nearest, "\" }?");
    return;
  }
  const Node* use = node.Find("use");
  if (use == nullptr) {
    if (partial_) return;
    Diagnostic& problem = problems_->Error(
        "E0203", node.key, absl::StrCat(slot.path, " names no component: `use` is missing"));
    for (const auto& [name, member] : node.members) {
      const std::string nearest = Nearest(name, {"use"});
      if (nearest.empty() && name != "name" && name != "type" && name != "kind") continue;
      problem.caret_note = absl::StrCat("did you mean `use`, in place of `", name, "`?");
    }
    problem.facts.push_back(
        absl::StrCat(PluralOf(slot.kind), ": ", absl::StrJoin(catalogue_.Names(slot.kind), ", ")));
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
  if (component == nullptr) return ReportUnknownComponent(slot, *name, use->value);
  bad_slots_.erase(slot.path);
  Take(slot.path, "use", *name, use->value.origin);
  const std::string owner = absl::StrCat(slot.kind, " ", component->name);
  for (const auto& [option, member] : node.members) {
    if (option != "use") CheckOption(option, member, slot.path, owner, component->options);
  }
  FillDefaults(component->options, slot.path, owner, &node);
}

void RowChecker::CheckOption(const std::string& name, const Node& node, const std::string& path,
                             const std::string& owner, const std::vector<OptionSpec>& options) {
  const OptionSpec* spec = FindOption(options, name);
  if (spec == nullptr) {
    const auto renamed = absl::c_find_if(
        options, [&](const OptionSpec& option) { return option.renamed_from == name; });
    if (renamed == options.end()) {
      return ReportUnknown(name, node, path, owner, OptionNames(options));
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
  for (const OptionSpec& option : options) {
    if (SlotValue(path).contains(option.name)) continue;
    if (option.required) {
      const Node* use = node != nullptr ? node->Find("use") : nullptr;
      Diagnostic& problem =
          problems_->Error("E0205", use != nullptr ? use->value : place_,
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
  for (const Slot& other : layout_.slots) {
    const auto filled = row_.slots.find(other.path);
    if (other.fill != Slot::Fill::kComponent || filled == row_.slots.end()) continue;
    const ComponentInfo* info = catalogue_.Find(other.kind, filled->second.value("use", ""));
    if (info != nullptr && info->traits.HasAny(slot.not_required_with)) return false;
  }
  return true;
}

void RowChecker::FillMissingSlots() {
  for (const Slot& slot : layout_.slots) {
    if (!slot.optional_group.empty() && groups_.count(slot.optional_group) == 0) continue;
    const bool is_filled = row_.slots.count(slot.path) != 0;
    switch (slot.fill) {
      case Slot::Fill::kComponent:
        if (!is_filled && bad_slots_.count(slot.path) == 0 && IsRequired(slot)) {
          ReportMissingSlot(slot);
        }
        break;
      case Slot::Fill::kSettings:
        if (!is_filled) SlotValue(slot.path) = Json::object();
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

}  // namespace facet
