// Cross-batch memory (Wang et al., CVPR 2020, arXiv:1912.06798): past embeddings with their labels,
// which a loss of pairs or triplets compares the batch with. Embeddings drift slowly, so old ones
// stand for what the present network would say of their images.
//
// Loss and miner see [batch; memory], B + M rows of which the first B are anchors: tuples begin with
// one of them, and their other images are any. Who tells anchors from references (AnchorLoss,
// AnchorMiner) compares B x (B + M) images; of others the host keeps of the tuples of all
// (B + M) x (B + M) those that begin with an anchor. A batch enters the memory after its step. (The
// authors' code enters it before and adds the loss against the memory to that of the batch; here
// each comparison counts once.) A loss of classes compares an image with what it learned of its
// class; the trainer refuses it a memory.
#ifndef FACET_CORE_TRAINING_MEMORY_H_
#define FACET_CORE_TRAINING_MEMORY_H_

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "absl/status/status.h"
#include "core/api/tuples.h"
#include "core/training/weights_file.h"

namespace facet {

// A ring of the last `size` embeddings.
class EmbeddingMemory {
 public:
  // size 0: it stays empty.
  EmbeddingMemory(int64_t size, at::Device device) : size_(size), device_(device) {}

  int64_t count() const { return count_; }
  at::Tensor embeddings() const;  // [count, D] float32, no gradient; count > 0
  at::Tensor labels() const;      // [count] int64

  // The oldest make room. embeddings [N, D], labels [N].
  void Push(const at::Tensor& embeddings, const at::Tensor& labels);

  void Export(TensorSources* sources) const;
  absl::Status Import(const StoredTensors& stored);  // DataLoss

 private:
  const int64_t size_;
  const at::Device device_;
  int64_t count_ = 0, next_ = 0;
  at::Tensor embeddings_, labels_;  // [size, D], [size]; undefined before the first Push
};

// How many of the first `num_anchors` images no tuple begins with, whatever the miner counts.
int64_t NumSkipped(const Tuples& tuples, int64_t num_anchors);

// The tuples whose anchor or first image is one of the first `num_anchors`: those of a miner that
// does not tell anchors from references.
Tuples KeepAnchors(const Tuples& tuples, int64_t num_anchors);

// Every tuple of this kind whose anchor or first image is one of the first `num_anchors` of
// labels [N], in order of their indices: for a loss that does not tell either.
Tuples AllTuples(TupleKind kind, const at::Tensor& labels, int64_t num_anchors);

}  // namespace facet

#endif  // FACET_CORE_TRAINING_MEMORY_H_
