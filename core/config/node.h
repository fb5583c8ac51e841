// A TOML value with the places of its name and of itself; --set text that waits for its type is one
// too.
#ifndef FACET_CORE_CONFIG_NODE_H_
#define FACET_CORE_CONFIG_NODE_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/base/json.h"
#include "core/config/source.h"

namespace facet {

struct Node {
  // What a table holds, by name. Copies share it until one of them is changed: rows by the thousand
  // differ from their parent in a key or two, so nobody owns it alone.
  class Members {
   public:
    using Map = std::map<std::string, Node>;

    const Map& get() const;
    Map& Own();  // for changes, which no copy sees
    // Whether the two share what they hold. What is equal may be held twice.
    bool IsShared(const Members& other) const { return map_ == other.map_; }

    Map::const_iterator begin() const { return get().begin(); }
    Map::const_iterator end() const { return get().end(); }
    Map::const_iterator find(const std::string& name) const { return get().find(name); }
    const Node& at(const std::string& name) const { return get().at(name); }
    bool empty() const { return get().empty(); }

   private:
    std::shared_ptr<Map> map_;  // null: nothing
  };

  enum class Type {
    kTable,
    kArray,
    kScalar,  // `scalar`: bool, integer, float, text; null for a date or time
    kText,    // `scalar`: words of a --set, typed when their option is known
  } type = Type::kTable;
  Json scalar;
  bool quoted = false;  // of a kText: one text, whatever it looks like
  Members members;
  std::vector<std::string> names;  // of the members, in the order in which they were first said
  std::vector<Node> elements;
  Place key, value;
  bool by_row = false;      // said by a row (or a --set for it), not by [base]
  bool by_default = false;  // said by the layout alone (Slot::default_use)

  bool is_table() const { return type == Type::kTable; }
  const Node* Find(const std::string& name) const {
    const auto found = members.find(name);
    return is_table() && found != members.end() ? &found->second : nullptr;
  }
  // The member of this name, which is a new one at the end if there is none.
  Node& Add(const std::string& name);
  void Erase(const std::string& name);
  // The text of a kScalar or kText; null for anything else.
  const std::string* text() const {
    return (type == Type::kScalar || type == Type::kText) && scalar.is_string()
               ? scalar.get_ptr<const std::string*>()
               : nullptr;
  }
};

// "train.loss" of ("train", "loss"); "loss" of ("", "loss").
std::string JoinPath(const std::string& prefix, const std::string& name);
std::string ParentOf(const std::string& path);  // "train" of "train.loss"; "" of "loss"
std::string LastName(const std::string& path);  // "loss" of both
// At a dotted path; null where there is nothing.
const Node* FindPath(const Node& root, const std::string& path);

// Lays `over` on `under`: tables merge, everything else replaces; a table that names another `use`
// replaces the whole table, since the options there belong to the old component. New names follow
// those that are there.
void Merge(const Node& over, Node* under);
// Removes what is at a dotted path; false if there was nothing.
bool Remove(const std::string& path, Node* root);

}  // namespace facet

#endif  // FACET_CORE_CONFIG_NODE_H_
