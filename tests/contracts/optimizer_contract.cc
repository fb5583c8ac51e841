#include "core/api/optimizer.h"

#include "tests/contracts/contract_checks.h"

namespace facet {

void CheckOptimizer(Contract& contract) { contract.Make<Optimizer>(); }

}  // namespace facet
