// A moving average of what training changes, learned tensors and running statistics (Polyak &
// Juditsky 1992): after step t, counted from 1,
//   average <- d average + (1 - d) value,   d = min(decay, (1 + t) / (10 + t)),
// from the initial values; the second term, TensorFlow's ExponentialMovingAverage's `num_updates`,
// lets a short training forget them.
#ifndef FACET_CORE_TRAINING_WEIGHT_AVERAGE_H_
#define FACET_CORE_TRAINING_WEIGHT_AVERAGE_H_

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "core/api/architecture.h"
#include "core/training/weights_file.h"

namespace facet {

class WeightAverage {
 public:
  // decay 0: there is no average, nothing below does anything.
  explicit WeightAverage(double decay) : decay_(decay) {}
  bool exists() const { return decay_ > 0; }

  // Averages these float32 tensors, beginning with what they hold.
  void Begin(std::vector<NamedTensor> tensors);
  void Update(int64_t step);  // after step number `step`
  // The tensors get the averages and the averages the tensors; once more, and all is as before.
  void Swap();

  const std::vector<NamedTensor>& averages() const { return averages_; }
  void Export(TensorSources* sources) const;         // under "average/<name>"
  absl::Status Import(const StoredTensors& stored);  // DataLoss

 private:
  const double decay_;
  std::vector<NamedTensor> tensors_, averages_;
};

}  // namespace facet

#endif  // FACET_CORE_TRAINING_WEIGHT_AVERAGE_H_
