#include "plugins/curators/annotation/annotation.h"

#include <algorithm>
#include <utility>

#include "core/base/random.h"

namespace facet {

int64_t CountRight(const AnnotationBlock& block, const ImageTruths& truth) {
  return std::count_if(block.images.begin(), block.images.end(),
                       [&](const BlockImage& image) { return IsRight(truth, image.row.id); });
}

absl::StatusOr<Annotation> AskOracle(const std::vector<AnnotationBlock>& blocks,
                                     const ImageTruths& truth, const OracleOptions& options,
                                     const CurationContext& context) {
  if (!truth.has_value()) {
    return absl::FailedPreconditionError(
        "annotator = \"oracle\" looks the truth up, and the manifest has none (it comes "
        "from a synthetic web, or with noise mixed in); let people judge: annotator = \"web\"");
  }
  Annotation annotation;
  for (size_t i = 0; i < blocks.size(); ++i) {
    const AnnotationBlock& block = blocks[i];
    Random random(DeriveSeed(context.seed, "oracle of block " + block.digest));
    const auto mistaken = [&] { return random.Bernoulli(options.error); };
    const auto size = static_cast<int64_t>(block.images.size());
    const int64_t right = CountRight(block, truth);
    const bool pure = options.task.IsPure(right, size);
    BlockVerdict verdict;
    verdict.accepted = pure != mistaken();
    verdict.seconds = options.sheet_seconds * static_cast<double>(options.task.NumSheets(size));
    verdict.purity = static_cast<double>(right) / static_cast<double>(size);
    for (const BlockImage& image : block.images) {
      if (!*verdict.accepted || !options.marks) break;
      if (IsRight(truth, image.row.id) == mistaken()) verdict.rejected.insert(image.row.path);
    }
    annotation.effort_seconds += verdict.seconds;
    annotation.verdicts.push_back(std::move(verdict));
    if (!context.progress(static_cast<int64_t>(i) + 1, static_cast<int64_t>(blocks.size()),
                          options.task.OfPeople() ? "people" : "blocks", "")) {
      return absl::CancelledError("stopped while the oracle judged");
    }
  }
  return annotation;
}

}  // namespace facet
