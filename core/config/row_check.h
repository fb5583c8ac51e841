// A row's tree against the layout and the catalogue: resolved slots with defaults and origins.
#ifndef FACET_CORE_CONFIG_ROW_CHECK_H_
#define FACET_CORE_CONFIG_ROW_CHECK_H_

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/config/experiment.h"
#include "core/config/layout.h"
#include "core/config/node.h"
#include "core/config/row_tree.h"
#include "core/config/source.h"
#include "core/config/value_check.h"
#include "core/plugin/catalogue.h"

namespace facet {

const OptionSpec* FindOption(const std::vector<OptionSpec>& options, const std::string& name);
std::vector<std::string> OptionNames(const std::vector<OptionSpec>& options);  // sorted

// Problems: E0201 (unknown key or option), E0202 (a table where none belongs, or none where one
// does), E0203 (no `use`), E0204 (required slot empty), E0205 (required option missing), E0208
// (renamed option), E0210 (moved key), E0211 (what cannot be a name), E03xx (values), E0401 (no such
// component), E0402 (component of another kind).
class RowChecker {
 public:
  RowChecker(const ExperimentLayout& layout, const Catalogue& catalogue,
             const std::map<std::string, std::string>& folders, Problems* problems);

  Row Check(const RowTree& tree);
  // [base] alone may be incomplete; only what it says is checked.
  void CheckBase(const Node& base);

 private:
  // What all rows with the same names and optional groups have in common.
  struct Shape {
    std::vector<Slot> slots;                                // of the layout, with the row's names
    std::map<std::string, const Slot*> slot_at;             // these, by path
    std::map<std::string, std::vector<std::string>> order;  // Row::order
    std::vector<const Slot*> defaults;                      // of the layout, with a default_use
    Node default_tree;                                      // of these
  };
  // Where keys stand: the row, a group of slots, a table of settings.
  struct Table {
    std::vector<std::string> known;  // keys; sorted
    bool gives_names = false;        // beside these, names that a row gives
  };
  // What a component's table came to, of the row that said it last: rows that extend each other
  // share most of their tables.
  struct CheckedComponent {
    Node::Members said;
    bool paths_resolved = false;
    Json value;
    std::vector<std::pair<std::string, Origin>> origins;
  };

  const Shape& ShapeOf(const Node& tree);
  const Table& TableAt(const std::string& path, const Slot* settings);
  bool LeadsToSlots(const std::string& path);
  const std::vector<std::string>& OptionsOf(const ComponentInfo& component);
  void CheckMembers(const Node& node, const std::string& prefix, const Slot* settings);
  void CheckSlot(const Node& node, const Slot& slot);
  void CheckComponent(const Node& node, const Slot& slot);
  void CheckComponentAnew(const Node& node, const Slot& slot);
  void CheckRowName(const Node& node, const Slot& slot);
  void CheckDefaultComponent(const Node& node, const Slot& slot, const std::string& name);
  // `known`: what may stand beside it.
  void CheckOption(const std::string& name, const Node& node, const std::string& path,
                   const std::string& owner, const std::vector<OptionSpec>& options,
                   const std::vector<std::string>& known);
  void FillDefaults(const std::vector<OptionSpec>& options, const std::string& path,
                    const std::string& owner, const Node* node);
  void FillMissingSlots();
  bool IsRequired(const Slot& slot) const;
  bool HasGroupOf(const Slot& slot) const {
    return slot.optional_group.empty() || groups_.count(slot.optional_group) != 0;
  }
  void TakeOrder();

  void ReportUnknown(const std::string& name, const Node& node, const std::string& path,
                     const std::string& owner, const std::vector<std::string>& known);
  // Of a key that is not known: whether it, or what is below it, has moved.
  bool ReportMoved(const std::string& path, const Node& node);
  void ReportBadName(const std::string& name, const Node& node, const std::string& path);
  void ReportNoTable(const Node& node, const std::string& path);
  void ReportNoComponent(const Node& node, const Slot& slot);
  void ReportUnknownComponent(const Slot& slot, const std::string& name, const Place& place);
  void ReportMissingSlot(const Slot& slot);
  // What is nearer than `elsewhere` in the row. False: nothing.
  bool HintNearby(const std::string& name, const Node& node, const std::string& path,
                  const std::string& owner, const std::vector<std::string>& known,
                  const std::vector<std::string>& elsewhere, Diagnostic* problem) const;
  // A step or an option of a component that belongs one level lower.
  bool HintBelow(const std::string& name, const Node& node, const std::string& path,
                 Diagnostic* problem) const;
  // A key of before, with a typo.
  bool HintMoved(const std::string& name, const std::string& path, Diagnostic* problem) const;
  // What a value in place of a component below a name means: "did you mean { probability = 0.5 }?".
  std::string MeantOption(const Node& node, const Slot& slot) const;
  std::vector<std::string> WithOption(const std::string& kind, const std::string& option) const;
  // Where else `name` is a key: "train.loss" -> its full path.
  std::vector<std::string> Elsewhere(const std::string& name, const std::string& path) const;

  void Take(const std::string& slot_path, const std::string& name, Json value,
            const Origin& origin);

  const ExperimentLayout& layout_;
  const Catalogue& catalogue_;
  const std::map<std::string, std::string>& folders_;
  Problems* problems_;
  std::set<std::string> optional_groups_;  // of the layout

  // What was found out once.
  std::map<std::pair<std::map<std::string, std::vector<std::string>>, std::set<std::string>>, Shape>
      shapes_;
  std::map<std::string, Table> tables_;   // by path
  std::map<std::string, bool> leads_to_;  // by path
  std::map<const ComponentInfo*, std::vector<std::string>> option_names_;
  std::map<std::string, CheckedComponent> checked_;  // by the slot's path

  // Of the row that is being checked.
  Row row_;
  Node tree_;
  Place place_;
  const Shape* shape_ = nullptr;
  bool partial_ = false;             // [base]
  bool resolve_paths_ = true;        // not in [base], not in rows that are left out
  std::set<std::string> groups_;     // optional groups that the row has
  std::set<std::string> bad_slots_;  // said, but not usable
  // Slot -> its diagnostic and the rows that lack it: said once.
  std::map<std::string, std::pair<Diagnostic*, std::vector<std::string>>> missing_;
};

}  // namespace facet

#endif  // FACET_CORE_CONFIG_ROW_CHECK_H_
