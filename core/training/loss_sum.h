// The sum of an epoch's losses. Reading a loss waits for the device that computes it, so that on a
// device the losses of many steps are summed there and read together.
#ifndef FACET_CORE_TRAINING_LOSS_SUM_H_
#define FACET_CORE_TRAINING_LOSS_SUM_H_

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace facet {

class LossSum {
 public:
  explicit LossSum(int64_t read_every) : read_every_(read_every) {}

  // Of `count` losses, in place of all that were added.
  void Set(double sum, int64_t count);
  // One loss: a number, or a tensor of one, which stays where it is until Read().
  void Add(double loss);
  void Add(const at::Tensor& loss);
  // The first loss is to be read at once, later ones `read_every` at a time.
  bool IsToBeRead() const { return num_unread_ >= (num_read_ == 0 ? 1 : read_every_); }
  void Read();

  // Of the losses that were read.
  double sum() const { return sum_; }
  double mean() const;  // 0 of none

 private:
  const int64_t read_every_;
  double sum_ = 0;
  at::Tensor unread_;  // of those not read too
  int64_t num_read_ = 0, num_unread_ = 0;
};

}  // namespace facet

#endif  // FACET_CORE_TRAINING_LOSS_SUM_H_
