// What the reports say in sentences, beside the tables.
#ifndef FACET_CORE_REPORT_SUMMARY_H_
#define FACET_CORE_REPORT_SUMMARY_H_

#include <string>
#include <vector>

#include "core/report/report.h"

namespace facet {

// "6 of 7 rows done, 1 failed".
std::string Summary(const Report& report);

// What a row's figures were measured on, "LFW view 2, 6,000 pairs, official" or "celeba, 302
// images"; nothing for a row without a test set, or not done.
std::string MeasuredOn(const ReportRow& row);

// Sentences of the rows' evaluations and stages, each once, with the rows that it is about.
struct NoticeLine {
  std::string text, about;
};
std::vector<NoticeLine> MakeNotices(const Report& report);

// Why rows have no result, each reason once: those that failed for one, with the log of the first,
// or that are left out for one.
struct ReasonLine {
  bool failed = false;                 // else skipped
  std::vector<const ReportRow*> rows;  // with one `reason`

  std::string about() const;  // "rows 3, 4 failed"
};
std::vector<ReasonLine> MakeReasons(const Report& report);

}  // namespace facet

#endif  // FACET_CORE_REPORT_SUMMARY_H_
