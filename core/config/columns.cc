#include "core/config/columns.h"

#include "absl/strings/strip.h"
#include "core/config/node.h"

namespace facet {
namespace {

constexpr char kCount[] = "count/";

// A value of a row in words; nothing for none.
std::string TextOf(const Json& value) {
  if (value.is_object()) return value.value("use", "set");
  if (value.is_null()) return "";
  return value.is_string() ? value.get<std::string>() : Dump(value);
}

}  // namespace

std::pair<std::string, std::string> CountOfColumn(const SettingColumn& column) {
  absl::string_view of = column.of;
  if (!absl::ConsumePrefix(&of, kCount)) return {};
  const std::string rest(of);
  const size_t slash = rest.find('/');
  if (slash == std::string::npos) return {rest, ""};
  return {rest.substr(0, slash), rest.substr(slash + 1)};
}

std::string ShownValue(const SettingColumn& column, const std::string& value) {
  if (value.empty()) return column.absent;
  const auto found = column.values.find(value);
  if (found != column.values.end()) return found->second;
  return column.otherwise.empty() ? value : column.otherwise;
}

std::string CellOf(const SettingColumn& column, const Row& row) {
  auto slot = row.slots.find(column.of);
  if (slot != row.slots.end()) return ShownValue(column, TextOf(slot->second));
  slot = row.slots.find(ParentOf(column.of));
  if (slot == row.slots.end() || !slot->second.is_object()) return column.absent;
  const auto option = slot->second.find(LastName(column.of));
  return ShownValue(column, option == slot->second.end() ? "" : TextOf(*option));
}

}  // namespace facet
