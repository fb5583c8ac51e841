// Reports of a run: the rows of an ablation table with everything that is shown beside them, and
// the files made from it.
//
// The host fills a Report from what it has (it may do so at any time: rows without a result are
// shown as not run) and calls
//
//   std::cout << RenderTable(report, {});        // table.h, for terminals
//   WriteReport(report, run_folder + "/report")  // files below
//
// results.json holds all of it (schema 1): every other form can be made again from that file. What
// it derives from the rows is for programs that read it: of a row `derived`; of the report, where
// there is any, `derived.seeds` (groups.h), `derived.effects` (effects.h), `derived.sweeps`
// (sweep.h). A row's "repeats", "seed", "compared_with", "part" and "axes" are there where they are
// not empty; the table shows rows with one "repeats" as one line.
// A number is never shown without its standard error and what it rests on; what is unknown is
// "not run", never 0.
#ifndef FACET_CORE_REPORT_REPORT_H_
#define FACET_CORE_REPORT_REPORT_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/api/curator.h"
#include "core/api/evaluator.h"
#include "core/base/json.h"

namespace facet {

// One setting in which a row differs from its parent: {"train.data.snapshot", "full", "curated"}.
// An empty `from` or `to`: the setting is absent there.
struct ReportChange {
  std::string path, from, to;
};

struct ReportStage {
  enum class State { kNotRun, kCached, kRun, kFailed };
  std::string name;  // as users see it: "test.detect"
  State state = State::kNotRun;
  // That the artifact took to make (also if cached), or kFailed had taken; negative: unknown.
  double seconds = -1.0;
  std::string key;  // of the artifact; stages of different rows with one key are shared
  std::map<std::string, int64_t> counts;  // from the manifest: {"faces": 9000, "no face": 12}
  std::vector<std::string> notices;
  // Of making the artifact, as `seconds`; negative: unknown.
  double cpu_seconds = -1.0, peak_memory_mib = -1.0;
  int64_t disk_bytes = -1;  // of its files
};

// The published value of a row's metric.
struct ReportReference {
  std::string metric;  // "100%-EER": the metric of that name, or "100%-EER, pooled"
  double value = 0.0;
  std::string unit, note;
  double tolerance = -1.0;  // in `unit`; negative: none given, and then no verdict
};

// A contact sheet: a picture of a sample of images, of those that were removed for one reason, say.
struct ReportSheet {
  std::string title;
  int64_t cells = 0;
  std::string file;    // below the report's folder: "sheets/3_00.jpg"; empty: there is no picture
  std::string source;  // where WriteReport takes the picture from; not in results.json
};

// What the curator of a row says of its stage of building the data set.
struct ReportCuration {
  std::string component;  // "purify"
  std::string from;       // row whose data set it goes on with; empty: this is the first stage
  std::string key;        // of the artifact: rows with one key share the stage
  std::vector<Metric> metrics;
  std::vector<Curve> curves;
  std::vector<Histogram> histograms;
  std::vector<std::string> notices;
  std::vector<ReportSheet> sheets;
};

struct ReportRow {
  // kReported: not computed, its published figures alone are shown.
  enum class State { kNotRun, kRunning, kDone, kFailed, kSkipped, kReported };
  std::string id, label;
  std::string parent;  // id of the row it extends; empty: none
  std::string data;    // the component that its test set is of: "lfw"
  // Of a row that the experiment's `seeds`, [sweep] or [ablate] made (core/config/experiment.h):
  std::string repeats;        // id of the row that it is with its seed, "4" of "4@2"; empty: none
  std::string seed;           // where the experiment repeats any row
  std::string compared_with;  // id, without "@", of the row that it changes a part of
  // The part: "train.aligner" is taken out of that row, "train.loss=arcface" stands in it instead.
  std::string part;
  std::vector<std::pair<std::string, std::string>> axes;  // path and value, in order
  State state = State::kNotRun;
  std::string reason;                 // kFailed: the message; kSkipped: why; kReported: source
  Evaluation evaluation;              // kDone
  std::vector<ReportChange> changes;  // against `parent`
  std::vector<std::string> settings;  // a cell for each of Report::setting_columns
  std::vector<ReportReference> references;  // the first is the table's
  std::optional<Curve> published_roc;       // x: false accept rate, y: true; both in [0, 1]
  std::vector<ReportStage> stages;          // in the order of the pipeline
  // Of the row's own training, x = step or epoch: "training loss", "validation accuracy". Curves
  // with equal y_label share a plot. Empty where the row takes another row's network.
  std::vector<Curve> training;
  std::optional<ReportCuration> curation;  // of a row with a curator of its own, once it is done
  std::string log_path, log_tail;          // kFailed: of the failed stage
};

struct Report {
  std::string title;
  std::string reference_title;  // "Parkhi et al. 2015, Table 4"; heads the column of references
  std::string reference_source;
  // Figures that the table shows beside the headline: names of metrics ("recall", which finds
  // "recall" and "recall, ..."), or "time/STAGE", milliseconds that the stage took per image.
  std::vector<std::string> columns;
  // Heads of the columns that say what the rows are made of: "Config.", "Train align.". Where they
  // tell all rows apart, the table goes without the labels.
  std::vector<std::string> setting_columns;
  std::vector<ReportRow> rows;
  std::string command;                                          // that reproduces the run
  std::vector<std::pair<std::string, std::string>> provenance;  // in the order shown
  Json origin;  // all that is known of where the results come from; null: nothing
};

Json ToJson(const Report& report);
absl::StatusOr<Report> ReportFromJson(const Json& json);

// One document each. Markdown and CSV are UTF-8 with '\n' (CSV as RFC 4180 quotes); HTML is one
// file with inline CSS and SVG that loads nothing, except contact sheets: those it takes from the
// report's folder when they are looked at.
std::string RenderHtml(const Report& report);
// The same with the contact sheets inside, read from below `folder`: for a place of its own.
std::string RenderHtmlAlone(const Report& report, const std::string& folder);
// `folder`: what the links to contact sheets begin with; empty: the document's own.
std::string RenderMarkdown(const Report& report, const std::string& folder = "");
std::string RenderCsv(const Report& report);
// The ROC curves of all rows on one plot, a standalone SVG; empty if no row has one.
std::string RenderRocSvg(const Report& report);

// A line for each stage, with what it cost.
std::string RenderStagesCsv(const Report& report);

// Writes results.json, report.html, report.md, report.csv, stages.csv, with at least one curve roc.svg, and
// sheets/ with the contact sheets into `folder`, which is made if need be; each file is replaced in
// one step. A contact sheet whose source is missing is shown as such.
absl::Status WriteReport(const Report& report, const std::string& folder);

}  // namespace facet

#endif  // FACET_CORE_REPORT_REPORT_H_
