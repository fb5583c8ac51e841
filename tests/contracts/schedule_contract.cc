#include "core/api/schedule.h"

#include "tests/contracts/contract_checks.h"

namespace facet {

void CheckSchedule(Contract& contract) { contract.Make<Schedule>(); }

}  // namespace facet
