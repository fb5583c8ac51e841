#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/report/comparison.h"
#include "core/report/costs.h"
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

std::string MemoryOf(const SharedStage& each) {
  const double mib = each.stage->peak_memory_mib;
  return FormatSize(mib < 0.0 ? mib : mib * 1024.0 * 1024.0);
}

std::string Known(double value) { return value >= 0.0 ? ExactNumber(value) : ""; }

}  // namespace

Grid StageGrid(const Report& report) {
  const std::vector<SharedStage> stages = SharedStages(report);
  Grid grid;
  grid.Add({"stage", look::kText}, stages, [](const SharedStage& each) {
    GridCell cell = HtmlCell(absl::StrCat("<code>", EscapeHtml(each.stage->name), "</code>"));
    cell.text = each.stage->name;
    return cell;
  });
  grid.Add({"rows", look::kText}, stages,
           [](const SharedStage& each) { return absl::StrJoin(each.rows, ", "); });
  grid.Add({"state", look::kText}, stages, StateOf);
  grid.Add({"time", look::kNumber}, stages,
           [](const SharedStage& each) { return FormatSeconds(each.stage->seconds); });
  grid.Add({"processor time", look::kNumber}, stages,
           [](const SharedStage& each) { return FormatSeconds(each.stage->cpu_seconds); });
  grid.Add({"memory", look::kNumber}, stages, MemoryOf);
  grid.Add({"disk", look::kNumber}, stages, [](const SharedStage& each) {
    return FormatSize(static_cast<double>(each.stage->disk_bytes));
  });
  grid.Add({"counts", look::kList, form::kHtml}, stages, CountsOf);
  const std::string costs = CostSentence(CostsOf(report));
  grid.notes.push_back(absl::StrCat(
      stages.size(), " stages", costs.empty() ? "" : ": ", costs,
      ". Of a cached one it is shown what it took when it was computed. Stages with equal inputs "
      "and settings are shared by rows; memory is the most that a stage's process held at once, "
      "disk its artifact's files."));
  return grid;
}

std::string RenderStagesCsv(const Report& report) {
  const std::vector<SharedStage> stages = SharedStages(report);
  Grid grid;
  const auto add = [&](const char* head, const auto& text_of) {
    grid.Add({head, look::kText}, stages, text_of);
  };
  add("stage", [](const SharedStage& each) { return each.stage->name; });
  add("rows", [](const SharedStage& each) { return absl::StrJoin(each.rows, " "); });
  add("state", [](const SharedStage& each) { return StateName(each.stage->state); });
  add("seconds", [](const SharedStage& each) { return Known(each.stage->seconds); });
  add("cpu_seconds", [](const SharedStage& each) { return Known(each.stage->cpu_seconds); });
  add("peak_memory_mib",
      [](const SharedStage& each) { return Known(each.stage->peak_memory_mib); });
  add("disk_bytes", [](const SharedStage& each) {
    return each.stage->disk_bytes < 0 ? "" : absl::StrCat(each.stage->disk_bytes);
  });
  add("key", [](const SharedStage& each) { return each.stage->key; });
  return CsvTable(grid);
}

}  // namespace facet
