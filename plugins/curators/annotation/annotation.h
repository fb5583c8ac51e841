// What annotators, people or the truth, say of the blocks of a stage.
#ifndef FACET_PLUGINS_CURATORS_ANNOTATION_ANNOTATION_H_
#define FACET_PLUGINS_CURATORS_ANNOTATION_ANNOTATION_H_

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/status/statusor.h"
#include "core/api/curator.h"
#include "plugins/curators/annotation/blocks.h"
#include "plugins/curators/stage/summary.h"

namespace facet {

struct BlockVerdict {
  std::optional<bool> accepted;    // nothing: not judged
  std::set<std::string> rejected;  // paths, of an accepted block: images rejected by hand
  double seconds = 0;              // of all annotators
  // What they think of it: right images of those shown; the oracle's is the truth. People's is the
  // mean of their shares of images not marked, where they give a verdict.
  double purity = 1.0;
};

struct Agreement {
  int64_t pairs = 0;  // of verdicts on one block by two annotators
  int64_t equal = 0;
};

struct Annotation {
  std::vector<BlockVerdict> verdicts;  // of each block
  double effort_seconds = 0;           // of people, all blocks
  Agreement agreement;
  std::vector<std::string> notices;
};

// By image; an image without an entry is right. Nothing: not known (curation_summary.h).
using ImageTruths = std::optional<std::unordered_map<int64_t, ImageTruth>>;

// The truth must be known.
inline bool IsRight(const ImageTruths& truth, int64_t image) {
  const auto found = truth->find(image);
  return found == truth->end() || found->second.right;
}
int64_t CountRight(const AnnotationBlock& block, const ImageTruths& truth);

struct OracleOptions {
  JudgingTask task;
  double error = 0.0;          // share of verdicts, and of marks, that are wrong
  bool marks = false;          // it rejects wrong images of the blocks that it accepts
  double sheet_seconds = 0.0;  // the effort that it stands for, per block or sheet
};
// Accepts what is pure by the truth. Its mistakes follow from context.seed and the block, not from
// other blocks. FailedPrecondition without a truth; Cancelled.
absl::StatusOr<Annotation> AskOracle(const std::vector<AnnotationBlock>& blocks,
                                     const ImageTruths& truth, const OracleOptions& options,
                                     const CurationContext& context);

}  // namespace facet

#endif  // FACET_PLUGINS_CURATORS_ANNOTATION_ANNOTATION_H_
