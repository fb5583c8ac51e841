#include "core/report/report.h"

#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "core/base/file.h"
#include "core/base/status.h"
#include "core/report/figures.h"

namespace facet {

std::string RenderRocSvg(const Report& report) {
  const Plot plot = RocPlot(report, false);
  return plot.lines.empty() ? "" : RenderPlot(plot, 560, 500, true);
}

absl::Status WriteReport(const Report& report, const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) {
    return absl::UnavailableError(
        absl::StrCat("the report's folder ", folder, " cannot be made: ", error.message()));
  }
  FACET_RETURN_IF_ERROR(WriteFileAtomically(folder + "/results.json", DumpPretty(ToJson(report))));
  FACET_RETURN_IF_ERROR(WriteFileAtomically(folder + "/report.html", RenderHtml(report)));
  FACET_RETURN_IF_ERROR(WriteFileAtomically(folder + "/report.md", RenderMarkdown(report)));
  FACET_RETURN_IF_ERROR(WriteFileAtomically(folder + "/report.csv", RenderCsv(report)));
  const std::string roc = RenderRocSvg(report);
  if (roc.empty()) return absl::OkStatus();
  return WriteFileAtomically(folder + "/roc.svg", roc);
}

}  // namespace facet
