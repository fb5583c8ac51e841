#include "core/config/row_tree.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/suggest.h"
#include "core/config/circles.h"
#include "core/config/experiment.h"
#include "core/config/made_rows.h"
#include "core/config/moved_keys.h"
#include "core/config/named_slots.h"
#include "core/config/value_check.h"
#include "core/config/value_hints.h"

namespace facet {
namespace {

// With the name of a stage in the 255 bytes of a file's name.
constexpr size_t kMaxIdBytes = 200;

void MarkByRow(Node* node) {
  node->by_row = true;
  for (auto& [name, member] : node->members.Own()) MarkByRow(&member);
}

void AllPaths(const Node& node, const std::string& prefix, std::vector<std::string>* paths) {
  for (const auto& [name, member] : node.members) {
    const std::string path = JoinPath(prefix, name);
    paths->push_back(path);
    AllPaths(member, path, paths);
  }
}

// A slot, a group of slots, or what is inside a slot.
bool IsKnownPath(const std::string& path, const ExperimentLayout& layout) {
  const std::string parent = ParentOf(path);
  return !path.empty() && absl::c_any_of(layout.slots, [&](const Slot& slot) {
    if (Fits(path, slot.path) || LeadsTo(path, slot.path)) return true;
    return slot.fill == Slot::Fill::kSettings && Fits(parent, slot.path) &&
           absl::c_any_of(slot.options, [&](const OptionSpec& option) {
             return JoinPath(parent, option.name) == path;
           });
  });
}

// Where a row gives names, the one of them that `path` may have meant.
std::string NearestName(const std::string& path, const ExperimentLayout& layout, const Node& tree) {
  const std::string parent = ParentOf(path);
  if (parent.empty()) return "";
  const std::string pattern = JoinPath(parent, "*");
  const Node* named = FindPath(tree, parent);
  if (named == nullptr || absl::c_none_of(layout.slots, [&](const Slot& slot) {
        return Fits(pattern, slot.path) || LeadsTo(pattern, slot.path);
      })) {
    return "";
  }
  const std::string nearest = Nearest(LastName(path), named->names);
  return nearest.empty() ? "" : JoinPath(parent, nearest);
}

void UnsetOne(const Node& element, const ExperimentLayout& layout, Node* tree, Problems* problems) {
  if (element.text() == nullptr) {
    problems->Error("E0301", element.value,
                    absl::StrCat("unset must be a list of paths, got ", Got(element)));
    return;
  }
  const std::string& path = *element.text();
  if (Remove(path, tree) || ReportMovedKey(layout, path, element.value, problems)) return;
  const std::string message = absl::StrCat("nothing to unset at ", path);
  std::string nearest = NearestName(path, layout, *tree);
  if (nearest.empty() && IsKnownPath(path, layout)) {
    problems->Warning("E0207", element.value, message).help = "nothing above sets it";
    return;
  }
  if (nearest.empty()) {
    std::vector<std::string> paths;
    AllPaths(*tree, "", &paths);
    nearest = Nearest(path, paths);
  }
  Diagnostic& problem = problems->Error("E0207", element.value, message);
  if (!nearest.empty()) problem.caret_note = absl::StrCat("did you mean \"", nearest, "\"?");
  for (const MovedKey& moved : MovedKeysBelow(layout, path)) {
    problem.facts.push_back(absl::StrCat("`", moved.from, "` is now `", moved.to, "`"));
  }
}

// Lays one layer on the tree, after taking away what it unsets.
void Apply(const Node& layer, const std::vector<std::string>& own_keys,
           const ExperimentLayout& layout, Node* tree, Problems* problems) {
  if (const Node* unset = layer.Find("unset")) {
    if (unset->type != Node::Type::kArray) {
      Diagnostic& problem = problems->Error(
          "E0301", unset->value, absl::StrCat("unset must be a list of paths, got ", Got(*unset)));
      if (unset->text() != nullptr) {
        problem.caret_note = absl::StrCat("did you mean [\"", *unset->text(), "\"]?");
      }
    }
    for (const Node& element : unset->elements) UnsetOne(element, layout, tree, problems);
  }
  Node slots = layer;
  for (const std::string& key : own_keys) slots.Erase(key);
  Merge(slots, tree);
  FillUses(layout, tree);
}

class Builder {
 public:
  Builder(const Document& document, const ParsedOverrides& overrides,
          const ExperimentLayout& layout, Problems* problems)
      : document_(document),
        overrides_(overrides),
        layout_(layout),
        problems_(problems),
        ids_(document.RowIds()),
        base_(BaseTree(document, layout, problems)) {
    for (const RowLayers& row : document.rows) rows_[row.id] = &row;
  }

  std::vector<RowTree> Build() {
    if (document_.seeds.value.origin.line > 0) {
      file_seeds_ = ReadSeeds(document_.seeds, problems_).value_or(Seeds());
    }
    for (const RowLayers& row : document_.rows) ReadOwnKeys(row);
    ReportCircles();
    std::vector<RowTree> rows;
    for (const RowLayers& row : document_.rows) {
      RowTree tree = own_.at(row.id);
      tree.slots = Slots(row);
      for (const ParsedOverride& override : overrides_.sets) {
        if (override.row.empty() || override.row == row.id) ApplyOwnKey(override, &tree);
      }
      rows.push_back(std::move(tree));
    }
    rows = MakeRows(document_, overrides_.axes, layout_, std::move(rows), problems_);
    CheckOverrideRows(rows);
    for (RowTree& row : rows) {
      for (const ParsedOverride& override : overrides_.sets) ApplyOverride(override, &row);
    }
    LinkPoints(layout_, &rows, problems_);
    rows = RepeatRows(std::move(rows), layout_, problems_);
    CheckIds(rows);
    return rows;
  }

 private:
  // Of made rows too: an id names one row, and its files in runs.
  void CheckIds(const std::vector<RowTree>& rows) {
    std::map<std::string, const RowTree*> first;
    for (const RowTree& row : rows) {
      if (row.id.size() > kMaxIdBytes) {
        Diagnostic& problem =
            problems_->Error("E0504", row.place,
                             absl::StrCat("the row's id has ", row.id.size(), " letters, at most ",
                                          kMaxIdBytes, " are read: ", row.id.substr(0, 40), "..."));
        problem.help = "it names files; a shorter one, and the words in the label";
      }
      const auto [same, is_new] = first.try_emplace(row.id, &row);
      if (is_new || (row.repeats.empty() && same->second->repeats.empty())) continue;
      const bool is_copy = !row.repeats.empty();
      const RowTree& copy = is_copy ? row : *same->second;
      const RowTree& other = is_copy ? *same->second : row;
      Diagnostic& problem = problems_->Error(
          "E0503", other.place,
          absl::StrCat("two rows have the id \"", row.id, "\": it is a copy of row \"",
                       copy.repeats, "\" too, with its seed"));
      problem.related.push_back({copy.seeds.place.origin, "the seeds"});
      problem.help = "give it an id without @";
    }
  }

  // A text of the row itself; later layers count more.
  std::string Text(const RowLayers& row, const std::string& key, Place* place) {
    std::string text;
    for (const Node& layer : row.layers) {
      const Node* node = layer.Find(key);
      if (node != nullptr && TakeText(*node, key, &text) && place != nullptr) *place = node->value;
    }
    return text;
  }

  bool TakeText(const Node& node, const std::string& key, std::string* text) {
    if (node.text() == nullptr) {
      Diagnostic& problem = problems_->Error(
          "E0301", node.value,
          absl::StrCat(key, " must be ", key == "extends" ? "the id of a row" : "text", ", got ",
                       Got(node)));
      if (key == "skip") {
        problem.help = "skip says why the row is left out: skip = \"needs the curated list\"";
      } else if (key == "reported") {
        problem.help =
            "reported names the source of a row that is not computed: reported = \"Taigman et al. "
            "2014\"";
      } else if (node.type == Node::Type::kScalar && !node.scalar.is_null()) {
        problem.caret_note = absl::StrCat("did you mean \"", Dump(node.scalar), "\"?");
      }
      return false;
    }
    if (!CheckPlainText(node, key, problems_)) return false;
    *text = *node.text();
    return true;
  }

  void ReadOwnKeys(const RowLayers& row) {
    RowTree& own = own_[row.id];
    own.id = row.id;
    own.place = own.skip_place = row.place;
    own.label = Text(row, "label", nullptr);
    own.skip = Text(row, "skip", &own.skip_place);
    const std::string source = Text(row, "reported", &own.skip_place);
    if (!source.empty() && !own.skip.empty()) {
      problems_->Error(
          "E0209", own.skip_place,
          absl::StrCat("row \"", row.id, "\" has both `skip` and `reported`; keep one"));
    }
    own.reported = !source.empty();
    if (own.reported) own.skip = source;
    own.seeds = SeedsOf(row);
    Place place = row.place;
    own.parent = Text(row, "extends", &place);
    extends_[row.id] = place;
    if (!own.parent.empty() && rows_.count(own.parent) == 0) {
      ReportUnknownRow(own.parent, place, ids_, problems_);
      own.parent.clear();
    }
  }

  // The command line's, the row's own, the file's.
  Seeds SeedsOf(const RowLayers& row) {
    Seeds seeds = file_seeds_;
    for (const Node& layer : row.layers) {
      const Node* said = layer.Find("seeds");
      if (said != nullptr) seeds = ReadSeeds(*said, problems_).value_or(seeds);
    }
    return overrides_.seeds.value_or(seeds);
  }

  void ReportCircles() {
    std::map<std::string, std::string> parents;
    for (const auto& [id, own] : own_) parents[id] = own.parent;
    for (const std::vector<std::string>& chain : FindCircles(ids_, parents)) {
      Diagnostic& problem = problems_->Error(
          "E0502", extends_[chain[0]],
          absl::StrCat("rows extend each other in a circle: ", absl::StrJoin(chain, " -> ")));
      for (size_t i = 1; i + 1 < chain.size(); ++i) {
        problem.related.push_back(
            {extends_[chain[i]].origin,
             absl::StrCat("row \"", chain[i], "\" extends \"", chain[i + 1], "\"")});
      }
      for (const std::string& row : chain) own_[row].parent.clear();
    }
  }

  // From the nearest row above whose slots are known down to this one: a chain may be long.
  const Node& Slots(const RowLayers& row) {
    std::vector<const RowLayers*> chain = {&row};
    while (slots_.count(chain.back()->id) == 0 && !own_[chain.back()->id].parent.empty()) {
      chain.push_back(rows_.at(own_[chain.back()->id].parent));
    }
    for (; !chain.empty(); chain.pop_back()) {
      const RowLayers& next = *chain.back();
      if (slots_.count(next.id) != 0) continue;
      const std::string& parent = own_[next.id].parent;
      Node tree = parent.empty() ? base_ : slots_.at(parent);
      for (const Node& layer : next.layers) LayRow(layer, RowKeys(), layout_, &tree, problems_);
      slots_[next.id] = std::move(tree);
    }
    return slots_.at(row.id);
  }

  void CheckOverrideRows(const std::vector<RowTree>& rows) {
    std::vector<std::string> ids = ids_;
    for (const RowTree& row : rows) {
      if (rows_.count(row.id) == 0) ids.push_back(row.id);
    }
    const std::set<std::string> known(ids.begin(), ids.end());
    for (const ParsedOverride& override : overrides_.sets) {
      if (override.row.empty() || known.count(override.row) != 0) continue;
      const std::string repeated = override.row.substr(0, override.row.find('@'));
      if (repeated == override.row || known.count(repeated) == 0) {
        ReportUnknownRow(override.row, override.row_place, ids, problems_);
        continue;
      }
      problems_
          ->Error("E0206", override.row_place,
                  absl::StrCat("the copies of row \"", repeated, "\" differ in their seeds alone"))
          .help = absl::StrCat("--set ", repeated, ":", override.path, "=... changes all of them");
    }
  }

  // Of a row of the file.
  void ApplyOwnKey(const ParsedOverride& override, RowTree* row) {
    const Node* value = FindPath(override.tree, override.path);
    if (override.path == "label") {
      TakeText(*value, "label", &row->label);
    } else if (override.path == "skip") {
      TakeText(*value, "skip", &row->skip);
      row->skip_place = value->value;
    } else if (absl::c_linear_search(RowKeys(), override.path)) {
      problems_
          ->Error("E0206", override.place,
                  absl::StrCat("`", override.path, "` can be changed in the file alone"))
          .help = override.path == "seeds" ? "--seeds does it for all rows" : "";
    }
  }

  void ApplyOverride(const ParsedOverride& override, RowTree* row) {
    if (absl::c_linear_search(RowKeys(), override.path)) {
      if (override.row == row->id && rows_.count(row->id) == 0) ApplyOwnKey(override, row);
      return;
    }
    if (!override.row.empty() && override.row != row->id &&
        !absl::c_linear_search(row->sources, override.row)) {
      return;
    }
    Node tree = override.tree;
    if (!override.row.empty()) MarkByRow(&tree);
    Merge(tree, &row->slots);
    FillUses(layout_, &row->slots);
  }

  const Document& document_;
  const ParsedOverrides& overrides_;
  const ExperimentLayout& layout_;
  Problems* problems_;
  std::vector<std::string> ids_;
  std::map<std::string, const RowLayers*> rows_;  // by id
  Node base_;
  std::map<std::string, RowTree> own_;
  std::map<std::string, Place> extends_;
  std::map<std::string, Node> slots_;
  Seeds file_seeds_;
};

}  // namespace

Node BaseTree(const Document& document, const ExperimentLayout& layout, Problems* problems) {
  Node tree = DefaultTree(layout);
  for (const Node& layer : document.base) Apply(layer, {"unset"}, layout, &tree, problems);
  return tree;
}

std::vector<RowTree> BuildRowTrees(const Document& document, const ParsedOverrides& overrides,
                                   const ExperimentLayout& layout, Problems* problems) {
  return Builder(document, overrides, layout, problems).Build();
}

void LayRow(Node layer, const std::vector<std::string>& own_keys, const ExperimentLayout& layout,
            Node* tree, Problems* problems) {
  MarkByRow(&layer);
  Apply(layer, own_keys, layout, tree, problems);
}

std::vector<std::string> RowSlotsOf(const ExperimentLayout& layout) {
  std::vector<std::string> paths;
  for (const Slot& slot : layout.slots) {
    if (slot.fill == Slot::Fill::kRow) paths.push_back(slot.path);
  }
  return paths;
}

void ReportUnknownRow(const std::string& id, const Place& place,
                      const std::vector<std::string>& ids, Problems* problems) {
  Diagnostic& problem =
      problems->Error("E0501", place, absl::StrCat("there is no row \"", id, "\""));
  const std::string nearest = Nearest(id, ids);
  if (!nearest.empty()) problem.caret_note = absl::StrCat("did you mean \"", nearest, "\"?");
  problem.facts.push_back(absl::StrCat("rows: ", ShownIds(ids)));
}

}  // namespace facet
