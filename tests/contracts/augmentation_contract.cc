#include "core/api/augmentation.h"

#include "tests/contracts/contract_checks.h"

namespace facet {

void CheckAugmentation(Contract& contract) { contract.Make<Augmentation>(); }

}  // namespace facet
