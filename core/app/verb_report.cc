#include "core/app/verb_report.h"

#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/app/signals.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/status.h"
#include "core/report/find_results.h"
#include "core/report/report.h"
#include "core/report/table.h"

namespace facet {
namespace {

namespace fs = std::filesystem;

struct ReportArguments {
  std::string run, format, out;
};

// That of --format, else what the output's name ends in, else the table.
std::string FormatOf(const ReportArguments& arguments) {
  if (!arguments.format.empty()) return arguments.format;
  static const std::map<std::string, std::string> kExtensions = {
      {".md", "md"}, {".csv", "csv"}, {".json", "json"}, {".html", "html"}, {".svg", "svg"}};
  const auto found = kExtensions.find(fs::path(arguments.out).extension().string());
  return found == kExtensions.end() ? "table" : found->second;
}

// What links of a document in `place` begin with to reach the report's folder.
std::string LinkFolder(const std::string& folder, const std::string& place) {
  std::error_code error;
  const fs::path from = fs::absolute(place.empty() ? "." : place, error);
  const std::string relative =
      fs::absolute(folder, error).lexically_normal().lexically_proximate(from.lexically_normal());
  return relative == "." ? "" : relative;
}

// `folder`: of the report, where its contact sheets lie.
std::string Render(const Report& report, const std::string& folder,
                   const ReportArguments& arguments, bool colour) {
  const std::string format = FormatOf(arguments);
  if (format == "md") {
    return RenderMarkdown(report,
                          LinkFolder(folder, fs::path(arguments.out).parent_path().string()));
  }
  if (format == "csv") return RenderCsv(report);
  if (format == "json") return DumpPretty(ToJson(report));
  if (format == "html") return RenderHtmlAlone(report, folder);
  if (format == "svg") return RenderRocSvg(report);
  TableStyle style;
  style.colour = colour;
  return RenderTable(report, style);
}

absl::StatusOr<Report> ReadReport(const std::string& path) {
  FACET_ASSIGN_OR_RETURN(const Json json, ReadJsonFile(path));
  absl::StatusOr<Report> report = ReportFromJson(json);
  return report.ok() ? std::move(report) : Annotate(report.status(), path);
}

// A run that has no result yet may be the latest: then these are of the one before it.
void NoteIfOlder(const std::string& results, const std::string& run, const VerbContext& context) {
  const absl::StatusOr<std::vector<std::string>> latest = FindRuns(context.store, run);
  if (context.verbosity < 0 || !latest.ok()) return;
  const fs::path shown = fs::path(results).parent_path().parent_path(), newest(latest->front());
  std::error_code error;
  if (fs::path(results).parent_path().filename() != "report" ||
      fs::equivalent(shown, newest, error)) {
    return;
  }
  const auto name = [](const fs::path& folder) {
    return (folder.parent_path().filename() / folder.filename()).string();
  };
  Say(context, "note",
      absl::StrCat("no row of ", name(newest), " is finished yet; this is ", name(shown)));
}

int PrintReport(const ReportArguments& arguments, const VerbContext& context) {
  const absl::StatusOr<std::string> path = FindResults(context.store, arguments.run);
  if (!path.ok()) return Fail(context, path.status(), kExitInput);
  const absl::StatusOr<Report> report = ReadReport(*path);
  if (!report.ok()) return Fail(context, report.status(), kExitInput);
  NoteIfOlder(*path, arguments.run, context);
  const bool to_file = !arguments.out.empty();
  const std::string text = Render(*report, fs::path(*path).parent_path().string(), arguments,
                                  !to_file && context.Colored(1));
  if (text.empty()) {
    return Fail(context, absl::NotFoundError("no row has a ROC curve yet"), kExitInput);
  }
  if (!to_file) {
    std::fputs(text.c_str(), stdout);
    return kExitDone;
  }
  const SignalPause pause;
  const absl::Status written = WriteFileAtomically(arguments.out, text);
  return written.ok() ? kExitDone : Fail(context, written, kExitInput);
}

}  // namespace

void AddReportVerb(Command program, VerbContext& context) {
  auto arguments = std::make_shared<ReportArguments>();
  Command verb = program.Subcommand("report", "the results of a run, also while it is going");
  verb.Positional("RUN", &arguments->run,
                  "a run (its name or folder) or an experiment's latest; none: the latest");
  verb.Option("--format", &arguments->format,
              "table, md, csv, json, html or svg (ROC); default: by --out, else table")
      .OneOf({"table", "md", "csv", "json", "html", "svg"});
  verb.Option("--out", &arguments->out, "write there, not to stdout").TypeName("FILE");
  verb.OnRun([arguments, &context] { return PrintReport(*arguments, context); });
}

}  // namespace facet
