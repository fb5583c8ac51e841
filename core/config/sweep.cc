#include "core/config/sweep.h"

#include <algorithm>
#include <map>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/suggest.h"
#include "core/config/declared_table.h"
#include "core/config/row_tree.h"
#include "core/config/value_hints.h"

namespace facet {
namespace {

const Setting* FindSetting(const Settings& settings, const std::string& path) {
  const auto found =
      absl::c_find_if(settings, [&](const Setting& each) { return each.path == path; });
  return found == settings.end() ? nullptr : &*found;
}

bool SamePoint(const Settings& a, const Settings& b) {
  return a.size() == b.size() && absl::c_all_of(a, [&](const Setting& setting) {
           const Setting* other = FindSetting(b, setting.path);
           return other != nullptr && other->name == setting.name;
         });
}

class SweepReader {
 public:
  SweepReader(const Node& table, const std::vector<std::string>& row_ids,
              const ExperimentLayout& layout, Problems* problems)
      : table_(table), row_ids_(row_ids), layout_(layout), problems_(problems) {}

  Sweep Read() {
    sweep_.place = table_.key;
    const size_t before = problems_->count();
    CheckKeys(table_, "sweep", SweepKeys(), problems_);
    ReadRows();
    if (const Node* grid = table_.Find("grid")) grid_ = ReadAxes(*grid, "grid", layout_, problems_);
    if (const Node* zip = table_.Find("zip")) zip_ = ReadAxes(*zip, "zip", layout_, problems_);
    CheckZip();
    if (problems_->count() != before || !CheckCount()) return std::move(sweep_);
    TakePoints();
    Exclude();
    Include();
    if (sweep_.points.empty() && problems_->count() == before) {
      problems_->Error("E0512", table_.key, "the sweep has no points").help =
          "name axes: grid = { \"train.loss.margin\" = [0.2, 0.3] }";
    }
    return std::move(sweep_);
  }

 private:
  void ReadRows() {
    const Node* rows = table_.Find("rows");
    if (rows == nullptr) return;
    sweep_.all_rows = false;
    if (rows->type != Node::Type::kArray) {
      problems_
          ->Error("E0301", rows->value,
                  absl::StrCat("rows must be a list of rows' ids, got ", Got(*rows)))
          .caret_note =
          rows->text() != nullptr ? absl::StrCat("did you mean [\"", *rows->text(), "\"]?") : "";
      return;
    }
    for (const Node& row : rows->elements) {
      if (row.text() == nullptr) {
        problems_->Error("E0301", row.value,
                         absl::StrCat("rows must be a list of rows' ids, got ", Got(row)));
      } else if (!absl::c_linear_search(row_ids_, *row.text())) {
        ReportUnknownRow(*row.text(), row.value, row_ids_, problems_);
      } else {
        sweep_.rows.emplace_back(*row.text(), row.value);
      }
    }
  }

  void CheckZip() {
    for (const Axis& axis : zip_) {
      const auto both =
          absl::c_find_if(grid_, [&](const Axis& other) { return other.path == axis.path; });
      if (both != grid_.end()) {
        problems_->Error("E0511", axis.place, absl::StrCat(axis.path, " is in grid and in zip"))
            .related.push_back({both->place.origin, "in grid"});
      }
      const size_t wanted = zip_.front().values.size();
      if (axis.values.size() == wanted) continue;
      Diagnostic& problem = problems_->Error(
          "E0511", axis.place,
          absl::StrCat("axes of zip move together, so they are equally long: ", axis.path, " has ",
                       axis.values.size(), " values, ", zip_.front().path, " has ", wanted));
      problem.related.push_back({zip_.front().place.origin, "the first axis of zip"});
      problem.help = "every combination: put them in grid";
    }
  }

  bool CheckCount() {
    int64_t count = zip_.empty() ? 1 : static_cast<int64_t>(zip_.front().values.size());
    for (const Axis& axis : grid_) {
      count *= static_cast<int64_t>(axis.values.size());
      if (count <= kMaxRows) continue;
      problems_
          ->Error(
              "E0513", table_.key,
              absl::StrCat(
                  "the sweep has more than ", kMaxRows, " points (",
                  absl::StrJoin(grid_, " x ",
                                [](std::string* out, const Axis& each) {
                                  absl::StrAppend(out, each.values.size());
                                }),
                  zip_.empty() ? "" : absl::StrCat(" x ", zip_.front().values.size(), " of zip"),
                  ")"))
          .help = "fewer values, or several sweeps in files of their own";
      return false;
    }
    return true;
  }

  // The last axis of the grid changes fastest, and zip faster than all.
  void TakePoints() {
    if (grid_.empty() && zip_.empty()) return;
    sweep_.points.emplace_back();
    for (const Axis& axis : grid_) sweep_.points = WithAxis(sweep_.points, axis);
    if (zip_.empty()) return;
    std::vector<Settings> points;
    for (const Settings& point : sweep_.points) {
      for (size_t i = 0; i < zip_.front().values.size(); ++i) {
        points.push_back(point);
        for (const Axis& axis : zip_) points.back().push_back(axis.values[i]);
      }
    }
    sweep_.points = std::move(points);
  }

  const Axis* FindAxis(const std::string& path) const {
    for (const std::vector<Axis>* axes : {&grid_, &zip_}) {
      for (const Axis& axis : *axes) {
        if (axis.path == path) return &axis;
      }
    }
    return nullptr;
  }

  // Of an axis, the value that is said again, or called by its name.
  static const Setting* FindValue(const Axis& axis, const Setting& said) {
    const std::string* text = said.value.text();
    for (const Setting& value : axis.values) {
      if (SameValue(value.value, said.value) || (text != nullptr && *text == value.name)) {
        return &value;
      }
    }
    for (const Setting& value : axis.values) {  // 64 of 64.0
      if (!said.value.is_table() && value.name == said.name) return &value;
    }
    return nullptr;
  }

  std::vector<const Node*> PointsOf(const char* key) {
    std::vector<const Node*> tables;
    const Node* points = table_.Find(key);
    if (points == nullptr) return tables;
    if (points->type != Node::Type::kArray) {
      problems_
          ->Error("E0301", points->value,
                  absl::StrCat(key, " must be a list of points, got ", Got(*points)))
          .help = absl::StrCat(key, " = [{ \"train.batch\" = 64 }]");
      return tables;
    }
    for (const Node& point : points->elements) {
      if (ExpectTable(point, absl::StrCat("a point of ", key), "", problems_)) {
        tables.push_back(&point);
      }
    }
    return tables;
  }

  void Exclude() {
    for (const Node* table : PointsOf("exclude")) {
      Settings wanted;
      const size_t before = problems_->count();
      for (const Setting& said : ReadSettings(*table, layout_)) {
        if (const Setting* value = ValueOfAxis(said)) wanted.push_back(*value);
      }
      if (problems_->count() != before) continue;
      const size_t points = sweep_.points.size();
      sweep_.points.erase(
          std::remove_if(sweep_.points.begin(), sweep_.points.end(),
                         [&](const Settings& point) {
                           return absl::c_all_of(wanted, [&](const Setting& setting) {
                             return FindSetting(point, setting.path)->name == setting.name;
                           });
                         }),
          sweep_.points.end());
      if (sweep_.points.size() != points) continue;
      problems_->Error("E0512", table->value, "exclude matches no point").help =
          "a point before it in the list leaves them out, or zip never joins these values";
    }
  }

  const Setting* ValueOfAxis(const Setting& said) {
    const Axis* axis = FindAxis(said.path);
    if (axis == nullptr) {
      std::vector<std::string> paths;
      for (const Axis& each : grid_) paths.push_back(each.path);
      for (const Axis& each : zip_) paths.push_back(each.path);
      Diagnostic& problem =
          problems_->Error("E0512", said.place, absl::StrCat("the sweep has no axis ", said.path));
      const std::string nearest = Nearest(said.path, paths);
      if (!nearest.empty()) problem.caret_note = absl::StrCat("did you mean `", nearest, "`?");
      problem.facts.push_back(absl::StrCat("axes: ", absl::StrJoin(paths, ", ")));
      return nullptr;
    }
    const Setting* value = FindValue(*axis, said);
    if (value != nullptr) return value;
    problems_
        ->Error("E0512", said.value.value,
                absl::StrCat("exclude matches no point: ", said.path, " has no value ",
                             said.name.empty() ? "of this kind" : said.name))
        .facts.push_back(absl::StrCat(
            "values: ",
            absl::StrJoin(axis->values, ", ",
                          [](std::string* out, const Setting& each) { out->append(each.name); })));
    return nullptr;
  }

  void Include() {
    for (const Node* table : PointsOf("include")) {
      Settings said = ReadSettings(*table, layout_);
      const size_t before = problems_->count();
      for (Setting& setting : said) TakeName(&setting);
      if (problems_->count() != before) continue;
      // The axes in their order, then what is said beside them.
      std::stable_sort(said.begin(), said.end(), [&](const Setting& a, const Setting& b) {
        return Rank(a.path) < Rank(b.path);
      });
      const auto same = absl::c_find_if(
          sweep_.points, [&](const Settings& point) { return SamePoint(point, said); });
      if (same == sweep_.points.end()) {
        sweep_.points.push_back(std::move(said));
        continue;
      }
      Diagnostic& problem =
          problems_->Error("E0512", table->value, "the sweep has this point already");
      if (!same->empty()) problem.related.push_back({same->front().place.origin, "made here"});
      problem.help = "take it out of include";
    }
  }

  void TakeName(Setting* setting) {
    const Axis* axis = FindAxis(setting->path);
    const Setting* value = axis == nullptr ? nullptr : FindValue(*axis, *setting);
    if (value != nullptr) {
      setting->name = value->name;
      setting->value = value->value;
    } else if (setting->name.empty()) {
      problems_
          ->Error("E0511", setting->value.value,
                  absl::StrCat("this value of ", setting->path, " has no name"))
          .help = "name it in grid, as NAME = { ... }, or vary its options by themselves";
    }
  }

  size_t Rank(const std::string& path) const {
    size_t rank = 0;
    for (const std::vector<Axis>* axes : {&grid_, &zip_}) {
      for (const Axis& axis : *axes) {
        if (axis.path == path) return rank;
        ++rank;
      }
    }
    return rank;
  }

  const Node& table_;
  const std::vector<std::string>& row_ids_;
  const ExperimentLayout& layout_;
  Problems* problems_;
  std::vector<Axis> grid_, zip_;
  Sweep sweep_;
};

}  // namespace

std::vector<Settings> WithAxis(const std::vector<Settings>& points, const Axis& axis) {
  std::vector<Settings> made;
  for (const Settings& point : points) {
    const auto place =
        absl::c_find_if(point, [&](const Setting& each) { return each.path == axis.path; });
    for (const Setting& value : axis.values) {
      Settings next = point;
      if (place == point.end()) {
        next.push_back(value);
      } else {
        next[static_cast<size_t>(place - point.begin())] = value;
        if (absl::c_any_of(made, [&](const Settings& each) { return SamePoint(each, next); })) {
          continue;
        }
      }
      made.push_back(std::move(next));
    }
  }
  return made;
}

std::vector<Sweep> ReadSweeps(const Node& sweeps, const std::vector<std::string>& row_ids,
                              const ExperimentLayout& layout, Problems* problems) {
  std::vector<Sweep> all;
  for (const Node* table : TablesOf(sweeps, "sweep", problems)) {
    all.push_back(SweepReader(*table, row_ids, layout, problems).Read());
  }
  return all;
}

std::vector<const Node*> TablesOf(const Node& node, const std::string& what, Problems* problems) {
  std::vector<const Node*> tables;
  if (node.type == Node::Type::kArray) {
    for (const Node& element : node.elements) {
      if (ExpectTable(element, what, "", problems)) tables.push_back(&element);
    }
  } else if (ExpectTable(node, what, "", problems)) {
    tables.push_back(&node);
  }
  return tables;
}

const std::vector<std::string>& SweepKeys() {
  static const auto* const kKeys =
      new std::vector<std::string>{"exclude", "grid", "include", "rows", "zip"};
  return *kKeys;
}

void CheckKeys(const Node& table, const std::string& what, const std::vector<std::string>& known,
               Problems* problems) {
  ReadDeclaredTable(table, what, {}, known, problems);
}

}  // namespace facet
