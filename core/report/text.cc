#include "core/report/text.h"

#include <cmath>
#include <cstdlib>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "core/base/json.h"

namespace facet {
namespace {

constexpr char kMinus[] = "\u2212";

bool IsControl(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7F;
}

// Whole numbers from a thousand on are counts of something, and shown whole.
std::string Digits(double magnitude, std::string_view unit) {
  if (unit == "%") return absl::StrFormat("%.2f", magnitude);
  const bool whole = magnitude == std::floor(magnitude);
  if (whole && magnitude >= 1e3 && magnitude < 1e15) return FormatCount(std::llround(magnitude));
  return absl::StrFormat("%.4g", magnitude);
}

// JSON's writer replaces what is not UTF-8; what it returns is a quoted string.
std::string ValidUtf8(std::string_view text) {
  const absl::StatusOr<Json> json = ParseJson(Dump(Json(std::string(text))), "text");
  return json.ok() ? json->get<std::string>() : std::string();
}

}  // namespace

std::string FormatValue(double value, std::string_view unit) {
  if (!std::isfinite(value)) return std::isnan(value) ? "not a number" : "infinite";
  return absl::StrCat(std::signbit(value) && value != 0.0 ? kMinus : "",
                      Digits(std::abs(value), unit));
}

std::string FormatDifference(double value, std::string_view unit) {
  if (!std::isfinite(value)) return FormatValue(value, unit);
  const std::string digits = Digits(std::abs(value), unit);
  const bool zero = std::strtod(digits.c_str(), nullptr) == 0.0;
  return absl::StrCat(zero ? "±" : value < 0.0 ? kMinus : "+", digits);
}

std::string FormatMetric(const Metric& metric) {
  const double size = std::abs(metric.value);
  const bool whole = metric.value == std::floor(metric.value) || size >= 9999.5;
  if (metric.error_kind == kCounted && metric.unit == "1" && whole && size < 1e15) {
    return FormatCount(std::llround(metric.value));
  }
  const std::string value = FormatValue(metric.value, metric.unit);
  if (metric.error_kind == kCounted) return value;
  if (!(metric.standard_error >= 0.0)) return value + ", error unknown";
  return absl::StrCat(value, " ± ", FormatValue(metric.standard_error, metric.unit));
}

std::string WithUnit(std::string_view name, std::string_view unit) {
  if (unit.empty() || unit == "1") return std::string(name);
  return absl::StrCat(std::string(name), " [", std::string(unit), "]");
}

std::string NameWithUnit(const Metric& metric) { return WithUnit(metric.name, metric.unit); }

std::string FormatCount(int64_t count) {
  std::string digits = absl::StrCat(count < 0 ? -count : count);
  for (int place = static_cast<int>(digits.size()) - 3; place > 0; place -= 3) {
    digits.insert(static_cast<size_t>(place), ",");
  }
  return count < 0 ? kMinus + digits : digits;
}

std::string RowNames(const std::vector<std::string>& ids) {
  return absl::StrCat(ids.size() == 1 ? "row " : "rows ", absl::StrJoin(ids, ", "));
}

std::string FormatSeconds(double seconds) {
  if (!(seconds >= 0.0)) return "–";
  if (seconds < 9.95) return absl::StrFormat("%.1f s", seconds);
  const auto whole = static_cast<int64_t>(std::llround(seconds));
  if (whole < 60) return absl::StrCat(whole, " s");
  if (whole < 3600) return absl::StrFormat("%d min %02d s", whole / 60, whole % 60);
  return absl::StrFormat("%d h %02d min", whole / 3600, whole % 3600 / 60);
}

std::string EscapeHtml(std::string_view text) {
  std::string escaped;
  for (const char c : ValidUtf8(text)) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        if (IsControl(c) && c != '\n' && c != '\t') {
          escaped += "\uFFFD";
        } else {
          escaped += c;
        }
    }
  }
  return escaped;
}

std::string EscapeMarkdown(std::string_view text, bool begins_line) {
  const std::string line = OneLine(text);
  std::string escaped;
  for (const char c : line) {
    // What can start something within a line, and the dollar of dialects with formulas; at the
    // beginning also headings, lists and quotes.
    const bool first = begins_line && escaped.empty();
    if (std::string_view("\\`*_[<|~$&").find(c) != std::string_view::npos ||
        (first && std::string_view("#+-=>").find(c) != std::string_view::npos)) {
      escaped += '\\';
    }
    escaped += c;
  }
  return escaped;
}

std::string CsvField(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  return absl::StrCat("\"", absl::StrReplaceAll(std::string(text), {{"\"", "\"\""}}), "\"");
}

std::string ExactNumber(double value) { return std::isfinite(value) ? Dump(Json(value)) : ""; }

std::string UrlPath(std::string_view path) {
  std::string url;
  for (const char c : path) {
    if (absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
        std::string_view("/._~+-").find(c) != std::string_view::npos) {
      url += c;
    } else {
      absl::StrAppend(&url, "%", absl::Hex(static_cast<unsigned char>(c), absl::kZeroPad2));
    }
  }
  return url;
}

std::string OneLine(std::string_view text) {
  std::string line = ValidUtf8(text);
  for (char& c : line) {
    if (IsControl(c)) c = ' ';
  }
  return line;
}

}  // namespace facet
