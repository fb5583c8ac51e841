// Curators that load and run, but break the contract of their kind.
#include <atomic>
#include <filesystem>
#include <fstream>
#include <limits>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "core/api/curator.h"
#include "plugins/curators/stage/run.h"
#include "plugins/curators/stage/summary.h"

namespace {

using facet::CurationContext;
using facet::CurationResult;
using facet::CurationRun;
using facet::ManifestMark;
using facet::NoOptions;

// Removes the image of each person that comes last by rank.
class Good : public facet::Curator {
 public:
  explicit Good(const NoOptions&) : Good("good") {}
  absl::StatusOr<CurationResult> Curate(const CurationContext& context) override {
    FACET_ASSIGN_OR_RETURN(const auto run, Start(context));
    FACET_RETURN_IF_ERROR(Remove(*run));
    FACET_RETURN_IF_ERROR(Spoil(*run, context));
    FACET_ASSIGN_OR_RETURN(CurationResult result, Finish(*run, context));
    facet::Histogram histogram{"images", "images per person", {0, 10, 20}, {1, 3}};
    result.histograms.push_back(histogram);
    Spoil(&result);
    return result;
  }

 protected:
  explicit Good(std::string name) : name_(std::move(name)) {}
  virtual absl::StatusOr<std::unique_ptr<CurationRun>> Start(const CurationContext& context) {
    return CurationRun::Start(context, name_, "{}");
  }
  virtual absl::Status Spoil(CurationRun&, const CurationContext&) { return absl::OkStatus(); }
  virtual void Spoil(CurationResult*) {}
  virtual absl::StatusOr<CurationResult> Finish(CurationRun& run, const CurationContext&) {
    return run.Finish(name_, "{}");
  }
  const std::string& name() const { return name_; }

 private:
  virtual absl::Status Remove(CurationRun& run) {
    FACET_ASSIGN_OR_RETURN(facet::ManifestImages images,
                           run.Images(facet::ManifestQuery::Order::kRank));
    std::vector<ManifestMark> marks;
    int64_t person = -1;
    facet::ManifestImage image;
    for (;;) {
      FACET_ASSIGN_OR_RETURN(const bool found, images.Next(&image));
      if (!found) break;
      if (image.identity != person) marks.emplace_back();
      person = image.identity;
      marks.back().image = image.id;
      marks.back().reason = "last";
    }
    for (size_t i = 0; i < marks.size(); ++i) {
      FACET_RETURN_IF_ERROR(
          run.Progress(static_cast<int64_t>(i), static_cast<int64_t>(marks.size()), "people"));
    }
    return run.manifest().InTransaction([&] {
      absl::Status status;
      for (const ManifestMark& mark : marks) status.Update(run.manifest().Mark(run.id(), mark));
      return status;
    });
  }

  std::string name_;
};

#define WRONG_CURATOR(Class, name)                 \
 public:                                           \
  explicit Class(const NoOptions&) : Good(name) {} \
                                                   \
 protected:                                        \
  using Good::Spoil

class Beginner final : public Good {
  WRONG_CURATOR(Beginner, "beginner");
  absl::StatusOr<std::unique_ptr<CurationRun>> Start(const CurationContext& context) override {
    return CurationRun::Begin(context, name(), "{}");
  }
};

class NeedsFiles final : public Good {
  WRONG_CURATOR(NeedsFiles, "needs_files");
  absl::StatusOr<std::unique_ptr<CurationRun>> Start(const CurationContext&) override {
    return absl::NotFoundError("needs_files: no folder \"lists\"; name one");
  }
};

class NoCure final : public Good {
  WRONG_CURATOR(NoCure, "no_cure");
  absl::StatusOr<std::unique_ptr<CurationRun>> Start(const CurationContext& context) override {
    if (context.manifest.empty()) return absl::NotFoundError("no manifest there");
    return Good::Start(context);
  }
};

class NothingLeft final : public Good {
  WRONG_CURATOR(NothingLeft, "nothing_left");
  absl::Status Spoil(CurationRun& run, const CurationContext&) override {
    FACET_ASSIGN_OR_RETURN(const auto people, run.Identities());
    return people.empty() ? absl::InternalError("index out of range") : absl::OkStatus();
  }
};

class DeletesRows final : public Good {
  WRONG_CURATOR(DeletesRows, "deletes_rows");
  absl::Status Spoil(CurationRun& run, const CurationContext&) override {
    return run.manifest().database().Execute("DELETE FROM scores WHERE image = 3");
  }
};

class UndoesARun final : public Good {
  WRONG_CURATOR(UndoesARun, "undoes_a_run");
  absl::Status Spoil(CurationRun& run, const CurationContext&) override {
    return run.manifest().Undo(2);
  }
};

class ForgetsFacts final : public Good {
  WRONG_CURATOR(ForgetsFacts, "forgets_facts");
  absl::Status Spoil(CurationRun& run, const CurationContext&) override {
    return run.manifest().database().Execute("UPDATE images SET url = '' WHERE id = 5");
  }
};

class WidensSnapshot final : public Good {
  WRONG_CURATOR(WidensSnapshot, "widens_snapshot");
  absl::StatusOr<CurationResult> Finish(CurationRun& run, const CurationContext&) override {
    return run.Finish("contract_earlier", "{}");
  }
};

class TwoRuns final : public Good {
  WRONG_CURATOR(TwoRuns, "two_runs");
  absl::Status Spoil(CurationRun& run, const CurationContext&) override {
    FACET_ASSIGN_OR_RETURN(const int64_t second, run.manifest().StartRun(name(), "{}"));
    return run.manifest().FinishRun(second, "{}");
  }
};

class OtherName final : public Good {
  WRONG_CURATOR(OtherName, "other_name");
  absl::StatusOr<std::unique_ptr<CurationRun>> Start(const CurationContext& context) override {
    return CurationRun::Start(context, "stage", "{}");
  }
};

// Image 13 of the contract's manifest is removed by an earlier run; 1 and 2 are not.
ManifestMark MarkOf(int64_t image, int64_t other = -1) {
  ManifestMark mark;
  mark.image = image;
  mark.other = other;
  mark.reason = "wrong mark";
  return mark;
}

class RemovesAgain final : public Good {
  WRONG_CURATOR(RemovesAgain, "removes_again");
  absl::Status Spoil(CurationRun& run, const CurationContext&) override {
    return run.manifest().Mark(run.id(), MarkOf(13));
  }
};

class KeepsTheRemoved final : public Good {
  WRONG_CURATOR(KeepsTheRemoved, "keeps_the_removed");
  absl::Status Spoil(CurationRun& run, const CurationContext&) override {
    return run.manifest().Mark(run.id(), MarkOf(1, 13));
  }
};

class ScoresTheRemoved final : public Good {
  WRONG_CURATOR(ScoresTheRemoved, "scores_the_removed");
  absl::Status Spoil(CurationRun& run, const CurationContext&) override {
    return run.manifest().SetScore(run.id(), 13, 1.0);
  }
};

class RemovesAsTruth final : public Good {
  WRONG_CURATOR(RemovesAsTruth, "removes_as_truth");
  absl::Status Spoil(CurationRun& run, const CurationContext&) override {
    FACET_ASSIGN_OR_RETURN(const int64_t truth, run.manifest().StartRun(facet::kTruthStage, "{}"));
    FACET_RETURN_IF_ERROR(run.manifest().Mark(truth, MarkOf(1)));
    return run.manifest().FinishRun(truth, "{}");
  }
};

class NoSnapshot final : public Good {
  WRONG_CURATOR(NoSnapshot, "no_snapshot");
  absl::StatusOr<CurationResult> Finish(CurationRun& run, const CurationContext& context) override {
    CurationResult result;
    FACET_RETURN_IF_ERROR(run.manifest().FinishRun(run.id(), "{}"));
    FACET_ASSIGN_OR_RETURN(result.metrics, facet::SummariseRun(run.manifest(), run.id()));
    FACET_RETURN_IF_ERROR(run.manifest().Freeze(context.output_folder + "/manifest.sqlite"));
    return result;
  }
};

// Says that it makes images, and makes none.
class MakesNoImages final : public Good {
  WRONG_CURATOR(MakesNoImages, "makes_no_images");
  void Spoil(CurationResult* result) override { result->sheets.clear(); }

 public:
  static constexpr facet::Traits kTraits = {facet::Trait::kMakesImages};
};

class NotFrozen final : public Good {
  WRONG_CURATOR(NotFrozen, "not_frozen");
  absl::StatusOr<CurationResult> Finish(CurationRun& run, const CurationContext& context) override {
    FACET_RETURN_IF_ERROR(run.manifest().FinishRun(run.id(), "{}"));
    std::filesystem::copy_file(run.manifest().path(), context.output_folder + "/manifest.sqlite");
    return CurationResult();
  }
};

class OwnMetricsFirst final : public Good {
  WRONG_CURATOR(OwnMetricsFirst, "own_metrics_first");
  void Spoil(CurationResult* result) override {
    facet::Metric metric = result->metrics[0];
    metric.name = "clusters";
    result->metrics.insert(result->metrics.begin(), metric);
  }
};

class NoNumber final : public Good {
  WRONG_CURATOR(NoNumber, "no_number");
  void Spoil(CurationResult* result) override {
    facet::Metric metric = result->metrics[0];
    metric.name = "mean";
    metric.value = std::numeric_limits<double>::quiet_NaN();
    result->metrics.push_back(metric);
  }
};

class NoUnit final : public Good {
  WRONG_CURATOR(NoUnit, "no_unit");
  void Spoil(CurationResult* result) override {
    facet::Metric metric;
    metric.name = "mean";
    result->metrics.push_back(metric);
  }
};

class SameNames final : public Good {
  WRONG_CURATOR(SameNames, "same_names");
  void Spoil(CurationResult* result) override { result->metrics.push_back(result->metrics[0]); }
};

class RaggedCurve final : public Good {
  WRONG_CURATOR(RaggedCurve, "ragged_curve");
  void Spoil(CurationResult* result) override {
    result->curves.push_back({"purity", "rank", "purity [%]", {0, 1}, {100}});
  }
};

class OneEdgeShort final : public Good {
  WRONG_CURATOR(OneEdgeShort, "one_edge_short");
  void Spoil(CurationResult* result) override { result->histograms[0].edges.pop_back(); }
};

class EmptyBin final : public Good {
  WRONG_CURATOR(EmptyBin, "empty_bin");
  void Spoil(CurationResult* result) override { result->histograms[0].edges = {0, 10, 10}; }
};

class NegativeCount final : public Good {
  WRONG_CURATOR(NegativeCount, "negative_count");
  void Spoil(CurationResult* result) override { result->histograms[0].counts[0] = -1; }
};

class LongSheet final : public Good {
  WRONG_CURATOR(LongSheet, "long_sheet");
  void Spoil(CurationResult* result) override {
    if (!result->sheets.empty()) result->sheets[0].cells.resize(49, result->sheets[0].cells[0]);
  }
};

class SheetOfNoFile final : public Good {
  WRONG_CURATOR(SheetOfNoFile, "sheet_of_no_file");
  void Spoil(CurationResult* result) override {
    result->sheets.push_back({"removed", {{"Person_1/99.ppm", ""}}});
  }
};

std::atomic<int> calls{0};

class CountsItsCalls final : public Good {
  WRONG_CURATOR(CountsItsCalls, "counts_its_calls");
  absl::Status Spoil(CurationRun& run, const CurationContext&) override {
    return run.manifest().SetScore(run.id(), 1, ++calls);
  }
};

class CountsItsThreads final : public Good {
  WRONG_CURATOR(CountsItsThreads, "counts_its_threads");
  absl::Status Spoil(CurationRun& run, const CurationContext& context) override {
    return run.manifest().SetScore(run.id(), 1, context.threads);
  }
};

class DoesNotStop final : public Good {
  WRONG_CURATOR(DoesNotStop, "does_not_stop");

 private:
  absl::Status Remove(CurationRun& run) override {
    run.Progress(0, 2, "images").IgnoreError();
    run.Progress(1, 2, "images").IgnoreError();
    return absl::OkStatus();
  }
};

class StopsTooLate final : public Good {
  WRONG_CURATOR(StopsTooLate, "stops_too_late");
  absl::StatusOr<CurationResult> Finish(CurationRun& run, const CurationContext& context) override {
    FACET_ASSIGN_OR_RETURN(CurationResult result, Good::Finish(run, context));
    FACET_RETURN_IF_ERROR(run.Progress(1, 1, "images"));
    return result;
  }

 private:
  absl::Status Remove(CurationRun&) override { return absl::OkStatus(); }
};

// Takes what a stop left for finished work.
class GoesOnWrongly final : public Good {
  WRONG_CURATOR(GoesOnWrongly, "goes_on_wrongly");
  absl::Status Spoil(CurationRun& run, const CurationContext& context) override {
    const std::string begun = context.work_folder + "/begun";
    const bool again = std::filesystem::exists(begun);
    std::ofstream(begun) << "yes";
    FACET_RETURN_IF_ERROR(run.Progress(0, 1, "images"));
    return again ? absl::OkStatus() : run.manifest().SetScore(run.id(), 1, 0.5);
  }

 private:
  absl::Status Remove(CurationRun&) override { return absl::OkStatus(); }
};

class WritesImages final : public Good {
  WRONG_CURATOR(WritesImages, "writes_images");
  absl::Status Spoil(CurationRun&, const CurationContext& context) override {
    std::ofstream(context.image_folder + "/cache") << "x";
    return absl::OkStatus();
  }
};

class ProgressFromAnywhere final : public Good {
  WRONG_CURATOR(ProgressFromAnywhere, "progress_from_anywhere");
  absl::Status Spoil(CurationRun& run, const CurationContext&) override {
    absl::Status status;
    std::thread([&] { status = run.Progress(1, 2, "images"); }).join();
    return status;
  }
};

class ProgressOfNothing final : public Good {
  WRONG_CURATOR(ProgressOfNothing, "progress_of_nothing");
  absl::Status Spoil(CurationRun& run, const CurationContext&) override {
    return run.Progress(1, 2, "");
  }
};

}  // namespace

#define WRONG(Class, name) \
  FACET_COMPONENT(facet::Curator, Class, NoOptions, name, "a curator that is wrong", "")

FACET_PLUGIN_COMPONENTS(
    WRONG(Good, "good"), WRONG(Beginner, "beginner"), WRONG(NeedsFiles, "needs_files"),
    WRONG(NoCure, "no_cure"), WRONG(NothingLeft, "nothing_left"),
    WRONG(DeletesRows, "deletes_rows"), WRONG(UndoesARun, "undoes_a_run"),
    WRONG(ForgetsFacts, "forgets_facts"), WRONG(WidensSnapshot, "widens_snapshot"),
    WRONG(TwoRuns, "two_runs"), WRONG(OtherName, "other_name"),
    WRONG(RemovesAgain, "removes_again"), WRONG(KeepsTheRemoved, "keeps_the_removed"),
    WRONG(ScoresTheRemoved, "scores_the_removed"), WRONG(RemovesAsTruth, "removes_as_truth"),
    WRONG(NoSnapshot, "no_snapshot"), WRONG(MakesNoImages, "makes_no_images"),
    WRONG(NotFrozen, "not_frozen"), WRONG(OwnMetricsFirst, "own_metrics_first"),
    WRONG(NoNumber, "no_number"), WRONG(NoUnit, "no_unit"), WRONG(SameNames, "same_names"),
    WRONG(RaggedCurve, "ragged_curve"), WRONG(OneEdgeShort, "one_edge_short"),
    WRONG(EmptyBin, "empty_bin"), WRONG(NegativeCount, "negative_count"),
    WRONG(LongSheet, "long_sheet"), WRONG(SheetOfNoFile, "sheet_of_no_file"),
    WRONG(CountsItsCalls, "counts_its_calls"), WRONG(CountsItsThreads, "counts_its_threads"),
    WRONG(DoesNotStop, "does_not_stop"), WRONG(StopsTooLate, "stops_too_late"),
    WRONG(GoesOnWrongly, "goes_on_wrongly"), WRONG(WritesImages, "writes_images"),
    WRONG(ProgressFromAnywhere, "progress_from_anywhere"),
    WRONG(ProgressOfNothing, "progress_of_nothing"))
