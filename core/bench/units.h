// Times, rates and ratios as the tables of `facet bench` show them: three significant digits.
#ifndef FACET_CORE_BENCH_UNITS_H_
#define FACET_CORE_BENCH_UNITS_H_

#include <optional>
#include <string>

#include "core/bench/statistics.h"

namespace facet {

std::string ThreeDigits(double value);      // "1.23", "12.3", "0.0123", "1234", "6.00e-06"
std::string FormatCounter(double value);    // "32,640", "0.85"
std::string FormatTime(double seconds);     // "1.23 µs"
std::string FormatRate(double per_second);  // "12.3 k", "4.56 M"
std::string FormatShare(double share);      // "2.4 %"
std::string FormatP(double p);              // "0.014", "< 0.0001"
std::string FormatInterval(const std::optional<Interval>& interval);  // "[0.95, 1.02]"; "" for none

}  // namespace facet

#endif  // FACET_CORE_BENCH_UNITS_H_
