#include "core/config/ablation.h"

#include <algorithm>
#include <cctype>
#include <set>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/suggest.h"
#include "core/config/declared_table.h"
#include "core/config/row_tree.h"
#include "core/config/sweep.h"
#include "core/config/value_hints.h"

namespace facet {
namespace {

bool IsSlot(const ExperimentLayout& layout, const std::string& path) {
  return absl::c_any_of(layout.slots, [&](const Slot& slot) { return slot.path == path; });
}

// Where two rows differ: whole components, groups that one of them lacks, single options.
class Differences {
 public:
  explicit Differences(const ExperimentLayout& layout) : layout_(layout) {}

  std::vector<std::string> Of(const Node& a, const Node& b) {
    Compare("", &a, &b);
    return std::move(paths_);
  }

 private:
  void Compare(const std::string& path, const Node* a, const Node* b) {
    if (path == layout_.seed) return;
    if (a == nullptr && IsPlainTable(path, *b)) a = &nothing_;
    if (b == nullptr && IsPlainTable(path, *a)) b = &nothing_;
    if (a == nullptr || b == nullptr || !a->is_table() || !b->is_table()) {
      if (a == nullptr || b == nullptr || !SameValue(*a, *b)) paths_.push_back(path);
      return;
    }
    if (SameValue(*a, *b)) return;
    const Node *use_a = a->Find("use"), *use_b = b->Find("use");
    const bool other_component =
        (use_a == nullptr) != (use_b == nullptr) ||
        (use_a != nullptr && use_b != nullptr && !SameValue(*use_a, *use_b));
    // Steps of an augmentation stand for themselves; phases and groups of tensors are one whole.
    const std::string names = JoinPath(path, "*");
    const Slot* named = layout_.Find(names);
    const bool is_whole =
        IsSlot(layout_, names) && named != nullptr && named->fill == Slot::Fill::kSettings;
    if (!path.empty() && (other_component || is_whole)) {
      paths_.push_back(path);
      return;
    }
    std::vector<std::string> members = a->names;
    for (const std::string& name : b->names) {
      if (a->Find(name) == nullptr) members.push_back(name);
    }
    for (const std::string& name : members) {
      Compare(JoinPath(path, name), a->Find(name), b->Find(name));
    }
  }

  // Of which to say nothing is to say an empty one.
  bool IsPlainTable(const std::string& path, const Node& node) const {
    const Slot* slot = layout_.Find(path);
    if (!node.is_table() || (slot != nullptr && slot->fill != Slot::Fill::kSettings)) return false;
    return absl::c_none_of(layout_.slots,
                           [&](const Slot& each) { return each.optional_group == path; });
  }

  const ExperimentLayout& layout_;
  const Node nothing_ = {};
  std::vector<std::string> paths_;
};

class AblationReader {
 public:
  AblationReader(const std::vector<std::string>& row_ids, const RowSlots& slots,
                 const ExperimentLayout& layout, Problems* problems)
      : row_ids_(row_ids), slots_(slots), layout_(layout), problems_(problems) {}

  void LeaveOneOut(const Node& table) {
    CheckKeys(table, "leave_one_out", AblationKeys().at("leave_one_out"), problems_);
    const std::string row = RowAt(table, "row");
    if (row.empty()) return;
    std::string baseline_row;
    Settings baseline;
    const Node* said = table.Find("baseline");
    if (said != nullptr && said->is_table()) {
      baseline = ReadSettings(*said, layout_);
    } else if (said != nullptr) {
      baseline_row = RowAt(table, "baseline");
      if (baseline_row.empty()) return;
    }
    const Node* parts = table.Find("parts");
    if (parts != nullptr) return TakeParts(row, *parts, baseline_row, baseline, said);
    if (said == nullptr) {
      problems_->Error("E0205", table.key, "leave_one_out needs `baseline` or `parts`").help =
          "baseline = \"ID\" takes the values of another row, parts = { NAME = { ... } } says them";
      return;
    }
    for (const Setting& setting : baseline) {
      if (IsPartName(setting.path, setting.place)) {
        AddPart(row, setting.path, setting.place).layers.push_back(InPath(setting));
      }
    }
    if (!baseline_row.empty()) Compare(row, baseline_row, said->value);
  }

  void OneAtATime(const Node& table) {
    CheckKeys(table, "one_at_a_time", AblationKeys().at("one_at_a_time"), problems_);
    const std::string row = RowAt(table, "row");
    const Node* alternatives = table.Find("alternatives");
    if (alternatives == nullptr) {
      problems_->Error("E0205", table.key, "one_at_a_time needs the key `alternatives`").help =
          "alternatives = { \"train.loss\" = [{ use = \"arcface\" }] }";
      return;
    }
    const size_t before = problems_->count();
    const std::vector<Axis> axes = ReadAxes(*alternatives, "alternatives", layout_, problems_);
    if (axes.empty() && problems_->count() == before) {
      problems_->Error("E0514", alternatives->key, "`alternatives` names none");
    }
    for (const Axis& axis : axes) {
      for (const Setting& value : axis.values) {
        if (row.empty()) break;
        Ablated& made = AddPart(row, absl::StrCat(axis.path, "=", value.name), value.value.value);
        made.alternative = {value};
      }
    }
  }

  std::vector<Ablated> Take() { return std::move(made_); }

 private:
  // The id of a row that the table names; empty after a problem.
  std::string RowAt(const Node& table, const std::string& key) {
    const Node* row = table.Find(key);
    if (row == nullptr) {
      problems_->Error("E0205", table.key, absl::StrCat("the ablation needs the key `", key, "`"))
          .help = absl::StrCat(key, " = \"ID\"");
      return "";
    }
    if (row->text() == nullptr) {
      Diagnostic& problem = problems_->Error(
          "E0301", row->value, absl::StrCat(key, " must be the id of a row, got ", Got(*row)));
      if (row->type == Node::Type::kScalar && !row->scalar.is_null()) {
        problem.caret_note = absl::StrCat("did you mean \"", Dump(row->scalar), "\"?");
      }
      return "";
    }
    if (slots_(*row->text()) != nullptr) return *row->text();
    ReportUnknownRow(*row->text(), row->value, row_ids_, problems_);
    return "";
  }

  Ablated& AddPart(const std::string& row, std::string part, const Place& place) {
    Ablated& made = made_.emplace_back();
    made.row = row;
    made.part = std::move(part);
    made.place = place;
    return made;
  }

  bool IsPartName(const std::string& name, const Place& place) {
    const bool fits = !name.empty() && absl::c_all_of(name, [](char c) {
      return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.' || c == '-';
    });
    if (!fits) {
      problems_->Error("E0514", place, absl::StrCat("\"", name, "\" cannot name a part")).help =
          "a name has letters, digits, _, . and -: it stands in the row's id";
    }
    return fits;
  }

  void Compare(const std::string& row, const std::string& baseline, const Place& place) {
    const std::vector<std::string> paths = Differences(layout_).Of(*slots_(row), *slots_(baseline));
    for (const std::string& path : paths) {
      Ablated& made = AddPart(row, path, place);
      made.baseline = baseline;
      made.baseline_paths = {path};
      made.found = true;
    }
    if (!paths.empty()) return;
    problems_
        ->Error("E0514", place,
                absl::StrCat("row \"", row, "\" differs from row \"", baseline, "\" in nothing"))
        .help = "name a row that lacks what the other one has";
  }

  void TakeParts(const std::string& row, const Node& parts, const std::string& baseline_row,
                 const Settings& baseline, const Node* said) {
    if (!ExpectTable(parts, "parts", "{ NAME = [\"train.aligner\"] }", problems_)) return;
    if (parts.names.empty()) problems_->Error("E0514", parts.key, "`parts` names none");
    std::set<std::string> used;
    for (const std::string& name : parts.names) {
      const Node& part = parts.members.at(name);
      if (!IsPartName(name, part.key)) continue;
      if (part.is_table()) {
        Ablated& made = AddPart(row, name, part.key);
        made.layers = {part};
        if (const Node* label = part.Find("label"); label != nullptr && label->text() != nullptr) {
          made.label = *label->text();
        }
        continue;
      }
      const std::vector<Node> one = {part};
      Ablated made;
      made.row = row;
      made.part = name;
      made.place = part.key;
      made.baseline = baseline_row;
      const std::vector<Node>& paths = part.type == Node::Type::kArray ? part.elements : one;
      for (const Node& path : paths) TakePath(path, baseline, said, &used, &made);
      made_.push_back(std::move(made));
    }
    for (const Setting& setting : baseline) {
      if (used.count(setting.path) != 0) continue;
      problems_->Error("E0514", setting.place, absl::StrCat(setting.path, " is in no part")).help =
          absl::StrCat("add it to one of `parts`: NAME = [\"", setting.path, "\"]");
    }
  }

  void TakePath(const Node& path, const Settings& baseline, const Node* said,
                std::set<std::string>* used, Ablated* made) {
    if (path.text() == nullptr) {
      problems_->Error("E0301", path.value,
                       absl::StrCat("a part must be a list of paths, or a table of what its row "
                                    "says, got ",
                                    Got(path)));
      return;
    }
    const std::string& name = *path.text();
    if (said == nullptr) {
      problems_->Error("E0205", path.value, "a part that lists paths needs `baseline`").help =
          "baseline = \"ID\" takes the values of another row, baseline = { PATH = VALUE } says "
          "them";
      return;
    }
    if (made->baseline.empty()) {
      const auto value =
          absl::c_find_if(baseline, [&](const Setting& each) { return each.path == name; });
      if (value != baseline.end()) {
        used->insert(name);
        made->layers.push_back(InPath(*value));
        return;
      }
      std::vector<std::string> paths;
      for (const Setting& setting : baseline) paths.push_back(setting.path);
      ReportNoPath(path, absl::StrCat("`baseline` has no value for ", name), paths);
      return;
    }
    if (FindPath(*slots_(made->row), name) == nullptr &&
        FindPath(*slots_(made->baseline), name) == nullptr) {
      ReportNoPath(path,
                   absl::StrCat("neither row \"", made->row, "\" nor row \"", made->baseline,
                                "\" says anything at ", name),
                   Differences(layout_).Of(*slots_(made->row), *slots_(made->baseline)));
      return;
    }
    made->baseline_paths.push_back(name);
  }

  void ReportNoPath(const Node& path, const std::string& message,
                    const std::vector<std::string>& paths) {
    Diagnostic& problem = problems_->Error("E0514", path.value, message);
    const std::string nearest = Nearest(*path.text(), paths);
    if (!nearest.empty()) problem.caret_note = absl::StrCat("did you mean \"", nearest, "\"?");
    problem.facts.push_back(absl::StrCat("paths: ", absl::StrJoin(paths, ", ")));
  }

  const std::vector<std::string>& row_ids_;
  const RowSlots& slots_;
  const ExperimentLayout& layout_;
  Problems* problems_;
  std::vector<Ablated> made_;
};

}  // namespace

const std::map<std::string, std::vector<std::string>>& AblationKeys() {
  static const auto* const kKeys = new std::map<std::string, std::vector<std::string>>{
      {"leave_one_out", {"baseline", "parts", "row"}}, {"one_at_a_time", {"alternatives", "row"}}};
  return *kKeys;
}

std::vector<Ablated> ReadAblations(const Node& ablate, const std::vector<std::string>& row_ids,
                                   const RowSlots& slots, const ExperimentLayout& layout,
                                   Problems* problems) {
  AblationReader reader(row_ids, slots, layout, problems);
  if (!ExpectTable(ablate, "ablate", "[ablate.leave_one_out]", problems)) return {};
  CheckKeys(ablate, "ablate", {"leave_one_out", "one_at_a_time"}, problems);
  if (const Node* out = ablate.Find("leave_one_out")) {
    for (const Node* table : TablesOf(*out, "leave_one_out", problems)) reader.LeaveOneOut(*table);
  }
  if (const Node* one = ablate.Find("one_at_a_time")) {
    for (const Node* table : TablesOf(*one, "one_at_a_time", problems)) reader.OneAtATime(*table);
  }
  return reader.Take();
}

}  // namespace facet
