#include "core/api/sampler.h"

namespace facet {

Sampler::~Sampler() = default;

absl::Status Sampler::Check(const std::vector<int64_t>&, int64_t) const { return absl::OkStatus(); }

}  // namespace facet
