#include "core/app/key_changes.h"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <map>
#include <set>
#include <system_error>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "core/api/kinds.h"
#include "core/base/file_patterns.h"
#include "core/config/node.h"

namespace facet {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMostValueBytes = 60;

// What was last written of what an input names; empty: nothing is there.
std::string NewestFile(const ExternalInput& external) {
  std::error_code error;
  if (!external.directory) return "";
  const FilePatterns patterns(external.files);
  fs::file_time_type newest;
  std::string name;
  for (fs::recursive_directory_iterator
           file(external.path, fs::directory_options::follow_directory_symlink, error),
       end;
       !error && file != end; file.increment(error)) {
    std::error_code none;
    if (!file->is_regular_file(none)) continue;
    const std::string below = file->path().lexically_relative(external.path).string();
    const fs::file_time_type time = file->last_write_time(none);
    if (none || !patterns.Match(below) || (!name.empty() && time <= newest)) continue;
    newest = time;
    name = below;
  }
  return name;
}

// One stage's key, in the words of a row.
class Teller {
 public:
  Teller(const PlannedExperiment& planned, int stage, const Row& row)
      : planned_(planned), stage_(stage), row_(RowOf(planned, stage, row)) {
    const auto said = planned.plan.said_at.find({stage, row_.id});
    if (said != planned.plan.said_at.end()) said_at_ = said->second;
  }

  KeyChange Tell(const KeyDifference& difference) const {
    KeyChange change;
    change.stage = spec().name;
    change.row = row_.id;
    change.key_path = difference.path;
    change.before = difference.before;
    change.after = difference.after;
    const std::vector<std::string> parts = absl::StrSplit(difference.path, '.');
    if (parts[0] == "code") {
      change.what = absl::StrCat("the compiled code of stage ", spec().type);
      change.origin = "this build of facet";
    } else if (parts[0] == "format") {
      change.what = "the rule by which keys are made";
      change.origin = "this build of facet";
    } else if (parts[0] == "libraries") {
      change.what = absl::StrCat("the release of ", parts[1]);
      change.origin = "this machine";
    } else if (!TellOfPlugin(difference.path, &change)) {
      change.path = RowPath(difference.path);
      change.what = change.path.empty() ? difference.path : change.path;
      change.origin = OriginOf(change.path);
      TellOfContent(difference.path, &change);
      // A seed is derived from the row's, a precision chosen for the machine.
      const auto value = row_.slots.find(change.path);
      if (parts[0] == "inputs") TellOfInput(&change);
      if (absl::c_linear_search(kValues, change.path) && value != row_.slots.end() &&
          value->second != change.after) {
        change.note = absl::StrCat("from the row's ", change.path, " = ", Dump(value->second));
      }
    }
    return change;
  }

  // Whether it is a row that is named there: "train.start_from".
  bool NamesRow(const std::string& path) const {
    const auto slot = row_.slots.find(path);
    return slot != row_.slots.end() && slot->second.is_string() && slot->second != "";
  }

  // The component that a path is of; empty: it is of none. A role may have dots.
  std::string RoleAt(const std::string& path) const {
    constexpr char kComponents[] = "components.";
    if (!absl::StartsWith(path, kComponents)) return "";
    const std::string rest = path.substr(sizeof(kComponents) - 1);
    for (const char* field : {".options", ".library", ".calls", ".name", ".kind"}) {
      const size_t end = rest.find(field);
      const size_t after = end + std::string(field).size();
      if (end != std::string::npos && (after == rest.size() || rest[after] == '.')) {
        return rest.substr(0, end);
      }
    }
    return "";
  }

 private:
  // The row by whose words the stage was planned: another than the one asked about where that one
  // goes on with its result.
  static const Row& RowOf(const PlannedExperiment& planned, int stage, const Row& row) {
    if (planned.plan.said_at.count({stage, row.id}) > 0) return row;
    const auto first = planned.plan.said_at.lower_bound({stage, ""});
    if (first == planned.plan.said_at.end() || first->first.first != stage) return row;
    for (const Row& other : planned.experiment.rows) {
      if (other.id == first->first.second) return other;
    }
    return row;
  }

  const StageSpec& spec() const { return planned_.plan.At(stage_); }

  bool TellOfPlugin(const std::string& path, KeyChange* change) const {
    const std::string role = RoleAt(path);
    const auto use = spec().components.find(role);
    if (role.empty() || use == spec().components.end()) return false;
    const std::string name = absl::StrCat(use->second.kind, " ", use->second.name);
    if (absl::EndsWith(path, ".library")) {
      change->what = absl::StrCat("the plugin library of ", name);
      change->origin = use->second.library_path;
    } else if (absl::EndsWith(path, ".calls")) {
      change->what = absl::StrCat("the code of facet that the plugin of ", name, " calls");
      change->origin = "this build of facet";
    } else {
      return false;
    }
    return true;
  }

  // The slot of a component that the stage has not any more, by the slots that its type declares.
  std::string SlotOfRole(const std::string& role) const {
    for (const Slot& slot : planned_.plan.TypeOf(stage_).slots) {
      if (slot.fill != Slot::Fill::kComponent) continue;
      const std::string parent = ParentOf(slot.path);
      for (const std::string& path :
           {slot.path, parent, JoinPath(parent, role), JoinPath(ParentOf(parent), role)}) {
        if (Fits(path, slot.path) && absl::EndsWith("." + path, "." + role)) return path;
      }
    }
    return "";
  }

  std::string RowPath(const std::string& path) const {
    if (absl::c_linear_search(kValues, path)) return path;
    const std::string role = RoleAt(path);
    std::string from, to;
    for (const auto& [in_key, in_row] : said_at_) {
      const bool above = path == in_key || absl::StartsWith(path, in_key + ".");
      if (above && in_key.size() >= from.size()) {
        from = in_key;
        to = in_row;
      }
    }
    if (from.empty() && !role.empty()) {
      from = absl::StrCat("components.", role);
      to = SlotOfRole(role);
    }
    if (to.empty()) return "";
    std::string rest = path.substr(from.size());
    if (absl::StartsWith(rest, ".options")) rest = rest.substr(8);
    if (rest == ".name") rest = ".use";
    if (absl::EndsWith(rest, ".content")) rest.resize(rest.size() - 8);
    return absl::StrReplaceAll(absl::StrCat(to, rest), {{".settings.", "."}});
  }

  std::string DefaultOf(const std::string& path) const {
    for (std::string slot = path; !slot.empty(); slot = ParentOf(slot)) {
      const auto value = row_.slots.find(slot);
      if (value == row_.slots.end()) continue;
      const bool component = value->second.is_object() && value->second.contains("use");
      if (!component || LastName(path) == "use") return "default of the format";
      for (const auto& [role, use] : spec().components) {
        if (use.name == value->second["use"] && RowPath("components." + role) == slot) {
          return absl::StrCat("default of plugins/", PluralOf(use.kind), "/", use.name);
        }
      }
    }
    return "default of the format";
  }

  std::string OriginOf(const std::string& path) const {
    for (const std::string& place : {path, ParentOf(path)}) {
      for (const std::string& each : {place, JoinPath(place, "use")}) {
        const auto origin = row_.origins.find(each);
        if (origin == row_.origins.end()) continue;
        return origin->second.source == "default" ? DefaultOf(each) : OriginText(origin->second);
      }
    }
    const std::string below = path + ".",
                      here = absl::StrCat("row ", row_.id, ", ", OriginText(row_.origin));
    for (const std::string& unset : row_.unset) {
      if (unset == path || absl::StartsWith(unset, below)) return absl::StrCat("unset: ", here);
    }
    // Of a table or a list of names: the first thing that a file says in it.
    for (auto each = row_.origins.lower_bound(below);
         each != row_.origins.end() && absl::StartsWith(each->first, below); ++each) {
      if (each->second.source != "default") return OriginText(each->second);
    }
    const bool is_list = row_.order.count(path) > 0;
    return is_list ? "default of the format" : absl::StrCat("not in ", here);
  }

  void TellOfInput(KeyChange* change) const {
    const std::string port = change->key_path.substr(change->key_path.find('.') + 1);
    if (change->path.empty()) change->what = absl::StrCat("the input ", port);
    const auto producer = spec().inputs.find(port);
    if (change->path.empty()) change->origin.clear();
    if (NamesRow(change->path)) {
      change->note =
          absl::StrCat("the result of row ", row_.slots.at(change->path).get<std::string>());
    }
    if (producer != spec().inputs.end() && change->path.empty()) {
      change->origin = absl::StrCat("of stage ", planned_.plan.At(producer->second).name);
    }
  }

  void TellOfContent(const std::string& path, KeyChange* change) const {
    const bool external = absl::StartsWith(path, "externals.");
    if (!external && !absl::EndsWith(path, ".content")) return;
    change->what = absl::StrCat("the content of ", change->what);
    for (const ExternalInput& input : spec().externals) {
      const std::string option = absl::StrReplaceAll(
          path, {{"components.", ""}, {"settings.", ""}, {"externals.", ""}, {".options", ""}});
      if (option != input.option && option != input.option + ".content") continue;
      change->note = input.path;
      const std::string newest = NewestFile(input);
      if (!newest.empty())
        absl::StrAppend(&change->note, ", where ", newest, " is the newest file");
    }
  }

  static const std::vector<std::string> kValues;  // of a row and in a key alike

  const PlannedExperiment& planned_;
  const int stage_;
  const Row& row_;
  std::map<std::string, std::string> said_at_;
};

const std::vector<std::string> Teller::kValues = {"seed", "device", "precision", "threads"};

class Collector {
 public:
  Collector(const PlannedExperiment& planned, const Row& row) : planned_(planned), row_(row) {}

  void Collect(const KeyCause& cause, const std::vector<std::string>& through) {
    if (!cause.nearest) return;
    const Teller teller(planned_, cause.stage, row_);
    const std::set<std::string> others = OtherComponents(cause, teller);
    for (const KeyDifference& difference : cause.differences) {
      if (absl::StartsWith(difference.path, "inputs.")) continue;
      const std::string role = teller.RoleAt(difference.path);
      const bool of_another = others.count(role) > 0;
      if (of_another && !absl::EndsWith(difference.path, ".name")) continue;
      Add(teller.Tell(difference), through);
    }
    for (const KeyDifference& difference : cause.differences) {
      if (!absl::StartsWith(difference.path, "inputs.")) continue;
      CollectInput(cause, difference, teller, through);
    }
  }

  std::vector<KeyChange> Take() { return std::move(changes_); }

 private:
  // Roles whose component is another one: its library and options are no changes of their own.
  static std::set<std::string> OtherComponents(const KeyCause& cause, const Teller& teller) {
    std::set<std::string> roles;
    for (const KeyDifference& difference : cause.differences) {
      const std::string role = teller.RoleAt(difference.path);
      if (!role.empty() && difference.path == absl::StrCat("components.", role, ".name")) {
        roles.insert(role);
      }
    }
    return roles;
  }

  void CollectInput(const KeyCause& cause, const KeyDifference& difference, const Teller& teller,
                    const std::vector<std::string>& through) {
    const std::string port = difference.path.substr(difference.path.find('.') + 1);
    const auto below =
        absl::c_find_if(cause.inputs, [&](const KeyCause& each) { return each.port == port; });
    if (below == cause.inputs.end()) {
      KeyChange change = teller.Tell(difference);
      for (Json* value : {&change.before, &change.after}) {
        if (!value->is_null()) *value = "there";
      }
      return Add(std::move(change), through);
    }
    const StageSpec& producer = planned_.plan.At(below->stage);
    if (below->nearest && !below->differences.empty()) {
      // Another row may have been named, or the same row makes another result.
      if (KeyChange link = teller.Tell(difference); teller.NamesRow(link.path)) {
        Add(std::move(link), through);
      }
      std::vector<std::string> longer = through;
      longer.push_back(planned_.plan.At(cause.stage).name);
      return Collect(*below, longer);
    }
    KeyChange change = teller.Tell(difference);
    change.path.clear();
    change.what = absl::StrCat("the result of ", producer.name);
    change.origin = below->nearest ? "its artifact is damaged or gone"
                                   : "what made the one of then is not stored any more";
    Add(std::move(change), through);
  }

  void Add(KeyChange change, std::vector<std::string> through) {
    const std::string stage = absl::StrCat(change.row, "/", change.stage);
    if (!known_.insert({stage, change.key_path}).second) return;
    std::reverse(through.begin(), through.end());
    change.through = std::move(through);
    changes_.push_back(std::move(change));
  }

  const PlannedExperiment& planned_;
  const Row& row_;
  std::set<std::pair<std::string, std::string>> known_;
  std::vector<KeyChange> changes_;
};

}  // namespace

std::string ShortValue(const Json& value) {
  if (value.is_null()) return "absent";
  if (value.is_string()) {
    const auto& text = value.get_ref<const std::string&>();
    const bool is_digest =
        text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
    if (is_digest) return text.substr(0, 8);
    if (absl::StartsWith(text, PendingInput(""))) return "not computed yet";
  }
  const std::string text = Dump(value);
  return text.size() <= kMostValueBytes ? text : text.substr(0, kMostValueBytes - 3) + "...";
}

Json ToJson(const KeyChange& change) {
  return {{"stage", change.stage},       {"row", change.row},     {"through", change.through},
          {"key_path", change.key_path}, {"path", change.path},   {"what", change.what},
          {"before", change.before},     {"after", change.after}, {"origin", change.origin},
          {"note", change.note}};
}

std::string Describe(const KeyChange& change) {
  std::string text =
      absl::StrCat(change.what, "  ", ShortValue(change.before), " -> ", ShortValue(change.after));
  if (!change.origin.empty()) absl::StrAppend(&text, "  (", change.origin, ")");
  if (!change.note.empty()) absl::StrAppend(&text, "\n      ", change.note);
  return text;
}

std::vector<KeyChange> ChangesOf(const KeyCause& cause, const PlannedExperiment& planned,
                                 const Row& row) {
  Collector collector(planned, row);
  collector.Collect(cause, {});
  return collector.Take();
}

std::string BriefChanges(int stage, const std::vector<KeyDifference>& differences,
                         const PlannedExperiment& planned, const Row& row) {
  // What is told without looking into files and folders.
  const auto is_content = [](const KeyDifference& difference) {
    return absl::StartsWith(difference.path, "inputs.") ||
           absl::StartsWith(difference.path, "externals.") ||
           absl::EndsWith(difference.path, ".content");
  };
  KeyCause cause;
  cause.stage = stage;
  cause.nearest.emplace();
  absl::c_remove_copy_if(differences, std::back_inserter(cause.differences), is_content);
  std::vector<std::string> texts;
  for (const KeyChange& change : ChangesOf(cause, planned, row)) {
    texts.push_back(change.path.empty() ? change.what
                                        : absl::StrCat(change.what, " ", ShortValue(change.before),
                                                       " -> ", ShortValue(change.after)));
  }
  for (const KeyDifference& difference : differences) {
    if (is_content(difference)) texts.push_back(DescribeDifference(difference));
  }
  constexpr size_t kShown = 3;
  const size_t more = texts.size() - std::min(texts.size(), kShown);
  texts.resize(texts.size() - more);
  return absl::StrCat(absl::StrJoin(texts, ", "),
                      more > 0 ? absl::StrCat(" and ", more, " more") : "");
}

std::vector<KeyChange> PartsOf(int stage, const Json& document, const PlannedExperiment& planned,
                               const Row& row) {
  const Teller teller(planned, stage, row);
  std::vector<KeyChange> parts;
  for (const KeyDifference& leaf : CompareKeys(Json::object(), document)) {
    const bool is_said_by_name = leaf.path == "stage" || absl::EndsWith(leaf.path, ".kind");
    if (!leaf.path.empty() && !is_said_by_name) parts.push_back(teller.Tell(leaf));
  }
  return parts;
}

}  // namespace facet
