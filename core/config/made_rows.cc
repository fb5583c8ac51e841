#include "core/config/made_rows.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "core/config/ablation.h"
#include "core/config/axes.h"
#include "core/config/named_slots.h"
#include "core/config/sweep.h"

namespace facet {
namespace {

std::vector<std::string> IdsOf(const std::vector<RowTree>& rows) {
  std::vector<std::string> ids;
  for (const RowTree& row : rows) ids.push_back(row.id);
  return ids;
}

std::string LabelOf(const RowTree& row) { return row.label.empty() ? row.id : row.label; }

class Maker {
 public:
  Maker(const Document& document, const std::vector<ParsedAxis>& axes,
        const ExperimentLayout& layout, Problems* problems)
      : document_(document), axes_(axes), layout_(layout), problems_(problems) {}

  std::vector<RowTree> Make(std::vector<RowTree> rows) {
    if (document_.ablate.value.origin.line > 0) rows = Ablate(std::move(rows));
    if (document_.sweep.value.origin.line > 0 || !axes_.empty()) rows = SweepRows(std::move(rows));
    return rows;
  }

 private:
  std::vector<RowTree> Ablate(std::vector<RowTree> rows) {
    std::map<std::string, const RowTree*> by_id;
    for (const RowTree& row : rows) by_id[row.id] = &row;
    const RowSlots slots = [&](const std::string& id) -> const Node* {
      const auto found = by_id.find(id);
      return found == by_id.end() ? nullptr : &found->second->slots;
    };
    const std::vector<Ablated> ablations =
        ReadAblations(document_.ablate, IdsOf(rows), slots, layout_, problems_);
    for (const Ablated& each : ablations) {
      for (const Setting& setting : each.alternative) paths_.insert(setting.path);
    }
    const std::map<std::string, std::string> names = ShortPaths(paths_);
    std::map<std::string, std::vector<RowTree>> made;
    for (const Ablated& each : ablations) {
      const RowTree& row = *by_id.at(each.row);
      if (!row.skip.empty()) {
        ReportLeftOut(row, each.place);
        continue;
      }
      RowTree tree = MakeAblated(each, row, slots, names);
      if (IsNewId(tree, each.place, by_id, made)) made[each.row].push_back(std::move(tree));
    }
    std::vector<RowTree> all;
    for (RowTree& row : rows) {
      std::vector<RowTree>& after = made[row.id];
      all.push_back(std::move(row));
      std::move(after.begin(), after.end(), std::back_inserter(all));
    }
    return all;
  }

  RowTree MakeAblated(const Ablated& ablated, const RowTree& row, const RowSlots& slots,
                      const std::map<std::string, std::string>& names) {
    RowTree tree = row;
    tree.parent = tree.compared_with = row.id;
    tree.part = ablated.part;
    tree.part_is_found = ablated.found;
    tree.sources = {row.id};
    tree.place = tree.skip_place = ablated.place;
    if (ablated.alternative.empty()) {
      tree.id = absl::StrCat(row.id, "-", ablated.part);
      tree.label = absl::StrCat(LabelOf(row), ", without ",
                                absl::StrReplaceAll(ablated.part, {{".", " "}, {"_", " "}}));
    } else {
      tree.id = absl::StrCat(row.id, PointSuffix(ablated.alternative, names));
      tree.label = absl::StrCat(LabelOf(row), PointLabel(ablated.alternative, names));
    }
    if (!ablated.label.empty()) tree.label = ablated.label;
    for (const Setting& setting : ablated.alternative) {
      LayRow(InPath(setting), {}, layout_, &tree.slots, problems_);
    }
    for (const Node& layer : ablated.layers) {
      LayRow(layer, {"label", "unset"}, layout_, &tree.slots, problems_);
    }
    for (const std::string& path : ablated.baseline_paths) {
      if (const Node* value = FindPath(*slots(ablated.baseline), path)) {
        Replace(path, *value, &tree.slots);
      } else {
        Remove(path, &tree.slots);
      }
    }
    return tree;
  }

  void ReportLeftOut(const RowTree& row, const Place& place) {
    Diagnostic& problem = problems_->Error(
        "E0515", place, absl::StrCat("row \"", row.id, "\" is left out: ", row.skip));
    problem.related.push_back({row.skip_place.origin, absl::StrCat("skips row \"", row.id, "\"")});
    problem.help = "name another row, or take the skip away";
  }

  bool IsNewId(const RowTree& tree, const Place& place,
               const std::map<std::string, const RowTree*>& by_id,
               const std::map<std::string, std::vector<RowTree>>& made) {
    const Place* first = nullptr;
    if (const auto found = by_id.find(tree.id); found != by_id.end()) first = &found->second->place;
    if (const auto of_row = made.find(tree.parent); of_row != made.end()) {
      for (const RowTree& each : of_row->second) {
        if (each.id == tree.id) first = &each.place;
      }
    }
    if (first == nullptr) return true;
    ReportSameId(tree.id, place, *first, "call the part otherwise");
    return false;
  }

  void ReportSameId(const std::string& id, const Place& place, const Place& first,
                    const std::string& help) {
    Diagnostic& problem =
        problems_->Error("E0503", place, absl::StrCat("two rows have the id \"", id, "\""));
    problem.related.push_back({first.origin, "the first"});
    problem.help = help;
  }

  std::vector<RowTree> SweepRows(std::vector<RowTree> rows) {
    const std::vector<std::string> ids = IdsOf(rows);
    std::vector<Sweep> sweeps;
    if (document_.sweep.value.origin.line > 0) {
      sweeps = ReadSweeps(document_.sweep, ids, layout_, problems_);
    }
    for (const Sweep& sweep : sweeps) {
      std::set<std::string> paths;
      for (const Settings& point : sweep.points) {
        for (const Setting& setting : point) paths.insert(setting.path);
      }
      paths_.insert(paths.begin(), paths.end());
      groups_.push_back(GroupsOf(paths));
    }
    for (const ParsedAxis& axis : axes_) {
      paths_.insert(axis.axis.path);
      if (!axis.row.empty() && !absl::c_linear_search(ids, axis.row)) {
        ReportUnknownRow(axis.row, axis.row_place, ids, problems_);
      }
    }
    names_ = ShortPaths(paths_);
    for (const std::string& id : ids) places_[id] = nullptr;
    std::vector<RowTree> all;
    for (RowTree& row : rows) {
      if (!AddPoints(row, sweeps, &all)) break;
    }
    CheckGroups(sweeps, all);
    return all;
  }

  // What is said of all rows does not give a row an optional group: it is of those that have it.
  std::set<std::string> GroupsOf(const std::set<std::string>& paths) const {
    std::set<std::string> groups;
    for (const std::string& path : paths) {
      const std::string first = path.substr(0, path.find('.'));
      if (absl::c_any_of(layout_.slots,
                         [&](const Slot& slot) { return slot.optional_group == first; })) {
        groups.insert(first);
      }
    }
    return groups;
  }
  bool HasAll(const RowTree& row, const std::set<std::string>& groups) const {
    return absl::c_all_of(
        groups, [&](const std::string& group) { return HasGroup(layout_, row.slots, group); });
  }

  void CheckGroups(const std::vector<Sweep>& sweeps, const std::vector<RowTree>& rows) {
    const auto check = [&](const std::set<std::string>& groups, const Place& place,
                           const std::string& help) {
      if (absl::c_any_of(rows, [&](const RowTree& row) { return HasAll(row, groups); })) return;
      problems_
          ->Error("E0512", place,
                  absl::StrCat("no row has `", absl::StrJoin(groups, "` and `"), "`"))
          .help = help;
    };
    for (size_t i = 0; i < sweeps.size(); ++i) {
      if (!sweeps[i].all_rows) continue;
      check(groups_[i], sweeps[i].place, "name the rows that get it: rows = [\"ID\"]");
    }
    for (const ParsedAxis& axis : axes_) {
      if (!axis.row.empty()) continue;
      check(GroupsOf({axis.axis.path}), axis.axis.place,
            absl::StrCat("a row gets it by --axis ROW:", axis.axis.path, "=..."));
    }
  }

  // The row itself, where nothing sweeps it. False: there are too many.
  bool AddPoints(const RowTree& row, const std::vector<Sweep>& sweeps, std::vector<RowTree>* all) {
    std::vector<std::pair<const std::vector<Settings>*, Place>> covering;
    for (size_t i = 0; i < sweeps.size(); ++i) {
      const Sweep& sweep = sweeps[i];
      const auto named =
          absl::c_find_if(sweep.rows, [&](const auto& each) { return each.first == row.id; });
      if (named != sweep.rows.end() && !row.skip.empty()) ReportLeftOut(row, named->second);
      const bool is_meant =
          named != sweep.rows.end() || (sweep.all_rows && HasAll(row, groups_[i]));
      if (is_meant && !sweep.points.empty()) {
        covering.emplace_back(&sweep.points, sweep.place);
      }
    }
    std::vector<const Axis*> axes;
    for (const ParsedAxis& axis : axes_) {
      const bool is_meant =
          axis.row.empty() ? HasAll(row, GroupsOf({axis.axis.path})) : axis.row == row.id;
      if (is_meant && !axis.axis.values.empty()) axes.push_back(&axis.axis);
    }
    static const std::vector<Settings>* const kOnePoint = new std::vector<Settings>(1);
    if (covering.empty() && !axes.empty()) covering.emplace_back(kOnePoint, axes[0]->place);
    if (covering.empty() || !row.skip.empty()) {
      all->push_back(row);
      return true;
    }
    for (const auto& [points, place] : covering) {
      int64_t count = static_cast<int64_t>(points->size());
      for (const Axis* axis : axes) {
        if (count <= kMaxRows) count *= static_cast<int64_t>(axis->values.size());
      }
      count += static_cast<int64_t>(all->size());
      if (count > kMaxRows) {
        problems_
            ->Error("E0513", place,
                    absl::StrCat("with the points of row \"", row.id, "\" there are at least ",
                                 count, " rows; at most ", kMaxRows, " are read"))
            .help = "sweep fewer rows (rows = [...]), or fewer values";
        return false;
      }
      if (axes.empty()) {
        TakePoints(row, *points, all);
        continue;
      }
      std::vector<Settings> more = *points;
      for (const Axis* axis : axes) more = WithAxis(more, *axis);
      TakePoints(row, more, all);
    }
    return true;
  }

  void TakePoints(const RowTree& row, const std::vector<Settings>& points,
                  std::vector<RowTree>* all) {
    for (const Settings& point : points) {
      RowTree tree = row;
      tree.id = absl::StrCat(row.id, PointSuffix(point, names_));
      const Place& place = point.front().value.value;
      const auto [first, is_new] = places_.try_emplace(tree.id, &place);
      if (!is_new) {
        const Place& other = first->second == nullptr ? row.place : *first->second;
        ReportSameId(tree.id, place, other, "two sweeps of a row have no point in common");
        continue;
      }
      tree.label = absl::StrCat(LabelOf(row), PointLabel(point, names_));
      tree.swept = tree.parent = row.id;
      tree.sources.push_back(row.id);
      tree.point_place = place;
      for (const Setting& setting : point) {
        tree.axes.emplace_back(setting.path, setting.name);
        LayRow(InPath(setting), {}, layout_, &tree.slots, problems_);
      }
      all->push_back(std::move(tree));
    }
  }

  const Document& document_;
  const std::vector<ParsedAxis>& axes_;
  const ExperimentLayout& layout_;
  Problems* problems_;
  std::set<std::string> paths_;
  std::vector<std::set<std::string>> groups_;   // optional groups, by sweep
  std::map<std::string, std::string> names_;    // of the paths, in ids
  std::map<std::string, const Place*> places_;  // of the ids that are taken
};

// Points by what they were made of.
class Linker {
 public:
  Linker(const std::vector<RowTree>& rows, Problems* problems) : problems_(problems) {
    for (const RowTree& row : rows) {
      if (row.swept.empty()) continue;
      std::vector<std::string> paths;
      for (const auto& [path, value] : row.axes) paths.push_back(path);
      Swept& swept = swept_[row.swept];
      swept.paths.insert(std::move(paths));
      swept.points[row.axes] = row.id;
    }
  }

  bool empty() const { return swept_.empty(); }

  // What `id` is for a row: the point with its values; `id` itself of a row that is not swept; empty:
  // no point has its values.
  std::string For(const std::string& id, const RowTree& row) const {
    const auto found = swept_.find(id);
    if (found == swept_.end()) return id;
    std::string best;
    size_t most = 0;
    for (const std::vector<std::string>& paths : found->second.paths) {
      std::vector<std::pair<std::string, std::string>> values;
      for (const std::string& path : paths) {
        const auto value =
            absl::c_find_if(row.axes, [&](const auto& each) { return each.first == path; });
        if (value != row.axes.end()) values.push_back(*value);
      }
      const auto point = found->second.points.find(values);
      if (values.size() != paths.size() || values.size() <= most) continue;
      if (point == found->second.points.end()) continue;
      most = values.size();
      best = point->second;
    }
    return best;
  }

  void Link(const std::string& slot, RowTree* row) const {
    const Node* said = FindPath(row->slots, slot);
    if (said == nullptr || said->text() == nullptr) return;
    const std::string id = *said->text(), point = For(id, *row);
    if (point == id) return;
    Node value = *said;
    value.scalar = point;
    if (point.empty()) {
      const auto& points = swept_.at(id).points;
      problems_
          ->Error("E0516", said->value,
                  absl::StrCat("row \"", id, "\" is swept into ", points.size(),
                               " rows, none with the values of the row that needs it"))
          .help = absl::StrCat("sweep both, or name one of them: ", slot, " = \"",
                               points.begin()->second, "\"");
    }
    Replace(slot, value, &row->slots);
  }

 private:
  struct Swept {
    std::set<std::vector<std::string>> paths;
    std::map<std::vector<std::pair<std::string, std::string>>, std::string> points;
  };

  Problems* problems_;
  std::map<std::string, Swept> swept_;
};

// What the row came to at a path.
Json ValueAt(const Row& row, const std::string& path) {
  for (std::string slot = path; !slot.empty(); slot = ParentOf(slot)) {
    const auto found = row.slots.find(slot);
    if (found == row.slots.end()) continue;
    Json value = found->second;
    for (std::string rest = path.substr(slot.size()); !rest.empty();) {
      const size_t end = std::min(rest.find('.', 1), rest.size());
      value = value.is_object() ? value.value(rest.substr(1, end - 1), Json()) : Json();
      rest = rest.substr(end);
    }
    return value;
  }
  return nullptr;
}

}  // namespace

std::vector<RowTree> MakeRows(const Document& document, const std::vector<ParsedAxis>& axes,
                              const ExperimentLayout& layout, std::vector<RowTree> rows,
                              Problems* problems) {
  return Maker(document, axes, layout, problems).Make(std::move(rows));
}

void LinkPoints(const ExperimentLayout& layout, std::vector<RowTree>* rows, Problems* problems) {
  const Linker linker(*rows, problems);
  if (linker.empty()) return;
  const std::vector<std::string> slots = RowSlotsOf(layout);
  for (RowTree& row : *rows) {
    for (const std::string& slot : slots) linker.Link(slot, &row);
    if (!row.compared_with.empty()) row.parent = row.compared_with;
    if (row.parent.empty() || row.parent == row.swept) continue;
    const std::string parent = linker.For(row.parent, row);
    if (!parent.empty()) row.parent = parent;
    if (!row.compared_with.empty()) row.compared_with = parent;
  }
}

void CheckMadeRows(const std::vector<RowTree>& trees, std::vector<Row>* rows, Problems* problems) {
  std::map<std::string, const Row*> by_id;  // the first of copies, by what it repeats
  for (const Row& row : *rows) {
    by_id.try_emplace(row.repeats.empty() ? row.id : row.repeats, &row);
  }
  std::set<std::string> idle;
  std::map<std::pair<std::string, std::string>, std::string> points;
  for (size_t i = 0; i < rows->size(); ++i) {
    const Row& row = (*rows)[i];
    const std::string& id = row.repeats.empty() ? row.id : row.repeats;
    if (by_id.at(id) != &row) continue;
    const auto other = by_id.find(row.compared_with);
    if (other != by_id.end() && other->second->slots == row.slots &&
        other->second->order == row.order) {
      idle.insert(id);
      if (trees[i].part_is_found) continue;
      problems
          ->Error("E0514", trees[i].place,
                  absl::StrCat(row.part, " changes nothing: row \"", row.compared_with,
                               "\" has this already"))
          .help = "take it out, or look whether --set overrides it";
    }
    if (row.swept.empty()) continue;
    Json values = Json::object();
    for (const auto& [path, value] : row.axes) values[path] = ValueAt(row, path);
    const auto [first, is_new] = points.try_emplace({row.swept, Dump(values)}, row.id);
    if (is_new) continue;
    problems
        ->Error("E0512", trees[i].point_place,
                absl::StrCat("rows \"", first->second, "\" and \"", row.id, "\" are the same"))
        .help = "take the value out; where --set gives the axis a value, no other counts";
  }
  rows->erase(std::remove_if(rows->begin(), rows->end(),
                             [&](const Row& row) {
                               return idle.count(row.repeats.empty() ? row.id : row.repeats) != 0;
                             }),
              rows->end());
}

}  // namespace facet
