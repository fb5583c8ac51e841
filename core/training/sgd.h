// Stochastic gradient descent with momentum and weight decay (Parkhi et al. 2015, section 4.3):
//   v <- momentum v + (gradient + weight_decay w),   w <- w - rate v,
// for every learned tensor, biases too.
//
// Values and velocities are float32 whatever the type the network computes in: a bfloat16 parameter
// is a rounded copy of its float32 master, so that small steps are not lost.
#ifndef FACET_CORE_TRAINING_SGD_H_
#define FACET_CORE_TRAINING_SGD_H_

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "core/api/architecture.h"
#include "core/training/tensors.h"
#include "core/training/weights_file.h"

namespace facet {

class Sgd {
 public:
  Sgd(double momentum, double weight_decay) : momentum_(momentum), weight_decay_(weight_decay) {}

  // Takes in a component's float32 tensors under "<prefix><name>" and moves them to where and what
  // they are computed in; the component's handles see the change. Internal: a name is there
  // already, or a tensor is no leaf that requires a gradient.
  absl::Status Add(const std::string& prefix, const std::vector<NamedTensor>& parameters,
                   const Numerics& numerics);

  // Internal, with its name, if a tensor got no gradient.
  absl::Status CheckGradients() const;
  void ZeroGradients();
  void Step(double rate);

  // Values, and with `velocities` also those under "velocity/<name>".
  void Export(bool velocities, StoredTensors* stored) const;
  // The inverse of Export(true): everything must be there. DataLoss.
  absl::Status Import(const StoredTensors& stored);

 private:
  struct Entry {
    std::string name;
    at::Tensor parameter;  // what the component computes with
    at::Tensor master;     // float32; the parameter's own storage if that is float32
    at::Tensor velocity;   // float32, laid out like the master
  };
  void StepOne(Entry& entry, double rate) const;

  double momentum_, weight_decay_;
  std::vector<Entry> entries_;
};

}  // namespace facet

#endif  // FACET_CORE_TRAINING_SGD_H_
