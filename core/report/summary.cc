#include "core/report/summary.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/report/comparison.h"
#include "core/report/text.h"

namespace facet {

std::string Summary(const Report& report) {
  std::map<ReportRow::State, int> counts;
  for (const ReportRow& row : report.rows) ++counts[row.state];
  std::string text = absl::StrCat(counts[ReportRow::State::kDone], " of ", report.rows.size(),
                                  report.rows.size() == 1 ? " row done" : " rows done");
  for (const auto& [state, count] : counts) {
    if (state == ReportRow::State::kDone || count == 0) continue;
    absl::StrAppend(&text, ", ", count, " ", StateName(state));
  }
  return text;
}

std::vector<NoticeLine> MakeNotices(const Report& report) {
  std::vector<std::pair<std::string, std::string>> order;  // text, stage
  std::map<std::pair<std::string, std::string>, std::vector<std::string>> rows;
  const auto add = [&](const std::string& text, const std::string& stage, const std::string& id) {
    std::vector<std::string>& ids = rows[{text, stage}];
    if (ids.empty()) order.emplace_back(text, stage);
    if (std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(id);
  };
  std::set<std::string> curators;  // what they say stands with their stage
  for (const ReportRow& row : report.rows) {
    if (!row.curation.has_value()) continue;
    curators.insert(row.curation->notices.begin(), row.curation->notices.end());
  }
  for (const ReportRow& row : report.rows) {
    for (const ReportStage& stage : row.stages) {
      for (const std::string& notice : stage.notices) {
        if (curators.count(notice) == 0) add(notice, stage.name, row.id);
      }
    }
    // A row's last stage makes its result.
    const std::string result = row.stages.empty() ? "result" : row.stages.back().name;
    for (const std::string& notice : row.evaluation.notices) add(notice, result, row.id);
  }
  std::vector<NoticeLine> lines;
  for (const auto& key : order) {
    const bool all = rows[key].size() == report.rows.size() && report.rows.size() > 1;
    lines.push_back(
        {key.first, absl::StrCat(key.second, ", ", all ? "all rows" : RowNames(rows[key]))});
  }
  return lines;
}

std::string ReasonLine::about() const {
  std::vector<std::string> ids;
  for (const ReportRow* row : rows) ids.push_back(row->id);
  return absl::StrCat(RowNames(ids), failed ? " failed" : " skipped");
}

std::vector<ReasonLine> MakeReasons(const Report& report) {
  std::vector<ReasonLine> lines;
  std::map<std::pair<bool, std::string>, size_t> known;
  for (const ReportRow& row : report.rows) {
    const bool failed = row.state == ReportRow::State::kFailed;
    if (!failed && row.state != ReportRow::State::kSkipped) continue;
    const auto [found, is_new] = known.try_emplace({failed, row.reason}, lines.size());
    if (is_new) lines.push_back({failed, {}});
    lines[found->second].rows.push_back(&row);
  }
  return lines;
}

}  // namespace facet
