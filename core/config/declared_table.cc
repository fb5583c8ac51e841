#include "core/config/declared_table.h"

#include <optional>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/suggest.h"
#include "core/config/value_check.h"
#include "core/config/value_hints.h"

namespace facet {

Json ReadDeclaredTable(const Node& node, const std::string& path,
                       const std::vector<OptionSpec>& specs, const std::vector<std::string>& others,
                       Problems* problems) {
  std::vector<std::string> known = others;
  for (const OptionSpec& spec : specs) known.push_back(spec.name);
  Json values = Json::object();
  for (const auto& [name, member] : node.members) {
    if (absl::c_linear_search(others, name)) continue;
    const std::string& key = name;
    const auto spec = absl::c_find_if(specs, [&](const OptionSpec& s) { return s.name == key; });
    if (spec == specs.end()) {
      Diagnostic& problem =
          problems->Error("E0201", member.key, absl::StrCat(path, " has no key \"", name, "\""));
      const std::string nearest = Nearest(name, known);
      if (!nearest.empty()) problem.caret_note = absl::StrCat("did you mean `", nearest, "`?");
      problem.facts.push_back(absl::StrCat("keys: ", absl::StrJoin(known, ", ")));
      continue;
    }
    const ValueContext context = {absl::StrCat(path, ": ", name), "the format", nullptr, false};
    std::optional<Json> value = CheckValue(member, *spec, context, problems);
    values[name] = value ? *std::move(value) : spec->default_value;
  }
  for (const OptionSpec& spec : specs) {
    if (!spec.required || values.contains(spec.name)) continue;
    problems->Error("E0205", node.value, absl::StrCat(path, " needs the key `", spec.name, "`"));
  }
  return values;
}

bool ExpectTable(const Node& node, const std::string& what, const std::string& example,
                 Problems* problems) {
  if (node.is_table()) return true;
  Diagnostic& problem =
      problems->Error("E0202", node.value, absl::StrCat(what, " must be a table, got ", Got(node)));
  if (!example.empty()) problem.caret_note = absl::StrCat("did you mean ", example, "?");
  return false;
}

}  // namespace facet
