#include "core/app/verb_bench.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/api/kinds.h"
#include "core/app/live_line.h"
#include "core/app/signals.h"
#include "core/base/child_process.h"
#include "core/base/file.h"
#include "core/base/status.h"
#include "core/base/suggest.h"
#include "core/bench/compare.h"
#include "core/bench/machine.h"
#include "core/bench/program.h"
#include "core/bench/quality.h"
#include "core/bench/results.h"
#include "core/bench/table.h"
#include "core/pipeline/experiment_layout.h"
#include "core/report/grid.h"
#include "core/stages/stage_types.h"

namespace facet {
namespace {

namespace fs = std::filesystem;

// "; did you mean "loss"?", or nothing.
std::string Meant(const std::string& name, const std::vector<std::string>& known) {
  const std::string nearest = Nearest(name, known);
  return nearest.empty() ? "" : absl::StrCat("; did you mean \"", nearest, "\"?");
}

// The program of a kind. Not every kind has one, and not every installation has any.
absl::StatusOr<std::string> ProgramOf(const KindInfo& kind, const std::string& folder) {
  std::vector<std::string> there;
  std::error_code error;
  for (const KindInfo& each : Kinds()) {
    if (fs::is_regular_file(fs::path(folder) / each.name, error)) there.push_back(each.name);
  }
  const std::string path = (fs::path(folder) / kind.name).string();
  if (std::find(there.begin(), there.end(), kind.name) != there.end()) return path;
  return absl::NotFoundError(absl::StrCat(
      "there is no benchmark of ", kind.folder, ": no program ", path, "; ",
      there.empty() ? "this installation has none (./facet build makes them)"
                    : absl::StrCat("there are those of: ", absl::StrJoin(there, ", "))));
}

absl::Status CheckNumbers(const BenchArguments& arguments) {
  for (const std::string& size : arguments.sizes) {
    int64_t number = 0;
    if (absl::SimpleAtoi(size, &number) && number > 0) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("--sizes: \"", size, "\" is no whole number above 0"));
  }
  double seconds = 0.0;
  if (absl::SimpleAtod(arguments.min_time, &seconds) && seconds >= 0.0 && seconds < 1e6) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("--min-time: \"", arguments.min_time, "\" is no number of seconds"));
}

int ExitCodeOf(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
      return kExitUsage;
    case absl::StatusCode::kNotFound:
      return kExitPlugin;
    case absl::StatusCode::kCancelled:
      return 128 + StopSignal();
    default:
      return kExitBackend;
  }
}

void PrintLine(const std::string& text, Tone tone, const TableStyle& style) {
  std::printf("%s\n", TerminalText(text, tone, style).c_str());
}

// One measurement, from the components there are to what is shown of them.
class BenchRun {
 public:
  BenchRun(const BenchArguments& arguments, const KindInfo& kind, const std::string& program,
           VerbContext& context)
      : arguments_(arguments),
        kind_(kind),
        context_(context),
        live_(std::make_unique<LiveLine>(context)),
        program_(program, Request(),
                 {[] { return StopSignal() != 0; },
                  [this](const std::string& what) { live_->Draw(what); }}) {}

  int Run() {
    if (!arguments_.baseline.empty()) {
      absl::StatusOr<BenchResults> baseline = ReadBenchResults(arguments_.baseline);
      if (!baseline.ok()) return Fail(context_, baseline.status(), kExitInput);
      baseline_ = *std::move(baseline);
    }
    const absl::Status writable = CheckOut();
    if (!writable.ok()) return Fail(context_, writable, kExitInput);
    const absl::Status status = Measure();
    live_.reset();
    for (const std::string& warning : warnings_) Warn(context_, warning);
    if (!status.ok()) return Fail(context_, status, ExitCodeOf(status));
    if (results_.cases.empty()) return TellThatNothingIsLeft();
    AddContext();
    if (arguments_.json) {
      std::fputs(DumpPretty(results_.document).c_str(), stdout);
    } else {
      Print();
    }
    std::fflush(stdout);
    WarnOfWhatDisturbs();
    const int failures = TellFailures();
    const int written = WriteOut();
    return written == kExitDone ? failures : written;
  }

 private:
  BenchRequest Request() const {
    BenchRequest request;
    request.plugin_folders = context_.plugin_folders();
    request.use = arguments_.use;
    request.options = arguments_.options;
    request.sizes = arguments_.sizes;
    request.images = arguments_.images;
    request.repetitions = arguments_.repetitions;
    request.min_time = arguments_.min_time;
    request.dry_run = arguments_.dry_run;
    return request;
  }

  absl::Status Measure() {
    NoteFirstSignal();
    FACET_ASSIGN_OR_RETURN(BenchListing all, program_.List());
    FACET_RETURN_IF_ERROR(CheckUse(all));
    warnings_ = std::move(all.warnings);
    size_means_ = all.size;
    for (LeftOut& each : all.left_out) {
      if (IsMeant(each.name)) left_out_.push_back(std::move(each));
    }
    const bool any = std::any_of(all.components.begin(), all.components.end(),
                                 [this](const std::string& name) { return IsMeant(name); });
    if (!any) return absl::OkStatus();
    FACET_ASSIGN_OR_RETURN(results_, program_.Measure());
    for (const LeftOut& each : results_.left_out) {
      const bool known = std::any_of(left_out_.begin(), left_out_.end(),
                                     [&each](const LeftOut& k) { return k.name == each.name; });
      if (!known) left_out_.push_back(each);
    }
    if (!arguments_.dry_run) MeasureMemory();
    return StopSignal() == 0 ? absl::OkStatus()
                             : absl::CancelledError("stopped; nothing was written");
  }

  bool IsMeant(const std::string& component) const {
    return arguments_.use.empty() || std::find(arguments_.use.begin(), arguments_.use.end(),
                                               component) != arguments_.use.end();
  }

  absl::Status CheckUse(const BenchListing& all) const {
    std::vector<std::string> known = all.components;
    for (const LeftOut& each : all.left_out) known.push_back(each.name);
    std::sort(known.begin(), known.end());
    for (const std::string& name : arguments_.use) {
      if (std::find(known.begin(), known.end(), name) != known.end()) continue;
      return absl::NotFoundError(absl::StrCat("no plugin provides ", kind_.name, " \"", name,
                                              "\"; known: ", absl::StrJoin(known, ", "),
                                              Meant(name, known)));
    }
    return absl::OkStatus();
  }

  void MeasureMemory() {
    for (const BenchCase& each : results_.cases) {
      std::map<std::string, std::optional<double>>& known = memory_.above_idle_mib;
      if (each.component.empty() || known.count(each.component) > 0) continue;
      if (known.empty()) memory_.idle_mib = program_.IdleMib();
      std::optional<double>& above = known[each.component];
      const std::optional<double> peak =
          each.Measured() && memory_.idle_mib.has_value() ? program_.PeakMib(each) : std::nullopt;
      if (peak.has_value()) above = std::max(0.0, *peak - *memory_.idle_mib);
    }
  }

  void AddContext() {
    Json& context = results_.document["context"];
    context["machine"] = ToJson(machine_);
    context["command"] = context_.command_line();
    context["left_out"] = ToJson(left_out_);
    if (arguments_.dry_run) return;
    Json components = Json::object();
    for (const auto& [name, mib] : memory_.above_idle_mib) {
      components[name] = mib.has_value() ? Json(*mib) : Json();
    }
    context["memory"] = {{"unit", "MiB"},
                         {"idle", memory_.idle_mib.has_value() ? Json(*memory_.idle_mib) : Json()},
                         {"components", std::move(components)}};
  }

  // Before minutes are spent on what could not be kept.
  absl::Status CheckOut() const {
    if (arguments_.out.empty()) return absl::OkStatus();
    const std::string folder = FolderOf(arguments_.out);
    if (::access(folder.c_str(), W_OK) == 0) return absl::OkStatus();
    return absl::ErrnoToStatus(errno, absl::StrCat("--out: cannot write to the folder ", folder));
  }

  int WriteOut() const {
    if (arguments_.out.empty()) return kExitDone;
    const absl::Status written = WriteFileAtomically(arguments_.out, DumpPretty(results_.document));
    return written.ok() ? kExitDone : Fail(context_, written, kExitInput);
  }

  void Print() {
    BenchSurroundings around;
    around.order = arguments_.use;
    around.size_means = size_means_;
    around.memory = memory_;
    if (!arguments_.baseline.empty()) around.baseline = &baseline_;
    TableStyle style;
    style.colour = context_.Colored(1);
    Grid grid;
    if (arguments_.dry_run) {
      grid = DryRunGrid(results_, around);
    } else {
      std::vector<std::string> components;
      for (const auto& [name, mib] : memory_.above_idle_mib) components.push_back(name);
      around.quality = QualityInStore(context_.store, kind_.name, components,
                                      MakeExperimentLayout(AllStageTypes()));
      grid = BenchGrid(results_, around);
    }
    std::fputs(TerminalTable(grid, style).c_str(), stdout);
    std::fputs("\n", stdout);
    for (const std::string& note : grid.notes) PrintLine(note, Tone::kMuted, style);
    PrintLine(machine_.Describe(), Tone::kMuted, style);
    PrintLeftOut(style);
  }

  void PrintLeftOut(const TableStyle& style) const {
    for (const LeftOut& each : left_out_) {
      PrintLine(absl::StrCat("left out: ", each.name, each.name.empty() ? "" : ": ", each.reason),
                Tone::kPlain, style);
    }
  }

  void WarnOfWhatDisturbs() const {
    if (arguments_.dry_run) return;
    if (machine_.Busy()) {
      Warn(context_, absl::StrCat("others used the processor (", machine_.Describe(),
                                  "): repeat this on an idle machine"));
    }
    if (results_.clock_varies) {
      Warn(context_, "the processor changes its clock rate (governor): times vary with it");
    }
    if (arguments_.baseline.empty()) return;
    for (const BenchCase& each : results_.cases) {
      if (FindCase(baseline_, each.name) != nullptr) return;
    }
    Warn(context_, absl::StrCat(arguments_.baseline, " has none of these benchmarks"));
  }

  int TellThatNothingIsLeft() const {
    std::vector<std::string> reasons;
    for (const LeftOut& each : left_out_) {
      reasons.push_back(absl::StrCat(each.name, ": ", each.reason));
    }
    return Fail(
        context_,
        absl::NotFoundError(absl::StrCat(
            "there is nothing to measure",
            reasons.empty()
                ? absl::StrCat("; ", context_.command(), " plugins list shows what there is")
                : absl::StrCat("; left out:\n  ", absl::StrJoin(reasons, "\n  ")))),
        kExitInput);
  }

  int TellFailures() const {
    int code = kExitDone;
    for (const BenchCase& each : results_.cases) {
      if (each.Measured()) continue;
      const std::string why = each.error.empty() ? "it was not measured" : each.error;
      code =
          Fail(context_, absl::InternalError(absl::StrCat(each.name, ": ", why)), kExitRowFailed);
    }
    return code;
  }

  const BenchArguments& arguments_;
  const KindInfo& kind_;
  VerbContext& context_;
  std::unique_ptr<LiveLine> live_;
  const BenchProgram program_;
  const BenchMachine machine_ = BenchMachine::ThisOne();
  BenchResults baseline_, results_;
  std::string size_means_;
  std::vector<std::string> warnings_;
  std::vector<LeftOut> left_out_;
  BenchMemory memory_;
};

int CompareFiles(const BenchArguments& arguments, const VerbContext& context) {
  const absl::StatusOr<BenchResults> a = ReadBenchResults(arguments.compare_a);
  if (!a.ok()) return Fail(context, a.status(), kExitInput);
  const absl::StatusOr<BenchResults> b = ReadBenchResults(arguments.compare_b);
  if (!b.ok()) return Fail(context, b.status(), kExitInput);
  const BenchComparison comparison = Compare(*a, *b);
  if (arguments.json) {
    std::fputs(DumpPretty(ToJson(comparison)).c_str(), stdout);
    return kExitDone;
  }
  TableStyle style;
  style.colour = context.Colored(1);
  const Grid grid = ComparisonGrid(comparison, fs::path(arguments.compare_a).filename().string(),
                                   fs::path(arguments.compare_b).filename().string());
  if (comparison.lines.empty()) {
    Warn(context, "no benchmark was measured in both files");
  } else {
    std::printf("%s\n", TerminalTable(grid, style).c_str());
  }
  for (const std::string& note : ComparisonNotes(comparison, *a, *b)) {
    PrintLine(note, Tone::kMuted, style);
  }
  const auto list = [&style](const char* what, const std::vector<std::string>& names) {
    if (names.empty()) return;
    PrintLine(absl::StrCat(what, ": ", absl::StrJoin(names, ", ")), Tone::kPlain, style);
  };
  list("only in A", comparison.only_a);
  list("only in B", comparison.only_b);
  list("ended with an error", comparison.errors);
  return kExitDone;
}

}  // namespace

int Bench(const BenchArguments& arguments, const std::string& programs, VerbContext& context) {
  if (!arguments.compare_a.empty()) return CompareFiles(arguments, context);
  const absl::StatusOr<const KindInfo*> kind = KindOf(arguments.kind);
  if (!kind.ok()) return Fail(context, kind.status(), kExitUsage);
  const absl::Status numbers = CheckNumbers(arguments);
  if (!numbers.ok()) return Fail(context, numbers, kExitUsage);
  const absl::StatusOr<std::string> program = ProgramOf(**kind, programs);
  if (!program.ok()) return Fail(context, program.status(), kExitBackend);
  return BenchRun(arguments, **kind, *program, context).Run();
}

void AddBenchVerb(Command program, VerbContext& context) {
  auto arguments = std::make_shared<BenchArguments>();
  Command verb = program.Subcommand("bench", "time and memory of the components of one kind");
  verb.Positional("KIND", &arguments->kind, "loss or losses, detector or detectors, ...")
      .Offer(KindNames());
  verb.Option("--use", &arguments->use, "these components, in this order; default: all")
      .TypeName("NAME[,NAME...]")
      .Delimiter(',');
  verb.Option("--option", &arguments->options,
              "an option of one component, or of all that have it; repeatable")
      .TypeName("[NAME.]KEY=VALUE");
  verb.Option("--sizes", &arguments->sizes, "instead of the kind's own; the table says of what")
      .TypeName("N[,N...]")
      .Delimiter(',');
  verb.Option("--images", &arguments->images, "photographs, beside the rendered faces")
      .TypeName("DIR")
      .ExistingFolder();
  verb.Option("--repetitions", &arguments->repetitions, "of each case, in random order")
      .Range(1, 10000)
      .ShowDefault();
  verb.Option("--min-time", &arguments->min_time, "of a repetition, seconds")
      .TypeName("S")
      .ShowDefault();
  verb.Option("--baseline", &arguments->baseline, "an earlier --out to compare with")
      .TypeName("FILE");
  verb.Option("--out", &arguments->out, "writes Google Benchmark's JSON there").TypeName("FILE");
  verb.Flag("--json", &arguments->json, "that JSON on stdout, without the table");
  verb.Flag("--dry-run", &arguments->dry_run, "every case once, nothing is measured");
  Command compare = verb.Subcommand("compare", "two files of --out: what became faster or slower");
  compare.Positional("A.json", &arguments->compare_a, "before").Required();
  compare.Positional("B.json", &arguments->compare_b, "after").Required();
  compare.Flag("--json", &arguments->json, "one JSON document");
  // Of the verb alone: it comes after its subcommand, and sees from the files that it was named.
  verb.OnRun([arguments, &context] {
    const std::string programs = (fs::path(ProgramFolder()).parent_path() / "benchmarks").string();
    return Bench(*arguments, programs, context);
  });
}

}  // namespace facet
