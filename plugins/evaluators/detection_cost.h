// NIST's detection cost (Martin et al., Eurospeech 1997; its speaker recognition evaluations):
//   C_miss P FRR + C_accept (1 - P) FAR,
// divided by the cost of the better of accepting or rejecting all, so that 1 is what no scores are
// worth.
#ifndef FACET_PLUGINS_EVALUATORS_DETECTION_COST_H_
#define FACET_PLUGINS_EVALUATORS_DETECTION_COST_H_

#include <string>
#include <vector>

#include "core/api/options.h"
#include "plugins/evaluators/roc.h"

namespace facet {

// An evaluator's Options derive from it. Costs and prior are those of an evaluation plan:
//   sre08  (1996 to 2008):     C_miss 10, C_accept 1, P 0.01
//   sre10  (2010, core test):  C_miss  1, C_accept 1, P 0.001
// The latter tells systems apart only with many impostors: one in a thousand accepted costs as much
// as rejecting everyone. NIST's evaluations of faces (FRVT, FRTE) have no prior: they give FRR at
// fixed FAR.
struct DetectionCostOptions {
  std::string plan = "sre08";
  double target_prior = 0.0, cost_miss = 0.0, cost_accept = 0.0;  // 0: the plan's

  void VisitDetectionCost(OptionVisitor& v);
};

// Over the thresholds, [1].
double SmallestDetectionCost(const DetectionCostOptions& options, const std::vector<RocPoint>& roc);

}  // namespace facet

#endif  // FACET_PLUGINS_EVALUATORS_DETECTION_COST_H_
