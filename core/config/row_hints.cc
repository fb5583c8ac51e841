// RowChecker's reports of names that are not known, with what was probably meant.
#include <algorithm>
#include <filesystem>
#include <optional>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/api/kinds.h"
#include "core/base/json.h"
#include "core/base/suggest.h"
#include "core/config/moved_keys.h"
#include "core/config/row_check.h"
#include "core/config/value_check.h"
#include "core/config/value_hints.h"

namespace facet {
namespace {

// "rate" of "rate_factor", "decay" of "weight_decay".
bool IsPartOf(const std::string& part, const std::string& name) {
  return absl::StartsWith(name, part + "_") || absl::EndsWith(name, "_" + part);
}

// What a component's table names; empty text where it names none.
std::string UseOf(const Node& tree, const Slot& slot) {
  const Node* use = FindPath(tree, JoinPath(slot.path, "use"));
  return use != nullptr && use->text() != nullptr ? *use->text() : "";
}

}  // namespace

const OptionSpec* FindOption(const std::vector<OptionSpec>& options, const std::string& name) {
  const auto found =
      absl::c_find_if(options, [&](const OptionSpec& option) { return option.name == name; });
  return found == options.end() ? nullptr : &*found;
}

std::vector<std::string> OptionNames(const std::vector<OptionSpec>& options) {
  std::vector<std::string> names;
  for (const OptionSpec& option : options) names.push_back(option.name);
  std::sort(names.begin(), names.end());
  return names;
}

void RowChecker::ReportMissingSlot(const Slot& slot) {
  auto& [problem, rows] = missing_[slot.path];
  rows.push_back(row_.id);
  if (problem == nullptr) {
    problem = &problems_->Error("E0204", place_,
                                absl::StrCat("row \"", row_.id, "\" has no ", slot.path));
    problem->facts.push_back(absl::StrCat(slot.path, ": ", slot.doc, "; ", PluralOf(slot.kind),
                                          ": ", absl::StrJoin(catalogue_.Names(slot.kind), ", ")));
    problem->help = absl::StrCat("add ", slot.path, " = { use = \"...\" } to the row or to [base]");
    return;
  }
  constexpr size_t kShown = 30;
  const size_t end = std::min(rows.size(), kShown + 1);
  std::string also =
      absl::StrCat("nor have rows ", absl::StrJoin(rows.begin() + 1, rows.begin() + end, ", "));
  if (end < rows.size()) absl::StrAppend(&also, ", and ", rows.size() - end, " more");
  if (problem->facts.size() < 2) {
    problem->facts.push_back(also);
  } else {
    problem->facts.back() = also;
  }
}

std::vector<std::string> RowChecker::Elsewhere(const std::string& name,
                                               const std::string& path) const {
  std::vector<std::string> places;
  const auto add = [&](const std::string& owner, const std::vector<OptionSpec>& options) {
    if (owner != path && FindOption(options, name) != nullptr) places.push_back(owner);
  };
  for (const Slot& slot : shape_->slots) {
    if (slot.fill == Slot::Fill::kSettings) add(slot.path, slot.options);
    if (slot.fill == Slot::Fill::kComponent) {
      const ComponentInfo* component = catalogue_.Find(slot.kind, UseOf(tree_, slot));
      if (component != nullptr) add(slot.path, component->options);
    }
    const std::string group = ParentOf(slot.path);
    if (LastName(slot.path) == name && group != path) places.push_back(group);
  }
  // The same branch of the row first.
  const std::string branch = path.substr(0, path.find('.'));
  std::stable_partition(places.begin(), places.end(), [&](const std::string& place) {
    return !branch.empty() && place.substr(0, place.find('.')) == branch;
  });
  return places;
}

void RowChecker::ReportUnknown(const std::string& name, const Node& node, const std::string& path,
                               const std::string& owner, const std::vector<std::string>& known) {
  if (ReportMoved(JoinPath(path, name), node)) return;
  const bool is_option = layout_.Find(path) != nullptr;
  Diagnostic& problem = problems_->Error(
      "E0201", node.key,
      absl::StrCat(is_option && owner != path ? absl::StrCat(path, ": ") : "", owner, " has no ",
                   is_option ? "option" : "key", " \"", name, "\""));
  if (absl::StrContains(name, ".")) {
    problem.caret_note =
        absl::StrCat("in quotes this is one name; did you mean ", name, ", without them?");
    return;
  }
  if (path.empty() && absl::c_linear_search(RowKeys(), name)) {
    problem.caret_note =
        "a [[row]] says this of itself; it is no value that can be varied or shared";
    return;
  }
  problem.help = LibraryHelp(name);
  if (!problem.help.empty()) return;
  std::vector<std::string> candidates = known;
  if (path.empty()) candidates.insert(candidates.end(), RowKeys().begin(), RowKeys().end());
  const std::string nearest = Nearest(name, candidates);
  const std::vector<std::string> elsewhere = Elsewhere(name, path);
  const std::string other = elsewhere.empty() ? "" : elsewhere.front();
  const bool is_close = !nearest.empty() && EditDistance(name, nearest) <= 1;
  if (!is_close && HintNearby(name, node, path, owner, known, elsewhere, &problem)) {
    // Nothing is nearer.
  } else if (!elsewhere.empty() && !is_close) {
    problem.caret_note =
        other.empty()
            ? absl::StrCat("`", name, "` is a key of the row itself")
            : absl::StrCat("`", name, "` is ",
                           layout_.Find(JoinPath(other, name)) ? "a key" : "an option", " of ",
                           other, path.empty() ? "" : absl::StrCat(", not of ", path));
    if (!other.empty()) problem.help = absl::StrCat("write ", other, ".", name);
  } else if (!nearest.empty()) {
    problem.caret_note = absl::StrCat("did you mean `", nearest, "`?");
  }
  if (!nearest.empty() && !elsewhere.empty() && !absl::StrContains(problem.caret_note, nearest)) {
    problem.facts.push_back(
        is_close ? absl::StrCat("`", name, "` is a name in ", absl::StrJoin(elsewhere, ", "))
                 : absl::StrCat("or did you mean `", nearest, "`?"));
  }
  if (is_option || !known.empty()) {  // a table of moved keys has none of its own
    problem.facts.push_back(absl::StrCat(is_option ? "options: " : "keys: ",
                                         known.empty() ? "none" : absl::StrJoin(known, ", ")));
  }
}

std::vector<std::string> RowChecker::WithOption(const std::string& kind,
                                                const std::string& option) const {
  std::vector<std::string> names;
  for (const ComponentInfo& component : catalogue_.components()) {
    if (component.kind == kind && FindOption(component.options, option) != nullptr) {
      names.push_back(component.name);
    }
  }
  return names;
}

bool RowChecker::HintNearby(const std::string& name, const Node& node, const std::string& path,
                            const std::string& owner, const std::vector<std::string>& known,
                            const std::vector<std::string>& elsewhere, Diagnostic* problem) const {
  const Slot* slot = layout_.Find(path);
  if (slot != nullptr && slot->fill == Slot::Fill::kComponent) {
    const std::vector<std::string> others = WithOption(slot->kind, name);
    if (!others.empty()) {
      problem->caret_note = absl::StrCat("`", name, "` is an option of ", slot->kind, " ",
                                         absl::StrJoin(others, ", "), ", not of ", owner);
      problem->help = absl::StrCat("name it: ", path, " = { use = \"", others.front(), "\", ... }");
      return true;
    }
  }
  const bool is_named = slot != nullptr && slot->path != path;
  for (const std::string& other : known) {
    if (!is_named && !elsewhere.empty()) break;
    if (!IsPartOf(name, other) && !IsPartOf(other, name)) continue;
    problem->caret_note = absl::StrCat("did you mean `", other, "`?");
    if (!elsewhere.empty()) {
      problem->facts.push_back(
          absl::StrCat("`", name, "` is a name in ", absl::StrJoin(elsewhere, ", ")));
    }
    return true;
  }
  return HintBelow(name, node, path, problem) ||
         (elsewhere.empty() && HintMoved(name, path, problem));
}

bool RowChecker::HintBelow(const std::string& name, const Node& node, const std::string& path,
                           Diagnostic* problem) const {
  for (const Slot& below : layout_.slots) {
    if (below.fill != Slot::Fill::kComponent || !absl::StrContains(below.path, "*")) continue;
    const std::string last = LastName(below.path);
    if (last == "*") {  // train.erase, which is train.augmentation.erase
      const std::string parent = ParentOf(below.path);
      if (!Fits(path, ParentOf(parent)) || catalogue_.Find(below.kind, name) == nullptr) continue;
      problem->caret_note = absl::StrCat("`", name, "` is a component of kind ", below.kind);
      problem->help = absl::StrCat("write ", parent, ".", name);
      return true;
    }
    // An option, or `use`, beside the component that has it: train.phases.warm.rates.
    const std::string place = JoinPath(path, last);
    if (!Fits(place, below.path)) continue;
    const std::string said = node.text() != nullptr ? *node.text() : "";
    std::vector<std::string> owners = WithOption(below.kind, name);
    if (name == "use") owners = {catalogue_.Find(below.kind, said) != nullptr ? said : "..."};
    if (owners.empty()) continue;
    const Node* filled = FindPath(tree_, JoinPath(place, "use"));
    const bool is_there = filled != nullptr && filled->text() != nullptr && name != "use" &&
                          absl::c_linear_search(owners, *filled->text());
    problem->caret_note = absl::StrCat("it belongs to a ", below.kind);
    problem->help = absl::StrCat(
        "write ", place,
        is_there ? absl::StrCat(".", name)
                 : absl::StrCat(" = { use = \"", owners.front(),
                                name == "use" ? "\" }" : absl::StrCat("\", ", name, " = ... }")));
    return true;
  }
  return false;
}

bool RowChecker::HintMoved(const std::string& name, const std::string& path,
                           Diagnostic* problem) const {
  const std::vector<MovedKey> keys = MovedKeysBelow(layout_, path);
  if (keys.empty()) return false;
  for (const Slot& slot : layout_.slots) {  // a table that has moved as a whole
    if (LastName(slot.path) != "*" || layout_.Find(path) != nullptr) continue;
    const std::string parent = absl::StrCat(ParentOf(slot.path), ".");
    if (absl::c_all_of(keys,
                       [&](const MovedKey& key) { return absl::StartsWith(key.to, parent); })) {
      problem->facts.push_back(absl::StrCat("`", path, "` is now `", ShownPath(slot.path), "`"));
    }
  }
  std::vector<std::string> names;
  for (const MovedKey& key : keys) names.push_back(LastName(key.from));
  const std::string was = Nearest(name, names);
  if (was.empty()) return false;
  const MovedKey& key = keys[static_cast<size_t>(absl::c_find(names, was) - names.begin())];
  problem->caret_note = absl::StrCat("did you mean `", was, "`, which is now `", key.to, "`?");
  problem->help = key.help;
  return true;
}

bool RowChecker::ReportMoved(const std::string& path, const Node& node) {
  if (ReportMovedKey(layout_, path, node.key, problems_)) return true;
  if (node.members.empty() || MovedKeysBelow(layout_, path).empty()) return false;
  for (const auto& [name, member] : node.members) ReportUnknown(name, member, path, path, {});
  return true;
}

void RowChecker::ReportBadName(const std::string& name, const Node& node, const std::string& path) {
  Diagnostic& problem = problems_->Error("E0211", node.key,
                                         absl::StrCat("\"", name, "\" cannot be a name in ", path));
  problem.help = absl::StrCat("a name consists of letters, digits, _ and -: ", path,
                              ".NAME = { ... }; `use` is none");
  const Slot* slot = layout_.Find(JoinPath(path, name));
  if (name != "use" || node.text() == nullptr || slot->fill != Slot::Fill::kComponent) return;
  const std::string meant = Nearest(*node.text(), catalogue_.Names(slot->kind));
  if (meant.empty()) return;
  problem.caret_note = absl::StrCat("did you mean `", path, ".", meant, " = {}`?");
}

void RowChecker::ReportNoTable(const Node& node, const std::string& path) {
  Diagnostic& problem = problems_->Error("E0202", node.value,
                                         absl::StrCat(path, " must be a table, got ", Got(node)));
  if (absl::c_any_of(layout_.slots,
                     [&](const Slot& slot) { return Fits(JoinPath(path, "*"), slot.path); })) {
    problem.help = absl::StrCat("it holds tables by their names: ", path, ".NAME = { ... }");
  }
}

std::string RowChecker::MeantOption(const Node& node, const Slot& slot) const {
  if (LastName(layout_.Find(slot.path)->path) != "*") return "";
  const std::string name = LastName(slot.path);
  const ComponentInfo* component = catalogue_.Find(slot.kind, name);
  if (component == nullptr) {
    if (WithOption(slot.kind, name).empty()) return "";
    return absl::StrCat("options go inside a step, which has a name: ", ParentOf(slot.path),
                        ".NAME.", name, " = ...");
  }
  Node value = node;
  const std::string said = Got(node);
  if (said == "true" || said == "\"true\"") return "did you mean {}?";
  if (said == "false" || said == "\"false\"") {  // as much as nothing of it
    value.type = Node::Type::kScalar;
    value.scalar = 0;
  }
  std::string meant;
  for (const OptionSpec& option : component->options) {
    if (option.type != "float" && option.type != "int" && option.choices.empty()) continue;
    Problems ignored;
    const std::optional<Json> fitting =
        CheckValue(value, option, {slot.path, slot.kind, &folders_, false}, &ignored);
    if (!fitting) continue;
    // An option that is at its most unless one says otherwise (`probability = 1`) is a switch: it is
    // not what a number alone is for.
    const bool is_switch = option.has_max && option.default_value == option.max;
    if (meant.empty() || !is_switch) {
      meant = absl::StrCat("did you mean { ", option.name, " = ", Dump(*fitting), " }?");
    }
    if (!is_switch) break;
  }
  return meant;
}

// A value in place of a table, or a table without `use`.
void RowChecker::ReportNoComponent(const Node& node, const Slot& slot) {
  const std::vector<std::string> names = catalogue_.Names(slot.kind);
  if (!node.is_table()) {
    Diagnostic& problem = problems_->Error(
        "E0202", node.value,
        absl::StrCat(slot.path, " must be a table that names a component, got ", Got(node)));
    std::string meant = node.text() != nullptr ? Nearest(*node.text(), names) : "";
    const bool is_component = absl::c_linear_search(names, LastName(slot.path));
    if (meant.empty()) problem.caret_note = MeantOption(node, slot);
    if (!problem.caret_note.empty() && !is_component) return;
    if (meant.empty() && is_component) meant = LastName(slot.path);
    if (problem.caret_note.empty()) {
      problem.caret_note =
          absl::StrCat("did you mean { use = \"", meant.empty() ? "..." : meant, "\" }?");
    }
    if (layout_.Find(slot.path)->path != slot.path) {
      problem.help = absl::StrCat("options go inside the braces; to leave it out",
                                  node.value.origin.line == 0 ? ", in the file" : "",
                                  ": unset = [\"", slot.path, "\"]");
    }
    return;
  }
  Diagnostic& problem = problems_->Error(
      "E0203", node.key, absl::StrCat(slot.path, " names no component: `use` is missing"));
  for (const auto& [name, member] : node.members) {
    const std::string nearest = Nearest(name, {"use"});
    if (nearest.empty() && name != "name" && name != "type" && name != "kind") continue;
    problem.caret_note = absl::StrCat("did you mean `use`, in place of `", name, "`?");
  }
  problem.facts.push_back(absl::StrCat(PluralOf(slot.kind), ": ", absl::StrJoin(names, ", ")));
}

void RowChecker::ReportUnknownComponent(const Slot& slot, const std::string& name,
                                        const Place& place) {
  for (const ComponentInfo& component : catalogue_.components()) {
    if (component.name != name) continue;
    Diagnostic& problem = problems_->Error("E0402", place,
                                           absl::StrCat(slot.path, " takes a ", slot.kind, "; ",
                                                        name, " is of kind ", component.kind));
    for (const Slot& other : layout_.slots) {
      if (other.kind != component.kind || other.fill != Slot::Fill::kComponent) continue;
      absl::StrAppend(&problem.caret_note, problem.caret_note.empty() ? "it belongs in " : " or ",
                      ShownPath(other.path));
    }
    problem.facts.push_back(
        absl::StrCat(PluralOf(slot.kind), ": ", absl::StrJoin(catalogue_.Names(slot.kind), ", ")));
    return;
  }
  const std::vector<std::string> names = catalogue_.Names(slot.kind);
  const std::string nearest = Nearest(name, names);
  if (place.origin.line == 0 && nearest.empty()) {  // a --set takes any text for a component
    Node value;
    value.type = Node::Type::kText;
    value.scalar = name;
    value.value = place;
    if (!MeantOption(value, slot).empty()) return ReportNoComponent(value, slot);
  }
  Diagnostic& problem = problems_->Error(
      "E0401", place, absl::StrCat("no plugin provides the ", slot.kind, " \"", name, "\""));
  problem.help = LibraryHelp(name);
  if (!problem.help.empty()) return;
  if (!nearest.empty()) {
    problem.caret_note = absl::StrCat("did you mean \"", nearest, "\"?");
  } else if (LastName(slot.path) == name && layout_.Find(slot.path)->path != slot.path) {
    problem.caret_note = "a name that is no component's needs `use`";
  } else if (absl::c_linear_search(names, LastName(slot.path))) {
    problem.caret_note = absl::StrCat("an option goes inside: ", slot.path, " = { ... }, or --set ",
                                      slot.path, ".OPTION=...");
  }
  problem.facts.push_back(
      absl::StrCat(PluralOf(slot.kind), ": ", names.empty() ? "none" : absl::StrJoin(names, ", ")));
  std::vector<std::string> unusable;
  for (const PluginProblem& library : catalogue_.problems()) {
    unusable.push_back(std::filesystem::path(library.path).filename().string());
  }
  if (!unusable.empty()) {
    problem.facts.push_back(absl::StrCat("not usable: ", absl::StrJoin(unusable, ", "),
                                         " (`facet plugins list` says why)"));
  }
  problem.help = absl::StrCat("`facet plugins list` shows all; searched: ",
                              absl::StrJoin(catalogue_.folders(), ", "));
}

}  // namespace facet
