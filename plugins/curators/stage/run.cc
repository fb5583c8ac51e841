#include "plugins/curators/stage/run.h"

#include <algorithm>
#include <filesystem>
#include <map>

#include "absl/strings/str_cat.h"
#include "core/api/component.h"
#include "plugins/curators/stage/summary.h"

namespace facet {
namespace {

constexpr int64_t kCellsPerSheet = 48;

absl::Status RemoveStale(const std::string& path) {
  for (const char* suffix : {"", "-wal", "-shm"}) {
    std::error_code error;
    std::filesystem::remove(path + suffix, error);
    if (error) {
      return absl::UnavailableError(
          absl::StrCat("cannot remove ", path, suffix, ": ", error.message()));
    }
  }
  return absl::OkStatus();
}

}  // namespace

// Algorithm R (Vitter 1985): the n-th takes the place of a drawn one with probability limit / n.
void SheetSampler::Add(const ContactSheet::Cell& cell) {
  ++num_added_;
  if (cell.path.empty()) return;
  const int64_t number = num_files_++;
  if (number < limit_) {
    drawn_.emplace_back(number, cell);
    return;
  }
  const auto place = static_cast<int64_t>(random_.Index(static_cast<uint64_t>(num_files_)));
  if (place < limit_) drawn_[static_cast<size_t>(place)] = {number, cell};
}

ContactSheet SheetSampler::Sheet(const std::string& title) const {
  auto drawn = drawn_;
  std::sort(drawn.begin(), drawn.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  ContactSheet sheet;
  sheet.title = absl::StrCat(title, " (", num_added_, ")");
  for (auto& [number, cell] : drawn) sheet.cells.push_back(std::move(cell));
  return sheet;
}

absl::StatusOr<std::vector<ContactSheet>> SheetsOfRemovals(const Manifest& manifest, int64_t run,
                                                           int64_t limit, uint64_t seed) {
  FACET_ASSIGN_OR_RETURN(
      SqliteStatement row,
      manifest.database().Prepare(absl::StrCat(
          "SELECT removals.reason, images.path, identities.name, removals.detail FROM removals ",
          "JOIN images ON images.id = removals.image ",
          "JOIN identities ON identities.id = images.identity WHERE removals.run = ", run,
          " ORDER BY removals.image")));
  std::map<std::string, SheetSampler> samplers;
  for (;;) {
    FACET_ASSIGN_OR_RETURN(const bool found, row.Step());
    if (!found) break;
    const std::string reason = row.Text(0), detail = row.Text(3);
    samplers.try_emplace(reason, limit, DeriveSeed(seed, "sheet of " + reason))
        .first->second.Add(
            {row.Text(1), absl::StrCat(row.Text(2), detail.empty() ? "" : ": ", detail)});
  }
  std::vector<ContactSheet> sheets;
  for (const auto& [reason, sampler] : samplers) {
    sheets.push_back(sampler.Sheet("removed: " + reason));
  }
  return sheets;
}

absl::StatusOr<std::unique_ptr<CurationRun>> CurationRun::Start(const CurationContext& context,
                                                                const std::string& stage,
                                                                const std::string& settings) {
  if (!context.manifest.empty()) return Begin(context, stage, settings);
  return absl::InvalidArgumentError(
      absl::StrCat("\"", stage,
                   "\" goes on with a manifest and there is none; name the row whose "
                   "manifest it is: curation.from = \"ROW\""));
}

absl::StatusOr<std::unique_ptr<CurationRun>> CurationRun::Begin(const CurationContext& context,
                                                                const std::string& stage,
                                                                const std::string& settings) {
  const std::string path = context.work_folder + "/working.sqlite";
  FACET_RETURN_IF_ERROR(RemoveStale(path));
  FACET_ASSIGN_OR_RETURN(auto manifest, context.manifest.empty()
                                            ? Manifest::Create(path)
                                            : Manifest::CreateFrom(context.manifest, path));
  std::unique_ptr<CurationRun> run(new CurationRun(context, std::move(manifest)));
  FACET_ASSIGN_OR_RETURN(const std::vector<ManifestRun> runs, run->manifest_->Runs());
  for (const ManifestRun& each : runs) {
    if (each.finished && each.stage != kTruthStage) run->earlier_runs_.push_back(each.id);
  }
  FACET_ASSIGN_OR_RETURN(run->id_, run->manifest_->StartRun(stage, settings));
  return run;
}

absl::StatusOr<ManifestImages> CurationRun::Images(ManifestQuery::Order order) const {
  ManifestQuery query;
  query.runs = earlier_runs_;
  query.order = order;
  return manifest_->Images(query);
}

absl::StatusOr<std::vector<ManifestIdentity>> CurationRun::Identities() const {
  return manifest_->IdentitiesLeft(earlier_runs_);
}

absl::Status CurationRun::Progress(int64_t done, int64_t total, const std::string& unit,
                                   const std::string& note) const {
  if (!context_.progress || context_.progress(done, total, unit, note)) return absl::OkStatus();
  return absl::CancelledError("stopped");
}

absl::StatusOr<CurationResult> CurationRun::Finish(const std::string& snapshot,
                                                   const std::string& statistics,
                                                   std::optional<double> effort_seconds) {
  FACET_RETURN_IF_ERROR(manifest_->FinishRun(id_, statistics, {}, effort_seconds));
  // The truth may be a run that the curator itself added.
  FACET_ASSIGN_OR_RETURN(const std::vector<ManifestRun> runs, manifest_->Runs());
  std::vector<int64_t> finished;
  for (const ManifestRun& run : runs) {
    if (run.finished && run.stage != kTruthStage) finished.push_back(run.id);
  }
  FACET_RETURN_IF_ERROR(manifest_->DefineSnapshot(snapshot, finished));
  CurationResult result;
  FACET_ASSIGN_OR_RETURN(result.metrics, SummariseRun(*manifest_, id_));
  FACET_ASSIGN_OR_RETURN(result.sheets,
                         SheetsOfRemovals(*manifest_, id_, kCellsPerSheet, context_.seed));
  FACET_RETURN_IF_ERROR(manifest_->Freeze(context_.output_folder + "/manifest.sqlite"));
  return result;
}

}  // namespace facet
