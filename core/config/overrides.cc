#include "core/config/overrides.h"

#include <optional>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/base/text_columns.h"
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

std::optional<Node> ParseValue(const Override& override, size_t begin, size_t end, const Slot* slot,
                               Problems* problems) {
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

// [ROW:]PATH=, as of --set and --axis.
struct Target {
  std::string row, path;
  Place row_place, place;
  size_t begin, end;  // of the path
  size_t value;       // where it begins
};

// The ids of made rows have a `=` of their own ("4,margin=0.3"): there the row ends at the colon.
std::optional<Target> ParseTarget(const Override& override, const std::string& example,
                                  Problems* problems) {
  problems->AddText(override.source, override.text);
  const std::string& text = override.text;
  Target target;
  target.begin = 0;
  size_t equals = text.find('=');
  size_t colon = text.substr(0, equals).find(':');
  if (colon == std::string::npos && text.substr(0, equals).find(',') != std::string::npos) {
    colon = text.find(':');
    if (colon != std::string::npos) equals = text.find('=', colon);
  }
  if (colon != std::string::npos) {
    size_t row_end = colon;
    target.row_place = Within(override, &target.begin, &row_end);
    target.row = text.substr(target.begin, row_end - target.begin);
    target.begin = colon + 1;
    if (target.row.empty()) {
      problems->Error("E0206", target.row_place, "there is no row before the colon").help = example;
      return std::nullopt;
    }
  }
  target.end = std::min(equals, text.size());
  target.place = Within(override, &target.begin, &target.end);
  target.path = text.substr(target.begin, target.end - target.begin);
  target.value = equals + 1;
  if (equals != std::string::npos && !target.path.empty()) return target;
  Diagnostic& problem = problems->Error(
      "E0206", target.place, equals == std::string::npos ? "there is no `=`" : "there is no path");
  problem.help = example;
  return std::nullopt;
}

std::optional<ParsedOverride> ParseSet(const Override& override, const ExperimentLayout& layout,
                                       Problems* problems) {
  const std::optional<Target> target = ParseTarget(
      override, "write --set PATH=VALUE, or --set ROW:PATH=VALUE for one row", problems);
  if (!target) return std::nullopt;
  std::optional<Node> value = ParseValue(override, target->value, override.text.size(),
                                         layout.Find(target->path), problems);
  if (!value) return std::nullopt;
  std::optional<Node> tree =
      WrapInPath(override, target->begin, target->end, *std::move(value), problems);
  if (!tree) return std::nullopt;
  return ParsedOverride{target->row, target->row_place, target->path, target->place,
                        *std::move(tree)};
}

// Where the next comma is that no bracket, brace or quote holds.
size_t EndOfValue(const std::string& text, size_t begin) {
  int depth = 0;
  char quote = 0;
  for (size_t i = begin; i < text.size(); ++i) {
    const char c = text[i];
    if (quote != 0) {
      if (c == quote) quote = 0;
      continue;
    }
    if (c == '"' || c == '\'') quote = c;
    if (c == '[' || c == '{') ++depth;
    if (c == ']' || c == '}') --depth;
    if (c == ',' && depth == 0) return i;
  }
  return text.size();
}

std::optional<ParsedAxis> ParseAxis(const Override& override, const ExperimentLayout& layout,
                                    Problems* problems) {
  const std::optional<Target> target = ParseTarget(
      override, "write --axis PATH=VALUE,VALUE, or --axis ROW:PATH=VALUE,VALUE for one row",
      problems);
  if (!target) return std::nullopt;
  Node values;
  values.type = Node::Type::kArray;
  values.value = target->place;
  for (size_t begin = target->value; begin < override.text.size();) {
    const size_t end = EndOfValue(override.text, begin);
    std::optional<Node> value =
        ParseValue(override, begin, end, layout.Find(target->path), problems);
    if (!value) return std::nullopt;
    values.elements.push_back(*std::move(value));
    begin = end + 1;
  }
  Axis axis = ReadAxis(target->path, target->place, values, problems);
  if (axis.values.empty()) return std::nullopt;
  return ParsedAxis{target->row, target->row_place, std::move(axis)};
}

// --seeds 3, or --seeds 1,7 and [7].
std::optional<Seeds> ParseSeeds(const Override& override, Problems* problems) {
  problems->AddText(override.source, override.text);
  const std::string& text = override.text;
  size_t begin = 0, end = text.size();
  Node list;
  list.type = Node::Type::kArray;
  list.value = Within(override, &begin, &end);
  const bool in_brackets = end - begin >= 2 && text[begin] == '[' && text[end - 1] == ']';
  if (in_brackets) {
    ++begin;
    --end;
  }
  for (size_t next = begin; next <= end; ++next) {
    size_t comma = std::min(text.find(',', next), end);
    const size_t after = comma;
    Node& seed = list.elements.emplace_back();
    seed.type = Node::Type::kText;
    seed.value = Within(override, &next, &comma);
    seed.scalar = text.substr(next, comma - next);
    next = after;
  }
  const bool is_count = !in_brackets && list.elements.size() == 1;
  return ReadSeeds(is_count ? list.elements.front() : list, problems);
}

}  // namespace

ParsedOverrides ParseOverrides(const std::vector<Override>& overrides,
                               const ExperimentLayout& layout, Problems* problems) {
  ParsedOverrides all;
  for (const Override& override : overrides) {
    switch (override.kind) {
      case Override::Kind::kSet: {
        std::optional<ParsedOverride> parsed = ParseSet(override, layout, problems);
        if (parsed) all.sets.push_back(*std::move(parsed));
        break;
      }
      case Override::Kind::kAxis: {
        std::optional<ParsedAxis> parsed = ParseAxis(override, layout, problems);
        if (parsed) all.axes.push_back(*std::move(parsed));
        break;
      }
      case Override::Kind::kSeeds:
        all.seeds = ParseSeeds(override, problems);
        break;
    }
  }
  return all;
}

}  // namespace facet
