// Losses over the embeddings' coordinates, each with one fault that its value alone does not show.
#include <ATen/ATen.h>

#include "core/api/loss.h"

namespace {

class Planted : public facet::Loss {
 public:
  explicit Planted(const facet::NoOptions&) {}
  absl::StatusOr<std::vector<facet::LossGroup>> Compute(const facet::LossInput& input) override {
    return std::vector<facet::LossGroup>{{"planted", Elements(input.embeddings)}};
  }

 protected:
  virtual at::Tensor Elements(const at::Tensor& x) = 0;
};

struct Right final : Planted {
  using Planted::Planted;
  at::Tensor Elements(const at::Tensor& x) override { return at::tanh(x).sum(1); }
};

// One factor too much is held constant.
struct HalfTheGradient final : Planted {
  using Planted::Planted;
  at::Tensor Elements(const at::Tensor& x) override { return (x * x.detach()).sum(1); }
};

struct WeighsByPlace final : Planted {
  using Planted::Planted;
  at::Tensor Elements(const at::Tensor& x) override {
    return at::square(x).sum(1) * (1 + at::arange(x.size(0), x.options().requires_grad(false)));
  }
};

struct HidesNan final : Planted {
  using Planted::Planted;
  at::Tensor Elements(const at::Tensor& x) override { return at::nan_to_num(at::tanh(x)).sum(1); }
};

struct RoundsToFloat final : Planted {
  using Planted::Planted;
  at::Tensor Elements(const at::Tensor& x) override { return at::tanh(x.to(at::kFloat)).sum(1); }
};

}  // namespace

#define PLANTED(Class, name) \
  FACET_COMPONENT(facet::Loss, Class, facet::NoOptions, name, "broken on purpose", "none")

FACET_PLUGIN_COMPONENTS(PLANTED(Right, "right"), PLANTED(HalfTheGradient, "half_the_gradient"),
                        PLANTED(WeighsByPlace, "weighs_by_place"), PLANTED(HidesNan, "hides_nan"),
                        PLANTED(RoundsToFloat, "rounds_to_float"))
