// What all optimisers share: the learned tensors of the network and of the loss, their state, and
// both in checkpoints.
//
// Values and state are float32 whatever the type the network computes in: a bfloat16 parameter is a
// rounded copy of its float32 master, so that small steps are not lost.
#ifndef FACET_CORE_TRAINING_OPTIMIZER_H_
#define FACET_CORE_TRAINING_OPTIMIZER_H_

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "core/api/architecture.h"
#include "core/training/settings.h"
#include "core/training/tensors.h"
#include "core/training/weights_file.h"

namespace facet {

class Optimizer {
 public:
  virtual ~Optimizer() = default;

  // Takes in a component's float32 tensors under "<prefix><name>" and moves them to where and what
  // they are computed in; the component's handles see the change. Their learning rate is
  // `rate_factor` times the one of Step. Internal: a name is there already, or a tensor is no leaf
  // that requires a gradient.
  absl::Status Add(const std::string& prefix, const std::vector<NamedTensor>& parameters,
                   const Numerics& numerics, double rate_factor = 1.0);

  // Internal, with its name, if a tensor that was added under `prefix` got no gradient in any step.
  absl::Status CheckGradients(const std::string& prefix) const;
  // InvalidArgument, with its name, if a tensor has a value that is not finite.
  absl::Status CheckFinite() const;
  void ZeroGradients();
  // The l2 norm of all gradients together; its bits do not depend on the number of threads.
  double GradientNorm() const;
  // One step down the gradients times `gradient_scale`. A tensor without gradient stays.
  void Step(double rate, double gradient_scale = 1.0);

  // Values, and with `state` also those under "<name of the state>/<name>", and the number of
  // steps.
  void Export(bool state, TensorSources* sources) const;
  // The inverse of Export(true): everything must be there. DataLoss.
  absl::Status Import(const StoredTensors& stored);

 protected:
  struct Entry {
    std::string prefix, name;       // the name with the prefix
    at::Tensor parameter;           // what the component computes with
    at::Tensor master;              // float32; the parameter's own storage if that is float32
    std::vector<at::Tensor> state;  // float32, laid out like the master; zeros at first
    double rate_factor = 1.0;
    bool decays = true;
    bool has_learned = false;  // a gradient came in some step
  };
  // state_names: of the tensors of each entry's state. decay_vectors: weight decay on tensors of
  // one dimension too.
  Optimizer(std::vector<std::string> state_names, bool decay_vectors)
      : state_names_(std::move(state_names)), decay_vectors_(decay_vectors) {}
  // `gradient` is laid out like the master. The base class rounds the master to the parameter.
  virtual void StepOne(Entry& entry, const at::Tensor& gradient, double rate,
                       double gradient_scale) const = 0;
  int64_t num_steps() const { return num_steps_; }  // with the one that is under way

 private:
  const std::vector<std::string> state_names_;
  const bool decay_vectors_;
  int64_t num_steps_ = 0;
  std::vector<Entry> entries_;
};

// As `settings.use` says.
std::unique_ptr<Optimizer> MakeOptimizer(const OptimizerSettings& settings);

}  // namespace facet

#endif  // FACET_CORE_TRAINING_OPTIMIZER_H_
