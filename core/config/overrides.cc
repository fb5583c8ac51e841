#include "core/config/overrides.h"

#include <optional>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/base/text_columns.h"
#include "core/config/row_tree.h"
#include "core/config/toml_reader.h"

namespace facet {
namespace {

// text[begin, end) with blanks at both sides taken off, as a place.
Place Within(const Override& override, size_t* begin, size_t* end) {
  const std::string& text = override.text;
  while (*begin < *end && text[*begin] == ' ') ++*begin;
  while (*end > *begin && text[*end - 1] == ' ') --*end;
  Place place;
  place.origin.source = override.source;
  place.origin.column = CodePoints(std::string_view(text).substr(0, *begin)) + 1;
  place.width = std::max(1, CodePoints(std::string_view(text).substr(*begin, *end - *begin)));
  return place;
}

// What TOML reads whatever the option is: a table, a list, a text in quotes, several of those. Bare
// words wait for the type of their option.
std::optional<Node> ReadToml(const std::string& text, const Place& place, Problems* problems) {
  const auto& [source, line, column] = place.origin;
  std::optional<Node> read = ReadTomlValue(text, source, column);
  if (!read && text.front() == '[') {  // of bare words, perhaps
    read.emplace();
    read->scalar = text;
  } else if (!read && text.front() != '{') {
    read = ReadTomlValue(absl::StrCat("[", text, "]"), source, column - 1);
  }
  if (!read) return ReadTomlValue(text, source, column, problems);
  if (read->type == Node::Type::kScalar || !read->scalar.is_null()) {
    read->quoted = read->type == Node::Type::kScalar;
    read->type = Node::Type::kText;
    read->key = read->value = place;
  }
  return read;
}

std::optional<Node> ParseValue(const Override& override, size_t begin, const Slot* slot,
                               Problems* problems) {
  size_t end = override.text.size();
  Node value;
  value.value = Within(override, &begin, &end);
  const std::string text = override.text.substr(begin, end - begin);
  if (!text.empty() && absl::StrContains("{[\"'", text.front())) {
    std::optional<Node> read = ReadToml(text, value.value, problems);
    if (!read || read->type != Node::Type::kText) return read;
    value = *std::move(read);
  } else {
    value.type = Node::Type::kText;
    value.scalar = text;
  }
  if (slot != nullptr && slot->fill == Slot::Fill::kComponent) {
    Node component;
    component.value = component.key = value.value;
    value.key = value.value;
    component.Add("use") = std::move(value);
    return component;
  }
  return value;
}

// Puts `value` into tables along the path, each with the place of its name.
std::optional<Node> WrapInPath(const Override& override, size_t begin, size_t end, Node value,
                               Problems* problems) {
  const size_t dot = override.text.find('.', begin);
  size_t name_begin = begin;
  size_t name_end = std::min(dot, end);
  const Place place = Within(override, &name_begin, &name_end);
  const std::string name = override.text.substr(name_begin, name_end - name_begin);
  if (name.empty()) {
    problems->Error("E0206", place, "the path has an empty name");
    return std::nullopt;
  }
  Node member = value;
  if (dot < end) {
    std::optional<Node> rest = WrapInPath(override, dot + 1, end, std::move(value), problems);
    if (!rest) return std::nullopt;
    member = *std::move(rest);
  }
  member.key = place;
  Node table;
  table.key = table.value = place;
  table.Add(name) = std::move(member);
  return table;
}

std::optional<ParsedOverride> Parse(const Override& override, const ExperimentLayout& layout,
                                    const std::vector<std::string>& row_ids, Problems* problems) {
  problems->AddText(override.source, override.text);
  const std::string& text = override.text;
  const size_t equals = text.find('=');
  size_t begin = 0;
  size_t end = std::min(equals, text.size());
  const size_t colon = text.substr(0, end).find(':');
  ParsedOverride parsed;
  if (colon != std::string::npos) {
    size_t row_end = colon;
    const Place place = Within(override, &begin, &row_end);
    parsed.row = text.substr(begin, row_end - begin);
    begin = colon + 1;
    if (!absl::c_linear_search(row_ids, parsed.row)) {
      ReportUnknownRow(parsed.row, place, row_ids, problems);
      return std::nullopt;
    }
  }
  parsed.place = Within(override, &begin, &end);
  parsed.path = text.substr(begin, end - begin);
  if (equals == std::string::npos || parsed.path.empty()) {
    Diagnostic& problem =
        problems->Error("E0206", parsed.place,
                        equals == std::string::npos ? "there is no `=`" : "there is no path");
    problem.help = "write --set PATH=VALUE, or --set ROW:PATH=VALUE for one row";
    return std::nullopt;
  }
  std::optional<Node> value = ParseValue(override, equals + 1, layout.Find(parsed.path), problems);
  if (!value) return std::nullopt;
  std::optional<Node> tree = WrapInPath(override, begin, end, *std::move(value), problems);
  if (!tree) return std::nullopt;
  parsed.tree = *std::move(tree);
  return parsed;
}

}  // namespace

std::vector<ParsedOverride> ParseOverrides(const std::vector<Override>& overrides,
                                           const ExperimentLayout& layout,
                                           const std::vector<std::string>& row_ids,
                                           Problems* problems) {
  std::vector<ParsedOverride> all;
  for (const Override& override : overrides) {
    std::optional<ParsedOverride> parsed = Parse(override, layout, row_ids, problems);
    if (parsed) all.push_back(*std::move(parsed));
  }
  return all;
}

}  // namespace facet
