#include "core/training/reduce.h"

#include <ATen/ATen.h>

#include <algorithm>

namespace facet {
namespace {

at::Tensor Reduce(const LossGroup& group) {
  const at::Tensor& elements = group.elements;
  // The sum of nothing is 0 and has a gradient; the mean of nothing is not a number.
  if (group.reduction == Reduction::kSum || elements.numel() == 0) return elements.sum();
  if (group.reduction == Reduction::kMean) return elements.mean();
  const int64_t count = elements.gt(0).sum().item<int64_t>();
  return elements.sum() / static_cast<double>(std::max<int64_t>(1, count));
}

}  // namespace

absl::StatusOr<at::Tensor> ReduceGroups(const std::vector<LossGroup>& groups) {
  if (groups.empty()) return absl::InternalError("the loss gave no group of elements");
  at::Tensor sum;
  for (const LossGroup& group : groups) {
    if (!group.elements.defined() || group.elements.dim() != 1) {
      return absl::InternalError(
          absl::StrCat("the loss's group \"", group.name, "\" is no vector of elements"));
    }
    const at::Tensor reduced = Reduce(group);
    sum = sum.defined() ? sum + reduced : reduced;
  }
  return sum;
}

absl::Status CheckMiner(const Loss& loss, const Miner* miner, MinerScope scope,
                        const std::string& slot) {
  const auto text = [](TupleKind kind) { return std::string(TupleKindName(kind)); };
  const auto range = [](MinerScope s) { return s == MinerScope::kBatch ? "a batch" : "an epoch"; };
  constexpr char kChoice[] = " (facet plugins list --kind miner)";
  if (loss.takes() == TupleKind::kNone) {
    if (miner == nullptr) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat(slot, ".loss takes no tuples, ", slot,
                                                   ".miner makes ", text(miner->makes()),
                                                   "; take the miner out or choose another loss"));
  }
  if (miner == nullptr) {
    // An epoch's steps are its miner's tuples; a batch has tuples of its own.
    if (!loss.needs_miner() && scope == MinerScope::kBatch) return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat(slot, ".loss takes ", text(loss.takes()), ", but there is no ", slot,
                     ".miner to make them; add one that mines ", range(scope), kChoice));
  }
  if (miner->makes() == TupleKind::kNone) {
    return absl::InvalidArgumentError(
        absl::StrCat(slot, ".loss takes ", text(loss.takes()), ", ", slot, ".miner makes none"));
  }
  if (miner->scope() != scope) {
    return absl::InvalidArgumentError(absl::StrCat(slot, ".miner mines ", range(miner->scope()),
                                                   ", ", slot, " needs one that mines ",
                                                   range(scope), kChoice));
  }
  return absl::OkStatus();
}

}  // namespace facet
