// What a computation of LibTorch consists of, seen from outside.
//
//   Tracer tracer(architecture.Parameters());
//   architecture.Forward(images, false);
//   for (const TracedLayer& layer : tracer.Stop()) ...
//
// Operations are those that this thread calls itself, in their order; those that they call in turn
// count as theirs. Left out is what computes nothing: views, copies, a dropout outside of training.
#ifndef FACET_CORE_STAGES_LAYERS_TRACE_H_
#define FACET_CORE_STAGES_LAYERS_TRACE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/api/architecture.h"

namespace facet {

struct TracedLayer {
  std::string name;       // of its learned tensors, "conv1_1" of "conv1_1.weight"; empty: none
  std::string operation;  // LibTorch's: "conv2d", "max_pool2d", "relu"
  // Of convolutions and poolings, [height, width]; empty: not of this operation.
  std::vector<int64_t> kernel, stride, padding;
  int64_t in = 0, filters = 0;  // channels that a filter sees, and filters; 0: no product
  std::vector<int64_t> output;  // without the batch
  int64_t parameters = 0;       // learned values; those of a tensor at the first layer that uses it
  // Products of convolutions, linear layers and other matrix products, for the batch; none: the
  // operation is known to hide some, or is not LibTorch's own.
  std::optional<int64_t> multiply_adds = 0;
};

class Tracer {
 public:
  // From here on, until Stop(); one at a time on a thread.
  explicit Tracer(const std::vector<NamedTensor>& learned);
  ~Tracer();
  std::vector<TracedLayer> Stop();

  struct State;

 private:
  std::unique_ptr<State> state_;
};

// "conv1_1" of "conv1_1.weight"; the name itself where it has no dot.
std::string LayerOf(const std::string& tensor);

}  // namespace facet

#endif  // FACET_CORE_STAGES_LAYERS_TRACE_H_
