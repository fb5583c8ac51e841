#include "core/config/value_check.h"

#include <cmath>
#include <filesystem>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "core/base/suggest.h"
#include "core/config/environment.h"

namespace facet {
namespace {

bool IsList(const OptionSpec& spec) { return absl::EndsWith(spec.type, "_list"); }
std::string ElementType(const OptionSpec& spec) {
  return std::string(absl::StripSuffix(spec.type, "_list"));
}

std::string Number(double value) { return absl::StrCat(value); }

// "above 0 and at most 2", "from 1 to 9", "at least 1", "".
std::string Bounds(const OptionSpec& spec) {
  if (spec.has_min && spec.has_max && !spec.min_open) {
    return absl::StrCat("from ", Number(spec.min), " to ", Number(spec.max));
  }
  std::vector<std::string> parts;
  if (spec.has_min)
    parts.push_back(absl::StrCat(spec.min_open ? "above " : "at least ", Number(spec.min)));
  if (spec.has_max) parts.push_back(absl::StrCat("at most ", Number(spec.max)));
  return absl::StrJoin(parts, " and ");
}

std::string Choices(const std::vector<std::string>& choices) {
  std::string text;
  for (size_t i = 0; i < choices.size(); ++i) {
    absl::StrAppend(&text,
                    i == 0                    ? ""
                    : i + 1 == choices.size() ? " or "
                                              : ", ",
                    "\"", choices[i], "\"");
  }
  return text;
}

bool IsInside(double value, const OptionSpec& spec) {
  if (!std::isfinite(value)) return false;
  if (spec.has_min && (spec.min_open ? value <= spec.min : value < spec.min)) return false;
  return !spec.has_max || value <= spec.max;
}

// The quotes that a shell let through.
std::string Unquoted(const std::string& text) {
  const bool quoted = text.size() >= 2 && text.front() == text.back() &&
                      (text.front() == '"' || text.front() == '\'');
  return quoted ? text.substr(1, text.size() - 2) : text;
}

Json TypedScalar(const std::string& text, const std::string& type) {
  int64_t whole = 0;
  double number = 0.0;
  if (type == "bool" && (text == "true" || text == "false")) return text == "true";
  if (type == "int" && absl::SimpleAtoi(text, &whole)) return whole;
  if ((type == "int" || type == "float") && absl::SimpleAtod(text, &number)) return number;
  return Unquoted(text);
}

Node Typed(const Node& raw, const OptionSpec& spec) {
  const std::string& text = raw.scalar.get_ref<const std::string&>();
  Node node = raw;
  node.type = Node::Type::kScalar;
  if (!IsList(spec)) {
    node.scalar = TypedScalar(text, spec.type);
    return node;
  }
  node.type = Node::Type::kArray;
  const bool bracketed = text.size() >= 2 && text.front() == '[' && text.back() == ']';
  size_t begin = bracketed ? 1 : 0;
  const size_t last = text.size() - begin;
  while (begin < last) {
    const size_t end = std::min(text.find(',', begin), last);
    const std::string part = text.substr(begin, end - begin);
    const std::string trimmed(absl::StripAsciiWhitespace(part));
    Node element;
    element.type = Node::Type::kScalar;
    element.scalar = TypedScalar(trimmed, ElementType(spec));
    element.value = raw.value;
    element.value.origin.column +=
        CodePoints(std::string_view(text).substr(0, begin + part.find(trimmed)));
    element.value.width = std::max(1, CodePoints(trimmed));
    node.elements.push_back(std::move(element));
    begin = end + 1;
  }
  return node;
}

// What a text at the place of a number may have meant: "64" -> 64, "224px" -> 224, "5%" -> 0.05.
std::string MeantNumber(const std::string& text, const OptionSpec& spec) {
  size_t length = text.size();
  double number = 0.0;
  while (length > 0 && !absl::SimpleAtod(text.substr(0, length), &number)) --length;
  if (length == 0) return "";
  const std::string unit(absl::StripAsciiWhitespace(text.substr(length)));
  if (unit == "%") number /= 100;
  const bool fits = ElementType(spec) != "int" || number == std::floor(number);
  if (!fits || !IsInside(number, spec)) return "";
  return absl::StrCat("did you mean ", Number(number), "?",
                      unit.empty() ? " numbers have no quotes" : " values have no units");
}

// What may have been meant by a value of the wrong type.
std::string Meant(const Node& node, const OptionSpec& spec) {
  const std::string type = ElementType(spec);
  const std::string* text = node.text();
  const Json& value = node.scalar;
  if (type == "string" && node.type == Node::Type::kScalar && !value.is_null()) {
    return absl::StrCat("did you mean \"", Dump(value), "\"?");
  }
  if ((type == "int" || type == "float") && text != nullptr) return MeantNumber(*text, spec);
  if (type == "int" && value.is_number_float()) {
    const double number = value.get<double>();
    if (number == std::floor(number) && IsInside(number, spec)) {
      return absl::StrCat("did you mean ", static_cast<int64_t>(number), "?");
    }
  }
  if (type == "bool" && text != nullptr) {
    static const std::vector<std::string> kTrue = {"true", "True", "TRUE", "yes", "on", "1"};
    static const std::vector<std::string> kFalse = {"false", "False", "FALSE", "no", "off", "0"};
    if (absl::c_linear_search(kTrue, *text)) return "did you mean true?";
    if (absl::c_linear_search(kFalse, *text)) return "did you mean false?";
  }
  if (type == "bool" && value.is_number_integer() && (value == 0 || value == 1)) {
    return absl::StrCat("did you mean ", value == 1 ? "true" : "false", "?");
  }
  return "";
}

// A number outside its range may be in another unit.
std::string MeantUnit(double value, const OptionSpec& spec) {
  const double radians = value * M_PI / 180.0;
  if (absl::EndsWith(spec.name, "_rad") && IsInside(radians, spec)) {
    return absl::StrCat("is it in degrees? That is ", Number(std::round(radians * 1e4) / 1e4),
                        " rad");
  }
  if (spec.has_max && spec.max <= 1.0 && value > 1.0 && value <= 100.0 &&
      IsInside(value / 100.0, spec)) {
    return absl::StrCat("is it in percent? That is ", Number(value / 100.0));
  }
  return "";
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
      Fail("E0301", node).caret_note = Meant(node, spec_);
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

std::string Wanted(const OptionSpec& spec) {
  const std::string type = ElementType(spec);
  const bool list = IsList(spec);
  if (!spec.choices.empty()) {
    return absl::StrCat(list ? "a list of " : "", Choices(spec.choices));
  }
  if (spec.role == "input_file") return list ? "a list of paths of files" : "the path of a file";
  if (spec.role == "input_directory") {
    return list ? "a list of paths of folders" : "the path of a folder";
  }
  if (type == "bool") return "true or false";
  if (type == "string") return list ? "a list of texts" : "text";
  const std::string noun = type == "int" ? "whole number" : "number";
  const std::string bounds = Bounds(spec);
  if (list) {
    return absl::StrCat("a list of ", noun, "s", bounds.empty() ? "" : ", each ", bounds);
  }
  return absl::StrCat("a ", noun, bounds.empty() ? "" : " ", bounds);
}

std::string Got(const Node& node) {
  switch (node.type) {
    case Node::Type::kTable:
      return "a table";
    case Node::Type::kArray:
      return "a list";
    default:
      if (node.scalar.is_null()) return "a date or time";
      if (node.scalar.is_number_float() && !std::isfinite(node.scalar.get<double>())) {
        return std::isnan(node.scalar.get<double>()) ? "nan" : "infinity";
      }
      return Dump(node.scalar);
  }
}

std::optional<Json> CheckValue(const Node& node, const OptionSpec& spec,
                               const ValueContext& context, Problems* problems) {
  const Checker checker(spec, context, problems);
  return node.type == Node::Type::kText ? checker.Check(Typed(node, spec)) : checker.Check(node);
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
