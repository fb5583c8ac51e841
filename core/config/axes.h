// What sweeps and ablations vary: paths of a row with values, and the names of both in the ids of
// the rows that are made. A name says what the value is, not where in a list it stands: lists may
// be reordered and extended, and ids stay.
#ifndef FACET_CORE_CONFIG_AXES_H_
#define FACET_CORE_CONFIG_AXES_H_

#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/config/layout.h"
#include "core/config/node.h"
#include "core/config/source.h"

namespace facet {

// One value at one path of a row.
struct Setting {
  std::string path;  // "train.loss.margin"
  Place place;       // of the path
  std::string name;  // of the value: "0.3", "softmax"
  Node value;
};

// The values of one path, in order.
struct Axis {
  std::string path;
  Place place;
  std::vector<Setting> values;
};

// A point of a sweep, or what one alternative of an ablation changes.
using Settings = std::vector<Setting>;

// "0.3" of 0.30 and 3e-1, "softmax" of { use = "softmax" }, "0.1+0.01" of a list. Letters, digits
// and _ . + - alone, so that a shell and a file system take it as it is; where others had to be
// replaced, or much was cut off, it ends in 8 digits of a digest. Empty: a table that names no
// component.
std::string ValueName(const Node& value);

// Whether it may stand in an id: what ValueName() makes.
bool IsValueName(const std::string& name);

// { "train.loss.margin" = [0.2, 0.3], "train.loss" = { narrow = {...}, wide = {...} } } of a table
// that messages call `what`. Problems: E0301 (neither a list nor a table of named values), E0511
// (no value, one twice, one without a name).
std::vector<Axis> ReadAxes(const Node& table, const std::string& what,
                           const ExperimentLayout& layout, Problems* problems);
// The same of one axis. Values that cannot be are left out.
Axis ReadAxis(const std::string& path, const Place& place, const Node& values, Problems* problems);

// { "train.loss.margin" = 0.2 }: one value each.
Settings ReadSettings(const Node& table, const ExperimentLayout& layout);

// The row's table with this value in it. Each name of the path has its place, where the path stands
// in one piece.
Node InPath(const Setting& setting);
// Puts a value in place of what is there.
void Replace(const std::string& path, const Node& value, Node* root);

// Equal in everything but where they stand.
bool SameValue(const Node& a, const Node& b);

// The fewest last names of each path that no other path ends in: "margin", or "train.loss.margin"
// and "embed.loss.margin".
std::map<std::string, std::string> ShortPaths(const std::set<std::string>& paths);

// ",margin=0.3,batch=64": what makes a row's id that of a point. Cut off, with a digest of all of
// it, where it would be too long for the name of a file.
std::string PointSuffix(const Settings& settings, const std::map<std::string, std::string>& names);
// ", margin = 0.3, batch = 64", for a label.
std::string PointLabel(const Settings& settings, const std::map<std::string, std::string>& names);

}  // namespace facet

#endif  // FACET_CORE_CONFIG_AXES_H_
