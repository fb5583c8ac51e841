// The program without LibTorch checks no kinds that hold tensors.
#include "tests/contracts/contract_checks.h"

namespace facet {

KindCheck ArchitectureCheck() { return nullptr; }
KindCheck LossCheck() { return nullptr; }
KindCheck MinerCheck() { return nullptr; }

}  // namespace facet
