#include "core/config/axes.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string_view>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "core/base/hash.h"
#include "core/base/json.h"
#include "core/base/text_columns.h"
#include "core/config/value_hints.h"

namespace facet {
namespace {

constexpr size_t kMaxNameBytes = 40;
// With the parent's id, a seed and the name of a stage in the 255 bytes of a file's name.
constexpr size_t kMaxSuffixBytes = 120;
constexpr size_t kDigestDigits = 8;

bool IsNameCharacter(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.' || c == '+' ||
         c == '-';
}

std::string Digest(const std::string& text) { return Sha256Hex(text).substr(0, kDigestDigits); }

// The end says more than the beginning where it is a path.
std::string SafeName(const std::string& text) {
  if (IsValueName(text)) return text;
  std::string name;
  for (const char c : text) name += IsNameCharacter(c) ? c : '_';
  if (name.size() > kMaxNameBytes - kDigestDigits) {
    name = name.substr(name.size() - (kMaxNameBytes - kDigestDigits));
  }
  return absl::StrCat(name, name.empty() ? "" : "-", Digest(text));
}

std::string NumberName(double value) {
  if (!std::isfinite(value)) return absl::StrCat(value);  // which JSON has no word for
  constexpr double kMaxExact = 9e15;
  if (std::trunc(value) == value && std::abs(value) < kMaxExact) {
    return absl::StrCat(static_cast<int64_t>(value));
  }
  return Dump(value);
}

std::string ScalarName(const Node& value) {
  const Json& scalar = value.scalar;
  if (scalar.is_number_float()) return SafeName(NumberName(scalar.get<double>()));
  const std::string* text = value.text();
  if (text == nullptr) return SafeName(Dump(scalar));
  double number = 0.0;
  if (value.type == Node::Type::kText && !value.quoted && absl::SimpleAtod(*text, &number) &&
      std::isfinite(number)) {
    return NumberName(number);
  }
  return SafeName(*text);
}

// Whether the table is what leads to paths, not the values of one.
bool LeadsOn(const std::string& path, const Node& table, const ExperimentLayout& layout) {
  const Slot* slot = layout.Find(path);
  if (slot == nullptr) {
    return absl::c_any_of(layout.slots, [&](const Slot& each) { return LeadsTo(path, each.path); });
  }
  if (slot->fill == Slot::Fill::kSettings) return true;
  return slot->fill == Slot::Fill::kComponent && table.Find("use") == nullptr &&
         absl::c_any_of(table.members, [](const auto& member) {
           return member.second.type == Node::Type::kArray;
         });
}

// Calls `take` with each path, written in one piece or as names of tables.
template <class Take>
void ForEachPath(const Node& table, const std::string& prefix, const ExperimentLayout& layout,
                 const Take& take) {
  for (const std::string& name : table.names) {
    const Node& member = table.members.at(name);
    const std::string path = JoinPath(prefix, name);
    if (member.is_table() && LeadsOn(path, member, layout)) {
      ForEachPath(member, path, layout, take);
    } else {
      take(path, member);
    }
  }
}

void AddValue(std::string name, const Node& value, const Place& place, Axis* axis,
              Problems* problems) {
  const auto same =
      absl::c_find_if(axis->values, [&](const Setting& each) { return each.name == name; });
  if (same == axis->values.end()) {
    axis->values.push_back({axis->path, axis->place, std::move(name), value});
    return;
  }
  Diagnostic& problem = problems->Error(
      "E0511", place, absl::StrCat(axis->path, " has two values that are called ", name));
  problem.related.push_back({same->value.value.origin, "the first"});
  problem.help = !value.is_table() || SameValue(same->value, value)
                     ? "take one of them out"
                     : absl::StrCat("give them names: \"", axis->path, "\" = { NAME = ..., ... }");
}

}  // namespace

bool IsValueName(const std::string& name) {
  return !name.empty() && name.size() <= kMaxNameBytes && absl::c_all_of(name, IsNameCharacter);
}

std::string ValueName(const Node& value) {
  switch (value.type) {
    case Node::Type::kTable: {
      const Node* use = value.Find("use");
      return use == nullptr || use->text() == nullptr ? "" : SafeName(*use->text());
    }
    case Node::Type::kArray:
      return SafeName(absl::StrJoin(value.elements, "+", [](std::string* out, const Node& each) {
        out->append(ValueName(each));
      }));
    default:
      return ScalarName(value);
  }
}

Axis ReadAxis(const std::string& path, const Place& place, const Node& values, Problems* problems) {
  Axis axis = {path, place, {}};
  const size_t before = problems->count();
  if (absl::c_any_of(absl::StrSplit(path, '.'),
                     [](absl::string_view name) { return name.empty(); })) {
    problems->Error("E0206", place, absl::StrCat("the path \"", path, "\" has an empty name"));
    return axis;
  }
  if (values.type == Node::Type::kArray) {
    for (const Node& value : values.elements) {
      std::string name = ValueName(value);
      if (name.empty()) {
        problems->Error("E0511", value.value, absl::StrCat("this value of ", path, " has no name"))
            .help = absl::StrCat("give it one: \"", path, "\" = { NAME = { ... }, ... }");
        continue;
      }
      AddValue(std::move(name), value, value.value, &axis, problems);
    }
  } else if (values.is_table()) {
    for (const std::string& name : values.names) {
      const Node& value = values.members.at(name);
      if (IsValueName(name)) {
        AddValue(name, value, value.key, &axis, problems);
        continue;
      }
      problems->Error("E0511", value.key, absl::StrCat("\"", name, "\" cannot name a value")).help =
          "a name has at most 40 letters, digits, _, ., + and -: it stands in rows' ids";
    }
  } else {
    problems
        ->Error("E0301", values.value,
                absl::StrCat(path, " must be a list of values here, got ", Got(values)))
        .caret_note = values.scalar.is_null() || !values.quoted
                          ? absl::StrCat("did you mean [", Dump(values.scalar), "]?")
                          : "";
    return axis;
  }
  if (axis.values.empty() && problems->count() == before) {
    problems->Error("E0511", values.value, absl::StrCat(path, " has no values")).help =
        "name some, or take it out";
  }
  return axis;
}

std::vector<Axis> ReadAxes(const Node& table, const std::string& what,
                           const ExperimentLayout& layout, Problems* problems) {
  std::vector<Axis> axes;
  if (!table.is_table()) {
    Diagnostic& problem = problems->Error(
        "E0202", table.value, absl::StrCat(what, " must be a table of paths, got ", Got(table)));
    problem.help = absl::StrCat(what, " = { \"train.loss.margin\" = [0.2, 0.3] }");
    return axes;
  }
  ForEachPath(table, "", layout, [&](const std::string& path, const Node& values) {
    axes.push_back(ReadAxis(path, values.key, values, problems));
  });
  return axes;
}

Settings ReadSettings(const Node& table, const ExperimentLayout& layout) {
  Settings settings;
  ForEachPath(table, "", layout, [&](const std::string& path, const Node& value) {
    settings.push_back({path, value.key, ValueName(value), value});
  });
  return settings;
}

Node InPath(const Setting& setting) {
  const std::vector<std::string> names = absl::StrSplit(setting.path, '.');
  std::vector<Place> places(names.size(), setting.place);
  // Of a path in quotes.
  const int width = CodePoints(setting.path);
  const int quotes = setting.place.width - width;
  if (quotes == 0 || quotes == 2) {
    int column = setting.place.origin.column + quotes / 2;
    for (size_t i = 0; i < names.size(); ++i) {
      places[i].origin.column = column;
      places[i].width = std::max(1, CodePoints(names[i]));
      column += CodePoints(names[i]) + 1;
    }
  }
  Node node = setting.value;
  for (size_t i = names.size(); i-- > 0;) {
    node.key = places[i];
    Node table;
    table.key = table.value = places[i];
    table.Add(names[i]) = std::move(node);
    node = std::move(table);
  }
  return node;
}

void Replace(const std::string& path, const Node& value, Node* root) {
  Node* node = root;
  for (const absl::string_view name : absl::StrSplit(path, '.')) {
    if (!node->is_table()) *node = Node();
    node = &node->Add(std::string(name));
  }
  *node = value;
}

bool SameValue(const Node& a, const Node& b) {
  if (a.type != b.type || a.scalar != b.scalar || a.elements.size() != b.elements.size()) {
    return false;
  }
  if (!std::equal(a.elements.begin(), a.elements.end(), b.elements.begin(), SameValue)) {
    return false;
  }
  if (a.members.IsShared(b.members)) return true;
  return std::equal(a.members.begin(), a.members.end(), b.members.begin(), b.members.end(),
                    [](const auto& x, const auto& y) {
                      return x.first == y.first && SameValue(x.second, y.second);
                    });
}

std::map<std::string, std::string> ShortPaths(const std::set<std::string>& paths) {
  // How many paths end in these names.
  std::map<std::string, int> ends;
  const auto for_each_end = [](const std::string& path, const auto& take) {
    for (size_t dot = path.rfind('.'); dot != std::string::npos && dot > 0;
         dot = path.rfind('.', dot - 1)) {
      if (take(path.substr(dot + 1))) return;
    }
    take(path);
  };
  for (const std::string& path : paths) {
    for_each_end(path, [&](const std::string& end) {
      ++ends[end];
      return false;
    });
  }
  std::map<std::string, std::string> names;
  for (const std::string& path : paths) {
    for_each_end(path, [&](const std::string& end) {
      names[path] = end;
      return ends.at(end) == 1;
    });
  }
  return names;
}

std::string PointSuffix(const Settings& settings, const std::map<std::string, std::string>& names) {
  std::string suffix;
  for (const Setting& setting : settings) {
    absl::StrAppend(&suffix, ",", names.at(setting.path), "=", setting.name);
  }
  if (suffix.size() <= kMaxSuffixBytes) return suffix;
  return absl::StrCat(suffix.substr(0, kMaxSuffixBytes - kDigestDigits - 1), "-", Digest(suffix));
}

std::string PointLabel(const Settings& settings, const std::map<std::string, std::string>& names) {
  std::string label;
  for (const Setting& setting : settings) {
    absl::StrAppend(&label, ", ", names.at(setting.path), " = ", setting.name);
  }
  return label;
}

}  // namespace facet
