// The desk at which annotators get blocks and hand in decisions. Any number of threads.
//
// A decision is in the log, on the disk, when its call returns OK. A block that an annotator has
// opened is his for `lease_seconds` after his last sign of life; others may look at it, and decide
// when that time is over: then both decisions count (annotation_votes.h). Who has what is not kept
// over a restart; decisions are.
// Time of work is what passes between signs of life, pauses counted as `idle_seconds` at most.
#ifndef FACET_PLUGINS_CURATORS_ANNOTATION_DESK_H_
#define FACET_PLUGINS_CURATORS_ANNOTATION_DESK_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "plugins/curators/annotation/annotation.h"
#include "plugins/curators/annotation/blocks.h"
#include "plugins/curators/annotation/log.h"
#include "plugins/curators/annotation/votes.h"

namespace facet {

struct AnnotationDeskOptions {
  int64_t votes = 1;         // verdicts that a block needs
  bool wait_for_all = true;  // Finish() only when all blocks have them
  JudgingTask task;          // for the log
  double lease_seconds = 120, idle_seconds = 60;
  std::function<double()> clock;  // seconds, never back; empty: the system's
};

class AnnotationDesk {
 public:
  // What one annotator sees of a block.
  struct View {
    int64_t block = 0;
    std::optional<bool> verdict;                       // his own
    std::set<std::string> marked;                      // by him; paths
    std::vector<std::pair<std::string, bool>> others;  // their verdicts
    std::string held_by;                               // another annotator who is at it
  };
  struct Progress {
    // One letter for each block: 'a'ccepted, 'r'ejected, 'h'eld by another annotator, '.' open.
    std::string blocks;
    int64_t num_judged = 0;
    double seconds = 0, all_seconds = 0;  // his, of all annotators
    std::vector<std::string> present;     // annotators with a live lease
    bool may_undo = false, may_finish = false, finished = false;
  };

  // `blocks` must outlive it. Errors: those of AnnotationLog::Open.
  static absl::StatusOr<std::unique_ptr<AnnotationDesk>> Open(
      const std::vector<AnnotationBlock>& blocks, const std::string& decisions,
      const AnnotationDeskOptions& options);

  // 1 to 40 characters without control characters; the cleaned name.
  static absl::StatusOr<std::string> CheckName(const std::string& name);

  // All refuse a bad name or block with InvalidArgument. Where another annotator is at the block,
  // Mark and Judge are FailedPrecondition.
  // Join and Next give him the block that they name, -1 if none waits for him.
  // The block that he was at, or else the first one that waits for him.
  absl::StatusOr<int64_t> Join(const std::string& annotator);
  // The first block after `after`, around the end, that waits for him.
  absl::StatusOr<int64_t> Next(const std::string& annotator, int64_t after);
  absl::StatusOr<View> Show(const std::string& annotator, int64_t block);
  absl::Status Touch(const std::string& annotator, int64_t block);
  // Gives up his block: he closes the page.
  absl::Status Leave(const std::string& annotator);
  absl::Status Mark(const std::string& annotator, int64_t block,
                    const std::vector<std::string>& images, bool marked);
  absl::Status Judge(const std::string& annotator, int64_t block, bool accept);
  // The block of what was undone. NotFound: nothing.
  absl::StatusOr<int64_t> Undo(const std::string& annotator);
  absl::Status Finish(const std::string& annotator);

  Progress ProgressOf(const std::string& annotator) const;
  int64_t num_judged() const;
  bool finished() const;
  Annotation Result() const;

 private:
  struct Lease {
    std::string annotator;
    double until;
  };
  struct Person {
    double last_seen, unlogged;  // seconds; of work that no event has yet
  };
  AnnotationDesk(const std::vector<AnnotationBlock>& blocks, std::unique_ptr<AnnotationLog> log,
                 AnnotationDeskOptions options);

  // The rest is called with the lock held.
  absl::Status Arrive(const std::string& annotator, int64_t block);  // checks; a sign of life
  std::string HolderBut(const std::string& annotator, int64_t block) const;
  void Take(const std::string& annotator, int64_t block);
  void Release(const std::string& annotator);
  absl::Status CheckFree(const std::string& annotator, int64_t block) const;
  absl::Status Record(AnnotationEvent event, int64_t block);
  bool Waits(const std::string& annotator, int64_t block) const;
  bool Judged(int64_t block) const { return votes_.NumVerdicts(block) >= options_.votes; }
  bool Complete() const;
  bool Finished() const;
  int64_t NextAfter(const std::string& annotator, int64_t after) const;
  int64_t Place(const std::string& annotator) const;  // where he goes on

  const std::vector<AnnotationBlock>& blocks_;
  const AnnotationDeskOptions options_;
  mutable std::mutex mutex_;
  const std::unique_ptr<AnnotationLog> log_;
  AnnotationVotes votes_;
  std::unordered_map<int64_t, Lease> leases_;
  std::map<std::string, Person> people_;
};

}  // namespace facet

#endif  // FACET_PLUGINS_CURATORS_ANNOTATION_DESK_H_
