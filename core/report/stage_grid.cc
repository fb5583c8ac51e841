#include <algorithm>
#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/report/comparison.h"
#include "core/report/grids.h"
#include "core/report/text.h"

namespace facet {
namespace {

struct SharedStage {
  const ReportStage* stage = nullptr;
  std::vector<std::string> rows;
};

// Stages with one key are one.
std::vector<SharedStage> SharedStages(const Report& report) {
  std::vector<SharedStage> stages;
  std::map<std::string, size_t> places;
  for (const ReportRow& row : report.rows) {
    for (const ReportStage& stage : row.stages) {
      const std::string id = stage.key.empty() ? absl::StrCat(row.id, "/", stage.name) : stage.key;
      const auto [place, is_new] = places.emplace(id, stages.size());
      if (is_new) stages.push_back({&stage, {}});
      stages[place->second].rows.push_back(row.id);
    }
  }
  return stages;
}

GridCell StateOf(const SharedStage& each) {
  const bool failed = each.stage->state == ReportStage::State::kFailed;
  return {StateName(each.stage->state), failed ? Tone::kBad : Tone::kMuted};
}

GridCell CountsOf(const SharedStage& each) {
  std::vector<std::string> counts;
  for (const auto& [name, count] : each.stage->counts) {
    counts.push_back(absl::StrCat(EscapeHtml(name), " <b>", FormatCount(count), "</b>"));
  }
  return HtmlCell(absl::StrJoin(counts, " · "));
}

}  // namespace

Grid StageGrid(const Report& report) {
  const std::vector<SharedStage> stages = SharedStages(report);
  Grid grid;
  grid.Add({"stage", look::kText}, stages, [](const SharedStage& each) {
    return HtmlCell(absl::StrCat("<code>", EscapeHtml(each.stage->name), "</code>"));
  });
  grid.Add({"rows", look::kText}, stages,
           [](const SharedStage& each) { return absl::StrJoin(each.rows, ", "); });
  grid.Add({"state", look::kText}, stages, StateOf);
  grid.Add({"time", look::kNumber}, stages,
           [](const SharedStage& each) { return FormatSeconds(each.stage->seconds); });
  grid.Add({"counts", look::kList}, stages, CountsOf);
  double total = 0.0;
  for (const SharedStage& each : stages) total += std::max(each.stage->seconds, 0.0);
  grid.notes.push_back(absl::StrCat(
      stages.size(), " stages, ", FormatSeconds(total),
      " of computing, that of cached ones included. Stages with equal inputs and settings are "
      "shared by rows."));
  return grid;
}

}  // namespace facet
