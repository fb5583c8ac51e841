#include "core/report/report.h"

#include <cstddef>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/file.h"
#include "core/base/status.h"
#include "core/report/figures.h"

namespace facet {

std::string RenderRocSvg(const Report& report) {
  const Plot plot = RocPlot(report, false);
  return plot.lines.empty() ? "" : RenderPlot(plot, 560, 500, true);
}

namespace {

absl::Status MakeFolder(const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  return error ? absl::UnavailableError(absl::StrCat("the report's folder ", folder,
                                                     " cannot be made: ", error.message()))
               : absl::OkStatus();
}

// Leaves a file alone that has this content: reports are written often while a run goes on.
absl::Status WriteIfOther(const std::string& path, const std::string& content) {
  const absl::StatusOr<std::string> present = ReadFile(path);
  if (present.ok() && *present == content) return absl::OkStatus();
  return WriteFileAtomically(path, content);
}

// Copies contact sheets to "sheets/<row>_<number>.jpg" and names them so; one that cannot be read
// gets no file.
absl::Status TakeSheets(const std::string& folder, ReportRow* row) {
  if (!row->curation.has_value()) return absl::OkStatus();
  std::string name;  // ids are letters, digits, _, - and +; whatever they are, one folder deep
  for (const char c : row->id) name += c == '/' || c == '\\' ? '_' : c;
  std::vector<ReportSheet>& sheets = row->curation->sheets;
  for (size_t i = 0; i < sheets.size(); ++i) {
    if (sheets[i].source.empty()) continue;
    const absl::StatusOr<std::string> picture = ReadFile(sheets[i].source);
    sheets[i].file.clear();
    if (!picture.ok()) continue;
    FACET_RETURN_IF_ERROR(MakeFolder(folder + "/sheets"));
    const std::string file =
        absl::StrCat("sheets/", name, "_", absl::Dec(i, absl::kZeroPad2), ".jpg");
    FACET_RETURN_IF_ERROR(WriteIfOther(absl::StrCat(folder, "/", file), *picture));
    sheets[i].file = file;
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status WriteReport(const Report& given, const std::string& folder) {
  FACET_RETURN_IF_ERROR(MakeFolder(folder));
  Report report = given;
  for (ReportRow& row : report.rows) FACET_RETURN_IF_ERROR(TakeSheets(folder, &row));
  FACET_RETURN_IF_ERROR(WriteFileAtomically(folder + "/results.json", DumpPretty(ToJson(report))));
  FACET_RETURN_IF_ERROR(WriteFileAtomically(folder + "/report.html", RenderHtml(report)));
  FACET_RETURN_IF_ERROR(WriteFileAtomically(folder + "/report.md", RenderMarkdown(report)));
  FACET_RETURN_IF_ERROR(WriteFileAtomically(folder + "/report.csv", RenderCsv(report)));
  FACET_RETURN_IF_ERROR(WriteFileAtomically(folder + "/stages.csv", RenderStagesCsv(report)));
  const std::string roc = RenderRocSvg(report);
  if (roc.empty()) return absl::OkStatus();
  return WriteFileAtomically(folder + "/roc.svg", roc);
}

}  // namespace facet
