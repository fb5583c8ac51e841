// A loss as it was compiled against the interface before this one, where a learned tensor took fewer bytes.
#include "tests/interface/previous_loss_api.h"

namespace facet {
namespace {

class PreviousLoss final : public Loss {
 public:
  explicit PreviousLoss(const NoOptions&) {}
  absl::Status Initialize(int64_t, int64_t, uint64_t) override { return absl::OkStatus(); }
  absl::StatusOr<std::vector<LossGroup>> Compute(const LossInput& input) override {
    return std::vector<LossGroup>{{"elements", input.embeddings, Reduction::kMean}};
  }
  std::vector<NamedTensor> Parameters() override { return {{"centre", centre_}}; }

 private:
  at::Tensor centre_;
};

}  // namespace
}  // namespace facet

FACET_PLUGIN(facet::Loss, facet::PreviousLoss, facet::NoOptions, "previous",
             "of the interface before this one", "")
