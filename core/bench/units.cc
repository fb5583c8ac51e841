#include "core/bench/units.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "core/report/text.h"

namespace facet {
namespace {

struct Unit {
  double size;
  const char* name;
};

// In the largest of the units, from small to large, that leaves at least 1 after rounding.
template <size_t N>
std::string InUnits(double value, const Unit (&units)[N]) {
  constexpr double kRoundsToOne = 0.9995;
  const Unit* chosen = units;
  for (const Unit& unit : units) {
    if (value >= kRoundsToOne * unit.size) chosen = &unit;
  }
  const std::string digits = ThreeDigits(value / chosen->size);
  return *chosen->name == '\0' ? digits : absl::StrCat(digits, " ", chosen->name);
}

}  // namespace

std::string ThreeDigits(double value) {
  if (value == 0.0 || !std::isfinite(value)) return absl::StrFormat("%g", value);
  // Of the rounded value: 9.999 has one decimal, as 10.0.
  const double rounded = std::abs(std::strtod(absl::StrFormat("%.2e", value).c_str(), nullptr));
  if (rounded < 1e-3) return absl::StrFormat("%.2e", value);
  const int decimals = std::clamp(2 - static_cast<int>(std::floor(std::log10(rounded))), 0, 5);
  return absl::StrFormat("%.*f", decimals, value);
}

std::string FormatCounter(double value) {
  const double size = std::abs(value);
  const bool whole = value == std::round(value) || size >= 9999.5;
  return whole && size < 1e15 ? FormatCount(std::llround(value)) : FormatValue(value, "1");
}

std::string FormatTime(double seconds) {
  static constexpr Unit kUnits[] = {{1e-9, "ns"}, {1e-6, "µs"}, {1e-3, "ms"}, {1.0, "s"}};
  return InUnits(seconds, kUnits);
}

std::string FormatRate(double per_second) {
  static constexpr Unit kUnits[] = {{1.0, ""}, {1e3, "k"}, {1e6, "M"}, {1e9, "G"}};
  return InUnits(per_second, kUnits);
}

std::string FormatShare(double share) { return absl::StrFormat("%.1f %%", 100.0 * share); }

std::string FormatP(double p) { return p < 1e-4 ? "< 0.0001" : absl::StrFormat("%.2g", p); }

std::string FormatInterval(const std::optional<Interval>& interval) {
  if (!interval.has_value()) return "";
  return absl::StrCat("[", ThreeDigits(interval->low), ", ", ThreeDigits(interval->high), "]");
}

}  // namespace facet
