// What every curator does around its own work: the working copy of the manifest, the run in it, the
// images it works on, the snapshot, the frozen file, and samples of what it removed.
//
//   FACET_ASSIGN_OR_RETURN(const auto run, CurationRun::Start(context, "purify", settings));
//   FACET_ASSIGN_OR_RETURN(ManifestImages images, run->Images());
//   ... run->manifest().Mark(run->id(), ...), in transactions ...
//   FACET_ASSIGN_OR_RETURN(CurationResult result, run->Finish("full", statistics));
#ifndef FACET_PLUGINS_CURATORS_STAGE_RUN_H_
#define FACET_PLUGINS_CURATORS_STAGE_RUN_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/api/curator.h"
#include "plugins/manifest/manifest.h"

namespace facet {

// A sample of the images that were added, each with a file as likely as any other; holds `limit` at
// most. One without a file (an empty path) is counted, but not drawn.
class SheetSampler {
 public:
  SheetSampler(int64_t limit, uint64_t seed) : limit_(limit), random_(seed) {}
  void Add(const ContactSheet::Cell& cell);
  // In the order of adding; "<title> (<number added>)".
  ContactSheet Sheet(const std::string& title) const;

 private:
  int64_t limit_, num_added_ = 0, num_files_ = 0;
  Random random_;
  std::vector<std::pair<int64_t, ContactSheet::Cell>> drawn_;
};

// One sheet for each reason for which `run` removes images: "removed: near duplicate (312)".
// Captions are the identity's name and the mark's detail.
absl::StatusOr<std::vector<ContactSheet>> SheetsOfRemovals(const Manifest& manifest, int64_t run,
                                                           int64_t limit, uint64_t seed);

class CurationRun {
 public:
  // Of a curator that goes on with a manifest. `settings`: a JSON object. A working copy that a
  // killed stage left is removed. InvalidArgument if the row gives no manifest.
  static absl::StatusOr<std::unique_ptr<CurationRun>> Start(const CurationContext& context,
                                                            const std::string& stage,
                                                            const std::string& settings);
  // Of a curator that may begin a chain: without a manifest it gets an empty one.
  static absl::StatusOr<std::unique_ptr<CurationRun>> Begin(const CurationContext& context,
                                                            const std::string& stage,
                                                            const std::string& settings);

  Manifest& manifest() { return *manifest_; }
  int64_t id() const { return id_; }
  // Finished runs before this one but the truth: their removals count.
  const std::vector<int64_t>& earlier_runs() const { return earlier_runs_; }

  // What no earlier run removes; images of people removed are not among them. This run's own marks
  // do not count.
  absl::StatusOr<ManifestImages> Images(
      ManifestQuery::Order order = ManifestQuery::Order::kId) const;
  absl::StatusOr<std::vector<ManifestIdentity>> Identities() const;

  // Tells the host; CancelledError if it wants a stop.
  absl::Status Progress(int64_t done, int64_t total, const std::string& unit,
                        const std::string& note = "") const;

  // Finishes the run, defines `snapshot` as all finished runs so far but the truth, and freezes
  // into the output folder. The result has the metrics of SummariseRun(), and sheets of what was
  // removed, at most 48 cells each.
  absl::StatusOr<CurationResult> Finish(const std::string& snapshot, const std::string& statistics,
                                        std::optional<double> effort_seconds = {});

 private:
  CurationRun(const CurationContext& context, std::unique_ptr<Manifest> manifest)
      : context_(context), manifest_(std::move(manifest)) {}

  const CurationContext& context_;  // outlives this
  std::unique_ptr<Manifest> manifest_;
  int64_t id_ = 0;
  std::vector<int64_t> earlier_runs_;
};

}  // namespace facet

#endif  // FACET_PLUGINS_CURATORS_STAGE_RUN_H_
