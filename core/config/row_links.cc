#include "core/config/row_links.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/config/circles.h"

namespace facet {
namespace {

class LinkChecker {
 public:
  LinkChecker(const std::string& slot, const std::vector<RowTree>& trees,
              const std::vector<Row>& rows, Problems* problems)
      : slot_(slot), trees_(trees), problems_(problems) {
    for (const RowTree& tree : trees) by_id_[tree.id] = &tree;
    for (const Row& row : rows) {
      ids_.push_back(row.id);
      const auto named = row.slots.find(slot);
      next_[row.id] = named == row.slots.end() ? "" : named->second.get<std::string>();
    }
  }

  void Check() {
    for (const RowTree& tree : trees_) {
      const std::string& named = next_[tree.id];
      if (named.empty()) continue;
      const Place place = PlaceOf(tree.id);
      if (next_.count(named) == 0) {
        ReportUnknownRow(named, place, ids_, problems_);
        next_[tree.id].clear();
      } else if (const RowTree& other = Tree(named); !other.skip.empty() && tree.skip.empty()) {
        Diagnostic& problem =
            problems_->Error("E0506", place,
                             absl::StrCat("row \"", tree.id, "\" needs row \"", named,
                                          "\", which is left out: ", other.skip));
        problem.related.push_back(
            {other.skip_place.origin, absl::StrCat("skips row \"", named, "\"")});
        problem.help = absl::StrCat("skip row \"", tree.id, "\" too, or take the skip away");
      }
    }
    for (const std::vector<std::string>& circle : FindCircles(ids_, next_)) ReportCircle(circle);
  }

 private:
  const RowTree& Tree(const std::string& id) const { return *by_id_.at(id); }
  Place PlaceOf(const std::string& id) const {
    const Node* node = FindPath(Tree(id).slots, slot_);
    return node == nullptr ? Tree(id).place : node->value;
  }

  void ReportCircle(const std::vector<std::string>& chain) {
    const std::string& id = chain.front();
    Diagnostic& problem = problems_->Error(
        "E0502", PlaceOf(id),
        chain.size() == 2 ? absl::StrCat("row \"", id, "\" names itself in ", slot_)
                          : absl::StrCat("rows need each other in a circle (", slot_,
                                         "): ", absl::StrJoin(chain, " -> ")));
    for (size_t i = 1; i + 1 < chain.size(); ++i) {
      problem.related.push_back(
          {PlaceOf(chain[i]).origin,
           absl::StrCat("row \"", chain[i], "\" names \"", chain[i + 1], "\"")});
    }
  }

  const std::string& slot_;
  const std::vector<RowTree>& trees_;
  Problems* problems_;
  std::vector<std::string> ids_;
  std::map<std::string, const RowTree*> by_id_;
  std::map<std::string, std::string> next_;
};

}  // namespace

void CheckRowLinks(const ExperimentLayout& layout, const std::vector<RowTree>& trees,
                   const std::vector<Row>& rows, Problems* problems) {
  std::set<std::string> paths;
  std::set<std::string> seen;
  for (const Row& row : rows) {
    for (const auto& [path, value] : row.slots) {
      if (!seen.insert(path).second) continue;
      if (layout.Find(path)->fill == Slot::Fill::kRow) paths.insert(path);
    }
  }
  for (const std::string& path : paths) LinkChecker(path, trees, rows, problems).Check();
}

}  // namespace facet
