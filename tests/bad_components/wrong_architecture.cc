// Architectures that each break one sentence of the contract, and are right in all else.
#include <ATen/ATen.h>

#include "core/api/architecture.h"

namespace {

using facet::NamedTensor;

constexpr int64_t kSide = 4, kDimension = 5;

// A matrix on the flattened image, plus what a derived class adds to it.
class Matrix : public facet::Architecture {
 public:
  explicit Matrix(const facet::NoOptions&) {}
  facet::NetworkInput input() const override {
    facet::NetworkInput input;
    input.size_px = kSide;
    return input;
  }
  int64_t dimension() const override { return kDimension; }
  void Initialize(uint64_t seed) override {
    weight_ = at::randn({kDimension, 3 * kSide * kSide}, at::detail::createCPUGenerator(seed));
    weight_.requires_grad_(true);
    buffer_ = at::zeros({kDimension});
  }
  at::Tensor Forward(const at::Tensor& images, bool) override {
    return at::linear(at::flatten(images, 1), weight_);
  }
  std::vector<NamedTensor> Parameters() override { return {{"weight", weight_}}; }
  std::vector<NamedTensor> Buffers() override { return {{"buffer", buffer_}}; }

 protected:
  at::Tensor weight_, buffer_;
};

// The batch's statistics where the running ones belong.
class BatchInInference final : public Matrix {
 public:
  using Matrix::Matrix;
  at::Tensor Forward(const at::Tensor& images, bool training) override {
    const at::Tensor x = Matrix::Forward(images, training);
    return x - x.mean(0, /*keepdim=*/true);
  }
};

class BufferMovesInInference final : public Matrix {
 public:
  using Matrix::Matrix;
  at::Tensor Forward(const at::Tensor& images, bool training) override {
    const at::Tensor x = Matrix::Forward(images, training);
    buffer_.add_(x.detach().mean(0));
    return x;
  }
};

class WritesItsInput final : public Matrix {
 public:
  using Matrix::Matrix;
  at::Tensor Forward(const at::Tensor& images, bool training) override {
    return Matrix::Forward(at::Tensor(images).relu_(), training);
  }
};

class DropsInInference final : public Matrix {
 public:
  using Matrix::Matrix;
  at::Tensor Forward(const at::Tensor& images, bool training) override {
    return at::dropout(Matrix::Forward(images, training), 0.5, /*train=*/true);
  }
};

// Counts its steps over all instances.
class Remembers final : public Matrix {
 public:
  using Matrix::Matrix;
  at::Tensor Forward(const at::Tensor& images, bool training) override {
    static int steps = 0;
    if (training) ++steps;
    const at::Tensor x = Matrix::Forward(images, training);
    return training ? x * steps : x;
  }
};

class Orphan final : public Matrix {
 public:
  using Matrix::Matrix;
  void Initialize(uint64_t seed) override {
    Matrix::Initialize(seed);
    unused_ = at::zeros({2}).requires_grad_(true);
  }
  std::vector<NamedTensor> Parameters() override {
    return {{"weight", weight_}, {"unused", unused_}};
  }

 private:
  at::Tensor unused_;
};

}  // namespace

#define WRONG(Class, name) \
  FACET_COMPONENT(facet::Architecture, Class, facet::NoOptions, name, "breaks its contract", "-")

FACET_PLUGIN_COMPONENTS(WRONG(Matrix, "right"), WRONG(BatchInInference, "batch_in_inference"),
                        WRONG(BufferMovesInInference, "buffer_moves_in_inference"),
                        WRONG(WritesItsInput, "writes_its_input"),
                        WRONG(DropsInInference, "drops_in_inference"),
                        WRONG(Remembers, "remembers"), WRONG(Orphan, "orphan"))
