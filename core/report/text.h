// Pieces of text of the reports: numbers as they are printed, escapes of each format.
#ifndef FACET_CORE_REPORT_TEXT_H_
#define FACET_CORE_REPORT_TEXT_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/api/evaluator.h"

namespace facet {

// Two decimals for "%"; for other units whole numbers from 1,000 on in full, else four significant
// digits. A minus is U+2212.
std::string FormatValue(double value, std::string_view unit);
// The same with an explicit plus; "±0.00" where it rounds to nothing.
std::string FormatDifference(double value, std::string_view unit);
// "91.80 ± 0.42"; "91.80, error unknown" without a standard error.
std::string FormatMetric(const Metric& metric);
// "100%-EER, pooled [%]"; units of 1 are left out.
std::string WithUnit(std::string_view name, std::string_view unit);
std::string NameWithUnit(const Metric& metric);
// 6000 -> "6,000".
std::string FormatCount(int64_t count);
// "row 3", "rows 3, 4".
std::string RowNames(const std::vector<std::string>& ids);
// "0.4 s", "58 s", "6 min 05 s", "2 h 07 min"; "–" for a negative number.
std::string FormatSeconds(double seconds);

// For text and attributes; bytes that are not UTF-8 and control characters become U+FFFD.
std::string EscapeHtml(std::string_view text);
// One line of CommonMark that shows `text` as it is, also inside a table. Where it does not begin a
// line, nothing keeps it from beginning a heading, a list or a quote.
std::string EscapeMarkdown(std::string_view text, bool begins_line = true);
// A field of RFC 4180, quoted where it must be.
std::string CsvField(std::string_view text);
// The shortest text that reads back as the same number; nothing for what is not finite.
std::string ExactNumber(double value);
// A path as a link's target: what is not a letter, a digit or one of "/._~+-" in percent.
std::string UrlPath(std::string_view path);
// Without control characters (a label must not command the terminal) and line breaks.
std::string OneLine(std::string_view text);

}  // namespace facet

#endif  // FACET_CORE_REPORT_TEXT_H_
