#include "core/report/summary.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/numbers.h"
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

namespace {

// Takes the last brackets off a text's end, "LFW view 2 (official)", and returns what they hold.
std::string TakeBrackets(std::string* text) {
  if (text->empty() || text->back() != ')') return "";
  int depth = 0;
  for (size_t i = text->size(); i-- > 1;) {
    depth += (*text)[i] == ')' ? 1 : (*text)[i] == '(' ? -1 : 0;
    if (depth > 0) continue;
    if ((*text)[i - 1] != ' ') return "";
    std::string inside = text->substr(i + 1, text->size() - i - 2);
    text->resize(i - 1);
    return inside;
  }
  return "";
}

}  // namespace

// Evaluation::protocol is "NAME, 6000 pairs, sha256 ...", or "302 samples, sha256 ..." without a
// protocol; templates or images in place of pairs that were not scored. A data set says in brackets
// at the end of the name where the pairs are from.
std::string MeasuredOn(const ReportRow& row) {
  const std::string& protocol = row.evaluation.protocol;
  const std::string said = protocol.substr(0, protocol.rfind(", sha256 "));
  if (row.state != ReportRow::State::kDone || said.empty()) return "";
  const size_t comma = said.rfind(", ");
  const bool named = comma != std::string::npos;
  std::string name = named ? said.substr(0, comma) : row.data;
  std::string count = named ? said.substr(comma + 2) : said;
  const std::string source = named ? TakeBrackets(&name) : "";
  const size_t blank = std::min(count.find(' '), count.size());
  if (int64_t number; absl::SimpleAtoi(count.substr(0, blank), &number)) {
    const std::string unit = count.substr(blank);
    count = absl::StrCat(FormatCount(number), unit == " samples" ? " images" : unit);
  }
  return absl::StrCat(name, name.empty() ? "" : ", ", count, source.empty() ? "" : ", ", source);
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
