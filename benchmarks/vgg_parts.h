// What programs that measure networks A and B share: weights that another program can have too, and
// the networks' convolutions alone.
#ifndef FACET_BENCHMARKS_VGG_PARTS_H_
#define FACET_BENCHMARKS_VGG_PARTS_H_

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "core/api/architecture.h"
#include "core/training/tensors.h"

namespace facet::bench {

int NumThreads();  // of this machine
// Ends the program with the message of what is not OK.
void Require(const absl::Status& status);
// Of "losses/libsoftmax.so", among the running program's files.
std::string PluginPath(const std::string& library);

// Bits that look like chance: MurmurHash3's last step.
uint32_t Mixed(uint32_t bits);
// A formula: uniform with the variance 2 / fan-in; biases 0. float32.
void SetWeights(const std::vector<NamedTensor>& parameters);

inline constexpr std::array<int, 5> kNetworkA = {1, 1, 2, 2, 2}, kNetworkB = {2, 2, 2, 2, 2};

// Of `batch` images, with the shapes and the layout that they have in the network.
class VggConvolutions {
 public:
  VggConvolutions(const std::array<int, 5>& layers, int64_t px, double width, int64_t batch,
                  const Numerics& numerics);
  void Forward() const;
  void Backward() const;  // by weights, biases and, the first one's apart, inputs

 private:
  struct Layer {
    at::Tensor x, weight, bias, gradient;
  };
  std::vector<Layer> layers_;
};

}  // namespace facet::bench

#endif  // FACET_BENCHMARKS_VGG_PARTS_H_
