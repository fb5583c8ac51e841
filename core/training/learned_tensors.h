// The learned tensors of the network and of the loss: their groups, their optimiser's state, and
// both in checkpoints.
//
// Values and state are float32 whatever the type the network computes in: a bfloat16 parameter is a
// rounded copy of its float32 master, so that small steps are not lost.
#ifndef FACET_CORE_TRAINING_LEARNED_TENSORS_H_
#define FACET_CORE_TRAINING_LEARNED_TENSORS_H_

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "core/api/architecture.h"
#include "core/api/optimizer.h"
#include "core/training/settings.h"
#include "core/training/tensors.h"
#include "core/training/weights_file.h"

namespace facet {

class LearnedTensors {
 public:
  // `rule` outlives this object; `name`: of it, for messages.
  LearnedTensors(const Optimizer& rule, std::string name, bool decay_vectors);

  // Takes in a component's float32 tensors under "<prefix><name>" and moves them to where and what
  // they are computed in; the component's handles see the change. Internal: a name is there
  // already, or a tensor is no leaf that requires a gradient.
  absl::Status Add(const std::string& prefix, const std::vector<NamedTensor>& parameters,
                   const Numerics& numerics);
  // From here on tensors learn as all their groups together say. `copied`: names of those that are not new.
  // InvalidArgument: a group has no tensor, or no tensor learns.
  absl::Status SetGroups(const std::vector<TensorGroup>& groups,
                         const std::set<std::string>& copied);

  // Internal, with its name, if a tensor of `prefix` that learns got no gradient in any step.
  absl::Status CheckGradients(const std::string& prefix) const;
  // InvalidArgument, with its name, if a tensor has a value that is not finite.
  absl::Status CheckFinite() const;
  bool Learns(const std::string& prefix) const;  // one of its tensors at least
  void ZeroGradients();
  // The l2 norm of all gradients together; its bits do not depend on the number of threads.
  double GradientNorm() const;
  // One step down the gradients times `gradient_scale`. A tensor without gradient stays; of one that
  // climbs, a tensor whose first gradient was none, and one without the second takes it as 0.
  absl::Status Step(double rate, double gradient_scale = 1.0);
  // To where the second gradient of the step is taken. gradient_norm: after the scale.
  absl::Status Climb(double rate, double gradient_scale, double gradient_norm);

  // float32, by name. Who changes them calls Round().
  std::vector<NamedTensor> Masters() const;
  void Round();

  // Values, and with `state` also those under "<name of the state>/<name>" and the numbers of steps.
  void Export(bool state, TensorSources* sources) const;
  // The inverse of Export(true): everything must be there. DataLoss.
  absl::Status Import(const StoredTensors& stored);

 private:
  struct Entry {
    std::string prefix, name;       // the name with the prefix
    at::Tensor parameter;           // what the component computes with
    at::Tensor master;              // float32; the parameter's own storage if that is float32
    std::vector<at::Tensor> state;  // laid out like the master; zeros at first
    bool may_decay = true;
    bool decays = true, frozen = false;
    double rate_factor = 1.0;
    int64_t num_steps = 0;
    bool has_learned = false;  // a gradient came since it was added
    bool climbed = false;      // since its last step
  };
  OptimizedTensor Optimized(const Entry& entry) const;
  absl::Status NoTensor(const TensorGroup& group, const std::set<std::string>& copied) const;

  const Optimizer& rule_;
  const std::string rule_name_;
  const bool decay_vectors_;
  const std::vector<std::string> state_names_;
  std::vector<Entry> entries_;
};

}  // namespace facet

#endif  // FACET_CORE_TRAINING_LEARNED_TENSORS_H_
