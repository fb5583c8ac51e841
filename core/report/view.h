// The report's tables as text cells, the same for every format that shows them.
#ifndef FACET_CORE_REPORT_VIEW_H_
#define FACET_CORE_REPORT_VIEW_H_

#include <string>
#include <vector>

#include "core/report/report.h"

namespace facet {

struct ResultCells {
  const ReportRow* row = nullptr;
  // Without a result `ours` is the row's state and the others are as far as they are known.
  std::string ours, count, reference, difference, verdict;
  std::vector<std::string> more;  // of ResultTable::columns; "–" where the row has no such figure
};

struct ResultTable {
  std::string metric;                // heads the column of results: "100%-EER, pooled [%]"
  std::string reference;             // heads the column of published values: "paper"
  std::vector<std::string> columns;  // heads of what the experiment wants beside the headline
  bool has_references = false, has_verdicts = false;
  std::vector<ResultCells> rows;
  // What the numbers are: kinds of standard error, rows with another metric, the source.
  std::vector<std::string> notes;
};
ResultTable MakeResultTable(const Report& report);

struct ChangeCells {
  const ReportRow* row = nullptr;
  const ReportRow* parent = nullptr;
  std::vector<std::string> changes;  // "train.data.snapshot full → curated"
  bool compared = false;
  double value = 0.0, low = 0.0, high = 0.0;  // where compared
  std::string difference;                     // "−1.03", or why there is none
  std::string interval;                       // "[−1.80, −0.26]"
};
struct ChangeTable {
  std::vector<ChangeCells> rows;  // those with a parent
  std::string unit;               // of the differences; they share it
  std::string note;               // how differences and intervals were made
};
ChangeTable MakeChangeTable(const Report& report);

// "6 of 7 rows done, 1 failed".
std::string Summary(const Report& report);

// Sentences of the rows' evaluations and stages, each once, with the rows that it is about.
struct NoticeLine {
  std::string text, about;
};
std::vector<NoticeLine> MakeNotices(const Report& report);

}  // namespace facet

#endif  // FACET_CORE_REPORT_VIEW_H_
