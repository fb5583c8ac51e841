// Architectures: N x 3 x S x S -> N x D.
//
// The host feeds crops as the architecture's NetworkInput says, moves the parameters between
// devices and types, runs the optimiser and stores the weights; the architecture owns the tensors
// and knows the forward pass.
#ifndef FACET_CORE_API_ARCHITECTURE_H_
#define FACET_CORE_API_ARCHITECTURE_H_

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "core/api/component.h"
#include "core/api/tensor.h"

namespace facet {

// A tensor that lives in a component under a stable name ("conv1_1.weight"). Copies share storage;
// the host changes type, device or values through set_data / copy_.
struct NamedTensor {
  std::string name;
  at::Tensor tensor;
  bool decays = true;  // false: weight decay never applies to it, whatever the row says
};

// What the network wants to see: (pixel - mean) * scale per channel, in this channel order.
struct NetworkInput {
  int64_t size_px = 224;
  bool rgb = true;  // false: BGR
  // Mean per channel, in the order B, G, R whatever the network's order is. Empty: the host
  // measures it on the training data and stores it with the weights.
  std::vector<double> mean_bgr;
  std::array<double, 3> scale_bgr = {1.0, 1.0, 1.0};
};

class Architecture : public Component {
 public:
  static constexpr char kKind[] = "architecture";
  ~Architecture() override;

  virtual NetworkInput input() const = 0;
  virtual int64_t dimension() const = 0;  // D
  // False: inference only (weights come with the component's own file). The component then has
  // Trait::kFixed, so that the host knows it too.
  virtual bool trainable() const { return true; }

  // Draws initial parameters. Called once before anything but the above; float32, CPU.
  virtual void Initialize(uint64_t seed) = 0;
  // images: [N, 3, S, S], type and device of the parameters. training: dropout on, batch statistics
  // updated. Random draws (dropout) come from the default generator, which the host seeds.
  virtual at::Tensor Forward(const at::Tensor& images, bool training) = 0;

  // Learned tensors (leaves that require a gradient), in order of the forward pass.
  virtual std::vector<NamedTensor> Parameters() { return {}; }
  // State that is stored but not learned (batch statistics): float32, whatever the parameters are.
  virtual std::vector<NamedTensor> Buffers() { return {}; }
};

}  // namespace facet

#endif  // FACET_CORE_API_ARCHITECTURE_H_
