#include "core/config/value_check.h"

#include <algorithm>
#include <filesystem>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "core/base/suggest.h"
#include "core/base/text_columns.h"
#include "core/config/environment.h"
#include "core/config/toml_reader.h"
#include "core/config/value_hints.h"

namespace facet {
namespace {

// A bare word of a --set; what TOML does not read as a value stays a kText.
Node TypedWord(const std::string& word, const std::string& type, const Place& place) {
  Node node;
  node.type = Node::Type::kText;
  node.scalar = word;
  node.key = node.value = place;
  if (type == "string") {
    node.type = Node::Type::kScalar;
  } else if (const auto read = ReadTomlValue(word, "", 1);  // where it stands is known
             read && read->type == Node::Type::kScalar && !read->scalar.is_null()) {
    node.type = Node::Type::kScalar;
    node.scalar = read->scalar;
  }
  return node;
}

// Where the element of a list that begins at `begin` ends. A text in quotes may have commas in it:
// it ends where TOML reads it as one; npos: nowhere.
size_t EndOfElement(const std::string& text, size_t begin, size_t last) {
  const size_t first = std::min(text.find_first_not_of(' ', begin), last);
  size_t end = std::min(text.find(',', begin), last);
  if (first == last || (text[first] != '"' && text[first] != '\'')) return end;
  while (!ReadTomlValue(text.substr(first, end - first), "", 1).has_value()) {
    if (end == last) return std::string::npos;
    end = std::min(text.find(',', end + 1), last);
  }
  return end;
}

// The words of a --set as the option's type says; none: they are no TOML, which is reported.
std::optional<Node> Typed(const Node& raw, const OptionSpec& spec, Problems* problems) {
  const std::string& text = raw.scalar.get_ref<const std::string&>();
  Node one = raw;
  one.type = Node::Type::kScalar;
  if (!IsList(spec)) return raw.quoted ? one : TypedWord(text, spec.type, raw.value);
  Node list;
  list.type = Node::Type::kArray;
  list.key = raw.key;
  list.value = raw.value;
  if (raw.quoted) {
    list.elements.push_back(std::move(one));
    return list;
  }
  const bool bracketed = text.size() >= 2 && text.front() == '[' && text.back() == ']';
  if (!bracketed && !text.empty() && text.front() == '[') {  // what is missing is TOML's to say
    return ReadTomlValue(text, raw.value.origin.source, raw.value.origin.column, problems);
  }
  size_t begin = bracketed ? 1 : 0;
  const size_t last = text.size() - begin;
  while (begin < last) {
    const size_t end = EndOfElement(text, begin, last);
    const std::string part = text.substr(begin, std::min(end, last) - begin);
    const std::string word(absl::StripAsciiWhitespace(part));
    Place place = raw.value;
    place.origin.column += CodePoints(std::string_view(text).substr(0, begin + part.find(word)));
    place.width = std::max(1, CodePoints(word));
    const auto& [source, line, column] = place.origin;
    if (!word.empty() && (word.front() == '"' || word.front() == '\'')) {
      std::optional<Node> read = ReadTomlValue(word, source, column, problems);
      if (!read) return std::nullopt;
      list.elements.push_back(*std::move(read));
    } else {
      list.elements.push_back(TypedWord(word, ElementType(spec), place));
    }
    begin = end + 1;
  }
  return list;
}

class Checker {
 public:
  Checker(const OptionSpec& spec, const ValueContext& context, Problems* problems)
      : spec_(spec), context_(context), problems_(problems) {}

  std::optional<Json> Check(const Node& node) const {
    if (!IsList(spec_)) return CheckElement(node);
    if (node.type != Node::Type::kArray) {
      Diagnostic& problem = Fail("E0301", node);
      if (node.type == Node::Type::kScalar && !node.scalar.is_null()) {
        problem.caret_note = absl::StrCat("did you mean [", Dump(node.scalar), "]?");
      }
      return std::nullopt;
    }
    Json list = Json::array();
    bool good = true;
    for (const Node& element : node.elements) {
      std::optional<Json> value = CheckElement(element);
      good = good && value.has_value();
      if (value) list.push_back(*std::move(value));
    }
    if (good && spec_.required && list.empty()) {
      Fail("E0301", node).message = absl::StrCat(context_.path, " must not be empty");
      return std::nullopt;
    }
    return good ? std::optional<Json>(std::move(list)) : std::nullopt;
  }

 private:
  Diagnostic& Fail(std::string code, const Node& node) const {
    Diagnostic& problem = problems_->Error(
        std::move(code), node.value,
        absl::StrCat(context_.path, " must be ", Wanted(spec_), ", got ", Got(node)));
    problem.facts.push_back(
        absl::StrCat("declared by ", context_.owner, ": ", spec_.doc,
                     spec_.required ? "" : absl::StrCat("; default ", Dump(spec_.default_value))));
    return problem;
  }

  std::optional<Json> CheckElement(const Node& node) const {
    const std::string type = ElementType(spec_);
    const Json& value = node.scalar;
    const bool fits =
        node.type == Node::Type::kScalar &&
        ((type == "bool" && value.is_boolean()) || (type == "int" && value.is_number_integer()) ||
         (type == "float" && value.is_number()) || (type == "string" && value.is_string()));
    if (!fits) {
      Fail("E0301", node).caret_note = MeantValue(node, spec_);
      return std::nullopt;
    }
    if (type == "string") return CheckText(node);
    if (type == "bool") return value;
    const double number = value.get<double>();
    if (!IsInside(number, spec_)) {
      Fail("E0302", node).caret_note = MeantUnit(number, spec_);
      return std::nullopt;
    }
    return type == "float" ? Json(number) : value;
  }

  std::optional<Json> CheckText(const Node& node) const {
    const std::string& text = *node.text();
    if (!spec_.role.empty()) return CheckPath(node, text);
    if (!CheckPlainText(node, context_.path, problems_)) return std::nullopt;
    if (spec_.required && text.empty()) {
      Fail("E0301", node).message = absl::StrCat(context_.path, " must not be empty");
      return std::nullopt;
    }
    if (spec_.choices.empty() || absl::c_linear_search(spec_.choices, text)) return node.scalar;
    const std::string nearest = Nearest(text, spec_.choices);
    Diagnostic& problem = Fail("E0303", node);
    if (!nearest.empty()) problem.caret_note = absl::StrCat("did you mean \"", nearest, "\"?");
    return std::nullopt;
  }

  std::optional<Json> CheckPath(const Node& node, const std::string& text) const {
    if (!context_.resolve_paths) return Json(text);
    if (text.empty() && spec_.required) {
      Fail("E0301", node).message = absl::StrCat(context_.path, " must not be empty");
      return std::nullopt;
    }
    if (text.empty()) return Json(text);
    const std::optional<std::string> expanded = ExpandEnvironment(text, node.value, problems_);
    if (!expanded) return std::nullopt;
    std::filesystem::path path = *expanded;
    const auto folder = context_.folders->find(node.value.origin.source);
    if (path.is_relative() && folder != context_.folders->end()) path = folder->second / path;
    path = path.lexically_normal();
    if (!path.has_filename() && path.has_relative_path()) path = path.parent_path();
    return Json(path.string());
  }

  const OptionSpec& spec_;
  const ValueContext& context_;
  Problems* problems_;
};

}  // namespace

std::optional<Json> CheckValue(const Node& node, const OptionSpec& spec,
                               const ValueContext& context, Problems* problems) {
  const Checker checker(spec, context, problems);
  if (node.type != Node::Type::kText) return checker.Check(node);
  const std::optional<Node> typed = Typed(node, spec, problems);
  return typed ? checker.Check(*typed) : std::nullopt;
}

bool CheckPlainText(const Node& node, const std::string& path, Problems* problems) {
  if (node.text() == nullptr || !absl::StrContains(*node.text(), "${")) return true;
  Diagnostic& problem = problems->Error("E0304", PlaceWithin(node.value, "${", *problems),
                                        absl::StrCat(path, " does not expand the environment"));
  problem.help =
      "`${NAME}` is allowed in options that name a file or a folder, nowhere else; "
      "for a single run use --set";
  return false;
}

}  // namespace facet
