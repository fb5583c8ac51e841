#include "core/config/value_hints.h"

#include <cmath>
#include <cstdint>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"

namespace facet {
namespace {

std::string Number(double value) {
  constexpr double kExact = 1e15;
  return value == std::floor(value) && std::abs(value) < kExact
             ? absl::StrCat(static_cast<int64_t>(value))
             : absl::StrCat(value);
}

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

// What a text at the place of a number may have meant: "64" -> 64, "224px" -> 224, "5%" -> 0.05.
std::string MeantNumber(const std::string& text, bool quoted, const OptionSpec& spec) {
  size_t length = text.size();
  double number = 0.0;
  while (length > 0 && !absl::SimpleAtod(text.substr(0, length), &number)) --length;
  if (length == 0) return "";
  const std::string unit(absl::StripAsciiWhitespace(text.substr(length)));
  if (unit == "%") number /= 100;
  const bool fits = ElementType(spec) != "int" || number == std::floor(number);
  if (!fits || !IsInside(number, spec)) return "";
  const char* const why = !unit.empty() ? " values have no units"
                          : quoted      ? " numbers have no quotes"
                                        : "";
  return absl::StrCat("did you mean ", Number(number), "?", why);
}

}  // namespace

bool IsList(const OptionSpec& spec) { return absl::EndsWith(spec.type, "_list"); }
std::string ElementType(const OptionSpec& spec) {
  return std::string(absl::StripSuffix(spec.type, "_list"));
}

bool IsInside(double value, const OptionSpec& spec) {
  if (!std::isfinite(value)) return false;
  if (spec.has_min && (spec.min_open ? value <= spec.min : value < spec.min)) return false;
  return !spec.has_max || value <= spec.max;
}

std::string Wanted(const OptionSpec& spec) {
  const std::string type = ElementType(spec);
  const bool list = IsList(spec);
  if (!spec.choices.empty()) {
    return absl::StrCat(list ? "a list of " : "", Choices(spec.choices));
  }
  if (!spec.role.empty()) {
    const std::string noun = spec.NamesFolder() ? "folder" : "file";
    return list ? absl::StrCat("a list of paths of ", noun, "s")
                : absl::StrCat("the path of a ", noun);
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

std::string MeantValue(const Node& node, const OptionSpec& spec) {
  const std::string type = ElementType(spec);
  const std::string* text = node.text();
  const Json& value = node.scalar;
  if (type == "string" && node.type == Node::Type::kScalar && !value.is_null()) {
    return absl::StrCat("did you mean \"", Dump(value), "\"?");
  }
  if ((type == "int" || type == "float") && text != nullptr) {
    return MeantNumber(*text, node.type == Node::Type::kScalar, spec);
  }
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

std::string LibraryHelp(const std::string& name) {
  static const std::vector<std::string> kKeys = {"library", "libraries",   "plugin",
                                                 "plugins", "plugin_path", "plugin_paths"};
  if (!absl::c_linear_search(kKeys, name) && !absl::StrContains(name, '/') &&
      !absl::EndsWith(name, ".so")) {
    return "";
  }
  return "an experiment is data and loads no code: `use` is the name of a component, and the "
         "folder of its library goes to the command (--plugin-path DIR, FACET_PLUGIN_PATH) or is "
         "~/.local/share/facet/plugins";
}

}  // namespace facet
