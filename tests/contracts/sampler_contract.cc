#include "core/api/sampler.h"

#include "tests/contracts/contract_checks.h"

namespace facet {

void CheckSampler(Contract& contract) { contract.Make<Sampler>(); }

}  // namespace facet
