// Training and validation batches from packed crops.
//
// What a batch holds depends on the seed, the epoch and its index alone: batches can be made by any
// thread in any order, and training can go on in the middle of an epoch.
#ifndef FACET_CORE_TRAINING_BATCHES_H_
#define FACET_CORE_TRAINING_BATCHES_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "core/api/sampler.h"
#include "core/base/random.h"
#include "core/training/augmenter.h"
#include "core/training/batch.h"
#include "core/training/crop_set.h"
#include "core/training/input_writer.h"
#include "core/training/split.h"
#include "core/training/tuple_supply.h"

namespace facet {

class Batches {
 public:
  // `crops`, `sampler` and the augmenter's steps outlive this object. Labels are per row; the
  // split's rows index them. Validation batches follow the split's order.
  Batches(const CropSet& crops, std::vector<int64_t> labels, Split split, int64_t batch_size,
          const Sampler& sampler, Augmenter augmenter, InputFormat format, uint64_t seed);

  // InvalidArgument: the sampler cannot make such batches.
  absl::Status CheckSampler() const;

  // What the batches of the first of so many epochs hold for a loss over tuples: of enough of them
  // to know the share of those without tuples to a few percent. Errors: of EpochOrder.
  absl::StatusOr<TupleSupply> Supply(int64_t num_epochs) const;

  // Of an epoch. Which images are left over differs with each epoch's order. The one batch of fewer
  // images than fill it may be smaller.
  int64_t num_training() const;
  int64_t num_training_images() const { return static_cast<int64_t>(split_.training.size()); }
  int64_t num_validation() const;  // all rows: the last batch may be smaller
  bool has_validation() const { return !split_.validation.empty(); }

  // The training rows of an epoch in order; position p of batch b is order[b * batch_size + p].
  // Internal: the sampler broke its contract.
  absl::StatusOr<std::vector<int64_t>> EpochOrder(int64_t epoch) const;
  absl::StatusOr<Batch> Training(int64_t epoch, const std::vector<int64_t>& order,
                                 int64_t index) const;
  absl::StatusOr<Batch> Validation(int64_t index) const;  // central windows

 private:
  // Where images of one row after the other are decoded and changed.
  struct Scratch {
    Image decoded, changed;
  };
  // Indices into the training rows.
  absl::StatusOr<std::vector<int64_t>> Sampled(int64_t epoch) const;
  void Reserve(int64_t count, Batch* batch) const;
  absl::Status Append(int64_t row, Random* augment, Scratch* scratch, Batch* batch) const;

  const CropSet& crops_;
  const std::vector<int64_t> labels_;
  const Split split_;
  std::vector<int64_t> training_labels_;  // of the split's training rows
  const int64_t batch_size_;
  const Sampler& sampler_;
  const Augmenter augmenter_;
  const InputFormat format_;
  const uint64_t seed_;
};

// The mean of the rows' crops: per channel, or the mean image. Of more than 10,000 rows, 10,000 at
// equal distances are measured.
absl::StatusOr<std::vector<float>> MeasureMean(const CropSet& crops,
                                               const std::vector<int64_t>& rows, int64_t size_px,
                                               bool image);

}  // namespace facet

#endif  // FACET_CORE_TRAINING_BATCHES_H_
