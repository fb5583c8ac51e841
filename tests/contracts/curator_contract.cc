#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "core/base/file.h"
#include "core/image/image_io.h"
#include "plugins/curators/stage/summary.h"
#include "plugins/manifest/manifest.h"
#include "plugins/manifest/schema.h"
#include "tests/contracts/contract_checks.h"
#include "tests/contracts/curator_contract_input.h"

namespace facet {
namespace {

namespace fs = std::filesystem;

constexpr size_t kCellsPerSheet = 48;

// One call of Curate() and what came of it.
struct Trial {
  CurationContext context;
  absl::StatusOr<CurationResult> result = absl::UnknownError("not run");
  int64_t calls = 0;  // of progress
  bool told_to_stop = false;
  std::string output() const { return context.output_folder + "/manifest.sqlite"; }
  std::string Bytes() const { return ReadFile(output()).value_or(""); }
};

class Trials {
 public:
  Trials(Contract& contract, const CuratorContractInput& input)
      : contract_(contract), input_(input) {}

  // `name`: of the folder whose work and images the trial finds and leaves. The `stop_at`-th call
  // of progress asks for a stop.
  Trial Run(const std::string& name, const std::string& manifest, int threads,
            int64_t stop_at = -1) {
    contract_.GoesOn();
    Trial trial;
    CurationContext& context = trial.context;
    const std::string folder = input_.folder() + "/" + name;
    context.manifest = manifest;
    context.output_folder = absl::StrCat(folder, "/out", ++runs_);
    context.work_folder = folder + "/work";
    context.input_folder = manifest.empty() ? "" : input_.image_folder();
    context.image_folder =
        contract_.HasTrait(Trait::kMakesImages) ? folder + "/images" : input_.image_folder();
    fs::create_directories(context.output_folder);
    fs::create_directories(context.work_folder);
    fs::create_directories(context.image_folder);
    context.seed = 5;
    context.threads = threads;
    const bool given = manifest == input_.manifest();
    if (contract_.HasTrait(Trait::kTakesFaces)) context.faces = given ? &input_.faces() : &none_;
    if (contract_.HasTrait(Trait::kTakesScores) && given) context.scores = input_.scores();
    context.read_image = [folder = context.image_folder](const std::string& path) {
      return ReadImage(folder + "/" + path);
    };
    context.fold_name = [](const std::string& text) {
      std::string folded;
      for (const char c : text) folded += c == '_' ? ' ' : static_cast<char>(std::tolower(c));
      return folded;
    };
    const std::thread::id thread = std::this_thread::get_id();
    context.progress = [&](int64_t, int64_t, const std::string& unit, const std::string&) {
      contract_.Expect(std::this_thread::get_id() == thread, "progress comes from one thread");
      contract_.Expect(!unit.empty(), "progress has a unit");
      trial.told_to_stop = trial.told_to_stop || trial.calls + 1 == stop_at;
      return ++trial.calls != stop_at;
    };
    trial.result = contract_.Make<Curator>()->Curate(context);
    context.progress = nullptr;
    return trial;
  }

 private:
  Contract& contract_;
  const CuratorContractInput& input_;
  const FacesInMemory none_;
  int runs_ = 0;
};

using Row = std::vector<std::optional<std::string>>;

// By key.
absl::StatusOr<std::map<Row, Row>> RowsOf(const Manifest& manifest, const ManifestTable& table) {
  std::vector<std::string> names;
  for (const ManifestColumn& column : table.columns) names.push_back(column.name);
  const std::vector<std::string> key = absl::StrSplit(table.order, ", ");
  FACET_ASSIGN_OR_RETURN(SqliteStatement statement,
                         manifest.database().Prepare(absl::StrCat(
                             "SELECT ", absl::StrJoin(names, ", "), " FROM ", table.name)));
  std::map<Row, Row> rows;
  for (;;) {
    FACET_ASSIGN_OR_RETURN(const bool found, statement.Step());
    if (!found) return rows;
    Row row, row_key;
    for (size_t i = 0; i < names.size(); ++i) {
      const int column = static_cast<int>(i);
      row.push_back(statement.IsNull(column) ? std::nullopt
                                             : std::optional<std::string>(statement.Text(column)));
      if (std::find(key.begin(), key.end(), names[i]) != key.end()) row_key.push_back(row.back());
    }
    rows[row_key] = row;
  }
}

// Facts of images and people may become known; all else stays.
bool Keeps(const Row& before, const Row& after, bool facts) {
  for (size_t i = 0; i < before.size(); ++i) {
    const std::string known = before[i].value_or("");
    if (before[i] != after[i] && !(facts && (known.empty() || known == "{}"))) return false;
  }
  return true;
}

void CheckNothingIsLost(Contract& contract, const Manifest& before, const Manifest& after) {
  for (const ManifestTable& table : ManifestTables()) {
    const auto old_rows = RowsOf(before, table), new_rows = RowsOf(after, table);
    if (!contract.ExpectOk(old_rows.status(), "its input is read") ||
        !contract.ExpectOk(new_rows.status(), "its manifest is read")) {
      return;
    }
    const bool facts = table.name == "images" || table.name == "identities";
    bool kept = true, unchanged = true;
    for (const auto& [key, row] : *old_rows) {
      const auto found = new_rows->find(key);
      kept = kept && found != new_rows->end();
      unchanged = unchanged && (found == new_rows->end() || Keeps(row, found->second, facts));
    }
    contract.Expect(kept, absl::StrCat("no row of ", table.name, " is deleted"));
    contract.Expect(unchanged, absl::StrCat("no row of ", table.name, " is changed"));
  }
  for (const std::string& name : before.Snapshots().value_or(std::vector<std::string>())) {
    const auto old_runs = before.SnapshotRuns(name), new_runs = after.SnapshotRuns(name);
    contract.Expect(new_runs.ok() && *old_runs == *new_runs,
                    "snapshots of earlier stages stay as they are");
  }
}

// Runs of the output: those before, and the curator's own.
struct OutputRuns {
  std::vector<int64_t> earlier, all;  // finished, not the truth
  int64_t own = -1;
};

OutputRuns CheckRuns(Contract& contract, size_t num_before, const std::vector<ManifestRun>& runs) {
  const std::vector<std::string> words = absl::StrSplit(contract.component(), '"');
  OutputRuns output;
  int num_own = 0;
  for (size_t i = 0; i < runs.size(); ++i) {
    const ManifestRun& run = runs[i];
    const bool is_truth = run.stage == kTruthStage;
    if (!is_truth && run.finished) output.all.push_back(run.id);
    if (i < num_before) {
      if (!is_truth && run.finished) output.earlier.push_back(run.id);
      continue;
    }
    contract.Expect(run.finished && !run.undone, "its run is finished and in force");
    if (is_truth) continue;
    ++num_own;
    output.own = run.id;
    contract.Expect(run.stage == words[1], "its run bears its name");
  }
  if (!contract.Expect(num_own == 1, "it adds one run")) output.own = -1;
  return output;
}

std::set<int64_t> ImagesLeft(const Manifest& manifest, const std::vector<int64_t>& runs) {
  ManifestQuery query;
  query.runs = runs;
  std::set<int64_t> left;
  auto images = manifest.Images(query);
  ManifestImage image;
  while (images.ok() && images->Next(&image).value_or(false)) left.insert(image.id);
  return left;
}

void CheckMarks(Contract& contract, const Manifest& manifest, const OutputRuns& runs) {
  // What it brought itself it may remove, too.
  std::set<int64_t> given = ImagesLeft(manifest, runs.earlier);
  auto brought =
      manifest.database().Prepare(absl::StrCat("SELECT id FROM images WHERE run = ", runs.own));
  while (brought.ok() && brought->Step().value_or(false)) given.insert(brought->Int(0));
  const std::set<int64_t> left = ImagesLeft(manifest, runs.all);
  auto marks = manifest.database().Prepare(
      absl::StrCat("SELECT image, other FROM removals WHERE run = ", runs.own));
  while (marks.ok() && marks->Step().value_or(false)) {
    contract.Expect(given.count(marks->Int(0)) > 0, "it removes only images that it was given");
    contract.Expect(marks->IsNull(1) || left.count(marks->Int(1)) > 0,
                    "the image kept instead of a removed one is kept");
  }
  auto scores =
      manifest.database().Prepare(absl::StrCat("SELECT image FROM scores WHERE run = ", runs.own));
  while (scores.ok() && scores->Step().value_or(false)) {
    contract.Expect(given.count(scores->Int(0)) > 0, "it scores only images that it was given");
  }
  const auto removes = manifest.database().Int(absl::StrCat(
      "SELECT count(*) FROM marks JOIN reasons ON reasons.id = marks.reason ",
      "JOIN runs ON runs.id = marks.run WHERE removes = 1 AND stage = '", kTruthStage, "'"));
  contract.Expect(removes.ok() && *removes == 0, "the truth removes nothing");
}

void CheckSnapshot(Contract& contract, const Manifest& manifest, const OutputRuns& runs,
                   const std::string& image_folder) {
  bool defined = false;
  for (const std::string& name : manifest.Snapshots().value_or(std::vector<std::string>())) {
    defined = defined || manifest.SnapshotRuns(name).value_or(std::vector<int64_t>()) == runs.all;
  }
  contract.Expect(defined, "a snapshot names all finished runs but the truth");
  ManifestQuery query;
  query.runs = runs.all;
  auto images = manifest.Images(query);
  ManifestImage image;
  while (images.ok() && images->Next(&image).value_or(false)) {
    contract.Expect(image.path.empty() || fs::is_regular_file(image_folder + "/" + image.path),
                    "the images left are in the image folder");
  }
}

void CheckManifest(Contract& contract, const Trial& trial) {
  contract.Section("manifest");
  const auto after = Manifest::OpenFrozen(trial.output());
  if (!contract.ExpectOk(after.status(), "it leaves a frozen manifest") ||
      !contract.ExpectOk((*after)->CheckIntegrity(), "its manifest is whole")) {
    return;
  }
  const auto runs = (*after)->Runs();
  if (!contract.ExpectOk(runs.status(), "its runs are read")) return;
  size_t num_before = 0;
  if (!trial.context.manifest.empty()) {
    const auto before = Manifest::OpenFrozen(trial.context.manifest);
    if (!contract.ExpectOk(before.status(), "its input stays as it is")) return;
    CheckNothingIsLost(contract, **before, **after);
    num_before = (*before)->Runs()->size();
  }
  const OutputRuns output = CheckRuns(contract, num_before, *runs);
  if (output.own < 0) return;
  CheckMarks(contract, **after, output);
  CheckSnapshot(contract, **after, output, trial.context.image_folder);
  const auto summary = SummariseRun(**after, output.own);
  if (!contract.ExpectOk(summary.status(), "its run can be summarised")) return;
  const std::vector<Metric>& metrics = trial.result->metrics;
  const bool begins =
      metrics.size() >= summary->size() &&
      std::equal(summary->begin(), summary->end(), metrics.begin(),
                 [](const Metric& a, const Metric& b) {
                   return a.name == b.name && a.value == b.value && a.unit == b.unit;
                 });
  contract.Expect(begins, "its metrics begin with those of SummariseRun()");
}

bool AllFinite(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(),
                     [](double value) { return std::isfinite(value); });
}

void CheckResult(Contract& contract, const CurationResult& result,
                 const std::string& image_folder) {
  contract.Section("figures and sheets");
  std::set<std::string> names;
  for (const Metric& metric : result.metrics) {
    contract.Expect(!metric.name.empty() && !metric.unit.empty(), "metrics have name and unit");
    contract.Expect(names.insert(metric.name).second, "names of metrics are unique");
    contract.Expect(std::isfinite(metric.value) && std::isfinite(metric.standard_error),
                    "metrics are finite");
  }
  for (const Curve& curve : result.curves) {
    contract.Expect(!curve.name.empty() && curve.x.size() == curve.y.size(),
                    "curves have a name and as many x as y");
    contract.Expect(AllFinite(curve.x) && AllFinite(curve.y), "curves are finite");
  }
  for (const Histogram& histogram : result.histograms) {
    contract.Expect(!histogram.name.empty() && !histogram.x_label.empty() &&
                        histogram.edges.size() == histogram.counts.size() + 1,
                    "histograms have name, label and one edge more than counts");
    contract.Expect(
        AllFinite(histogram.edges) && std::is_sorted(histogram.edges.begin(), histogram.edges.end(),
                                                     std::less_equal<double>()),
        "edges of histograms are finite and ascend");
    contract.Expect(std::all_of(histogram.counts.begin(), histogram.counts.end(),
                                [](int64_t count) { return count >= 0; }),
                    "counts of histograms are not negative");
  }
  for (const ContactSheet& sheet : result.sheets) {
    contract.Expect(!sheet.title.empty() && sheet.cells.size() <= kCellsPerSheet,
                    "contact sheets have a title and at most 48 cells");
    for (const ContactSheet::Cell& cell : sheet.cells) {
      contract.Expect(!cell.path.empty() && fs::is_regular_file(image_folder + "/" + cell.path),
                      "contact sheets show files below the image folder");
    }
  }
}

bool SameSheets(const std::vector<ContactSheet>& a, const std::vector<ContactSheet>& b) {
  const auto text = [](const std::vector<ContactSheet>& sheets) {
    std::string all;
    for (const ContactSheet& sheet : sheets) {
      absl::StrAppend(&all, sheet.title, "\n");
      for (const auto& cell : sheet.cells) absl::StrAppend(&all, cell.path, cell.caption, "\n");
    }
    return all;
  };
  return text(a) == text(b);
}

// Again, with other threads, and by way of two stops.
void CheckRepetitions(Contract& contract, Trials& trials, const std::string& name,
                      const Trial& first) {
  contract.Section("determinism");
  const std::string bytes = first.Bytes(), manifest = first.context.manifest;
  const auto same = [&](const Trial& trial, const std::string& sentence) {
    return contract.ExpectOk(trial.result.status(), sentence) &&
           contract.Expect(
               trial.Bytes() == bytes && SameSheets(trial.result->sheets, first.result->sheets),
               sentence);
  };
  if (!same(trials.Run(name + "_again", manifest, 1), "equal inputs give equal manifests")) return;
  same(trials.Run(name + "_threads", manifest, 3), "one thread and three give equal manifests");
  contract.Section("stopping and going on");
  if (first.calls == 0) return contract.NotChecked("it tells no progress");
  for (const int64_t stop_at : {int64_t{1}, first.calls / 2 + 1}) {
    const Trial stopped = trials.Run(name + "_stopped", manifest, 1, stop_at);
    if (!stopped.told_to_stop) continue;  // what the first stop left has shortened its work
    const bool cancelled = stopped.result.status().code() == absl::StatusCode::kCancelled;
    contract.Expect(cancelled, "told to stop, it returns CancelledError");
    contract.Expect(!cancelled || !fs::exists(stopped.output()), "a stop leaves no manifest");
  }
  same(trials.Run(name + "_stopped", manifest, 1),
       "after a stop it goes on to the manifest that it makes without one");
}

bool IsRefusal(const absl::Status& status) {
  return (status.code() == absl::StatusCode::kInvalidArgument ||
          status.code() == absl::StatusCode::kNotFound ||
          status.code() == absl::StatusCode::kFailedPrecondition) &&
         status.message().size() >= 10;
}

std::set<std::string> FilesBelow(const std::string& folder) {
  std::set<std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) files.insert(entry.path());
  return files;
}

void CheckWhole(Contract& contract, Trials& trials, const std::string& name, const Trial& trial) {
  CheckManifest(contract, trial);
  CheckResult(contract, *trial.result, trial.context.image_folder);
  CheckRepetitions(contract, trials, name, trial);
}

}  // namespace

void CheckCurator(Contract& contract) {
  contract.Plan({"refusals", "manifest", "figures and sheets", "determinism",
                 "stopping and going on", "nothing left", "its input stays"});
  if (contract.Make<Curator>() == nullptr) return;
  contract.Section("refusals");
  const CuratorContractInput input;
  if (!contract.ExpectOk(input.status(), "the contract's own manifest is made")) return;
  const std::string given = ReadFile(input.manifest()).value_or("");
  const std::set<std::string> files = FilesBelow(input.image_folder());
  Trials trials(contract, input);
  const Trial went_on = trials.Run("goes_on", input.manifest(), 1);
  const Trial begun = trials.Run("begins", "", 1);
  const absl::Status refused = went_on.result.status(), missing = begun.result.status();
  if (!refused.ok() && !missing.ok() && IsRefusal(refused)) {
    // Without its files a curator must say so; that it does is all that can be checked.
    contract.NeedsInputs(
        absl::StrCat(refused.message(), "; without a manifest: ", missing.message()));
    contract.Expect(IsRefusal(missing), "a refusal says what is missing");
    return;
  }
  contract.Expect(refused.ok() || (missing.ok() && IsRefusal(refused)),
                  absl::StrCat("it goes on with a manifest: ", refused.message()));
  contract.Expect(missing.ok() || (missing.code() == absl::StatusCode::kInvalidArgument &&
                                   absl::StrContains(missing.message(), "curation.from")),
                  absl::StrCat("without a manifest it begins a chain, or refuses and names "
                               "curation.from: ",
                               missing.message()));
  if (went_on.result.ok()) {
    CheckWhole(contract, trials, "goes_on", went_on);
    contract.Section("nothing left");
    const Trial nothing = trials.Run("nothing", input.empty_manifest(), 1);
    contract.Expect(nothing.result.ok() || IsRefusal(nothing.result.status()),
                    absl::StrCat("with no image left it finishes or says why not: ",
                                 nothing.result.status().message()));
    if (nothing.result.ok()) CheckResult(contract, *nothing.result, nothing.context.image_folder);
  }
  if (begun.result.ok()) CheckWhole(contract, trials, "begins", begun);
  contract.Section("its input stays");
  contract.Expect(
      ReadFile(input.manifest()).value_or("") == given && FilesBelow(input.image_folder()) == files,
      "its input stays as it is");
}

}  // namespace facet
