#include "core/training/memory.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <string>
#include <vector>

#include "core/training/tensors.h"

namespace facet {
namespace {

constexpr char kEmbeddings[] = "memory/embeddings";
constexpr char kLabels[] = "memory/labels";
constexpr char kNext[] = "memory/next";

at::Tensor Kept(const at::Tensor& first, int64_t num_anchors) {
  return first.lt(num_anchors).nonzero().view({-1});
}

}  // namespace

at::Tensor EmbeddingMemory::embeddings() const { return embeddings_.slice(0, 0, count_); }
at::Tensor EmbeddingMemory::labels() const { return labels_.slice(0, 0, count_); }

void EmbeddingMemory::Push(const at::Tensor& embeddings, const at::Tensor& labels) {
  if (size_ == 0) return;
  const at::NoGradGuard no_grad;
  if (!embeddings_.defined()) {
    embeddings_ = at::zeros({size_, embeddings.size(1)}, at::TensorOptions(device_));
    labels_ = at::zeros({size_}, at::TensorOptions(device_).dtype(at::kLong));
  }
  // Of a batch larger than the ring the last ones stay.
  const int64_t pushed = std::min(size_, labels.size(0));
  const at::Tensor places = at::arange(next_, next_ + pushed, labels.options()).remainder(size_);
  embeddings_.index_copy_(0, places, embeddings.detach().slice(0, labels.size(0) - pushed));
  labels_.index_copy_(0, places, labels.slice(0, labels.size(0) - pushed));
  next_ = (next_ + pushed) % size_;
  count_ = std::min(size_, count_ + pushed);
}

// Labels are exact as float32 up to 2^24 identities.
void EmbeddingMemory::Export(TensorSources* sources) const {
  if (count_ == 0) return;
  sources->tensors[kEmbeddings] = SourceOf(embeddings());
  sources->tensors[kLabels] = SourceOf(labels());
  sources->tensors[kNext] = SourceOf(at::scalar_tensor(next_, at::kFloat));
}

absl::Status EmbeddingMemory::Import(const StoredTensors& stored) {
  const auto embeddings = stored.tensors.find(kEmbeddings), labels = stored.tensors.find(kLabels),
             next = stored.tensors.find(kNext);
  if (embeddings == stored.tensors.end()) return absl::OkStatus();  // nothing was pushed yet
  if (labels == stored.tensors.end() || next == stored.tensors.end() ||
      labels->second.shape.at(0) > size_) {
    return absl::DataLossError("the checkpoint's memory of embeddings is not whole");
  }
  Push(FromStored(embeddings->second).to(device_),
       FromStored(labels->second).to(device_, at::kLong));
  next_ = static_cast<int64_t>(next->second.values.at(0));
  return absl::OkStatus();
}

int64_t NumSkipped(const Tuples& tuples, int64_t num_anchors) {
  const bool triplets = tuples.kind == TupleKind::kTriplets;
  const at::Tensor& first = triplets ? tuples.anchors : tuples.positive_first;
  at::Tensor used = at::zeros({num_anchors}, first.options().dtype(at::kBool));
  used.index_fill_(0, first, 1);
  if (!triplets) used.index_fill_(0, tuples.negative_first, 1);
  return num_anchors - used.sum().item<int64_t>();
}

Tuples KeepAnchors(const Tuples& tuples, int64_t num_anchors) {
  Tuples kept = tuples;
  if (tuples.kind == TupleKind::kTriplets) {
    const at::Tensor rows = Kept(tuples.anchors, num_anchors);
    for (at::Tensor* column : {&kept.anchors, &kept.positives, &kept.negatives}) {
      *column = column->index_select(0, rows);
    }
  } else {
    const at::Tensor positives = Kept(tuples.positive_first, num_anchors);
    const at::Tensor negatives = Kept(tuples.negative_first, num_anchors);
    kept.positive_first = tuples.positive_first.index_select(0, positives);
    kept.positive_second = tuples.positive_second.index_select(0, positives);
    kept.negative_first = tuples.negative_first.index_select(0, negatives);
    kept.negative_second = tuples.negative_second.index_select(0, negatives);
  }
  kept.num_skipped = NumSkipped(kept, num_anchors);
  return kept;
}

Tuples AllTuples(TupleKind kind, const at::Tensor& labels, int64_t num_anchors) {
  const at::Tensor own = labels.slice(0, 0, num_anchors).unsqueeze(1);
  const at::Tensor same = own.eq(labels.unsqueeze(0));  // [anchors, N]
  at::Tensor positive = same.clone();
  positive.fill_diagonal_(0);  // an image is no positive of itself
  const at::Tensor negative = same.logical_not();
  Tuples tuples;
  tuples.kind = kind;
  if (kind == TupleKind::kPairs) {
    const at::Tensor positives = positive.nonzero(), negatives = negative.nonzero();
    tuples.positive_first = positives.select(1, 0);
    tuples.positive_second = positives.select(1, 1);
    tuples.negative_first = negatives.select(1, 0);
    tuples.negative_second = negatives.select(1, 1);
  } else {
    // Anchor by anchor: a mask of all triples would be [anchors, N, N].
    std::vector<at::Tensor> anchors, positives, negatives;
    for (int64_t i = 0; i < num_anchors; ++i) {
      const at::Tensor p = positive[i].nonzero().view({-1}), n = negative[i].nonzero().view({-1});
      anchors.push_back(at::full({p.numel() * n.numel()}, i, labels.options()));
      positives.push_back(p.unsqueeze(1).expand({-1, n.numel()}).reshape({-1}));
      negatives.push_back(n.repeat({p.numel()}));
    }
    tuples.anchors = at::cat(anchors);
    tuples.positives = at::cat(positives);
    tuples.negatives = at::cat(negatives);
  }
  tuples.num_skipped = NumSkipped(tuples, num_anchors);
  return tuples;
}

}  // namespace facet
