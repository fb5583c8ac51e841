// Optimisers: a learned tensor, its gradient and a rate -> the tensor after one step.
//
// The host keeps the tensors, their state (checkpoints hold it) and the rates of schedule and
// groups; the optimiser knows the rule. Tensors come one at a time and in a fixed order.
#ifndef FACET_CORE_API_OPTIMIZER_H_
#define FACET_CORE_API_OPTIMIZER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "core/api/component.h"
#include "core/api/tensor.h"

namespace facet {

// One learned tensor in a step. Gradients are off.
struct OptimizedTensor {
  at::Tensor value;               // float32, dense, on any device; changed in place
  at::Tensor gradient;            // float32 or bfloat16, laid out like value, not yet scaled
  std::vector<at::Tensor> state;  // float32, as StateNames() lists it, laid out like value; zeros
                                  // before the first step
  bool decays = true;             // weight decay applies to it
  // What the network computes with where that is not `value`: bfloat16, laid out like it; else
  // undefined. The host rounds `value` into it after the step, unless rounds().
  at::Tensor rounded;
};

struct OptimizerStep {
  double rate = 0.0;            // of this tensor: the schedule's times its group's factor
  double gradient_scale = 1.0;  // what the gradient is to be multiplied by (clipping)
  int64_t number = 1;           // of this tensor's steps, this one included
};

class Optimizer : public Component {
 public:
  static constexpr char kKind[] = "optimizer";
  ~Optimizer() override;

  // Of the state that it keeps for each tensor: "velocity", "moment1".
  virtual std::vector<std::string> StateNames() const = 0;
  // Changes value and state. The result may depend on nothing but the arguments and the options,
  // not on the number of threads either.
  virtual absl::Status Step(const OptimizedTensor& tensor, const OptimizerStep& step) const = 0;
  // True: Step, and Climb, also write `rounded`, in the same pass over the memory.
  virtual bool rounds() const { return false; }

  // True: a step takes two gradients (Foret et al., arXiv:2010.01412). The host computes one, calls
  // Climb for each tensor, computes the gradient of the same batch where that leads, then calls
  // Step for the same tensors, which must undo the climb.
  virtual bool climbs() const { return false; }
  // gradient_norm: l2, of the gradients of all tensors that learn, after gradient_scale; at 0 nothing
  // may move.
  virtual absl::Status Climb(const OptimizedTensor& tensor, const OptimizerStep& step,
                             double gradient_norm) const;
};

}  // namespace facet

#endif  // FACET_CORE_API_OPTIMIZER_H_
