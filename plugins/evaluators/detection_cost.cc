#include "plugins/evaluators/detection_cost.h"

#include <algorithm>

namespace facet {

void DetectionCostOptions::VisitDetectionCost(OptionVisitor& v) {
  v("plan", plan, OneOf({"sre08", "sre10"}),
    "NIST's evaluation whose detection cost it is: sre08 has P = 0.01 and C_miss = 10, sre10 P = "
    "0.001 and C_miss = 1; C_accept = 1");
  v("target_prior", target_prior, Range(0, 1 - 1e-6),
    "probability P of a genuine pair in the detection cost; 0: the plan's");
  v("cost_miss", cost_miss, AtLeast(0), "C_miss of the detection cost; 0: the plan's");
  v("cost_accept", cost_accept, AtLeast(0), "C_accept of the detection cost; 0: the plan's");
}

double SmallestDetectionCost(const DetectionCostOptions& options,
                             const std::vector<RocPoint>& roc) {
  const bool sre08 = options.plan == "sre08";
  const double prior = options.target_prior > 0 ? options.target_prior : (sre08 ? 0.01 : 0.001);
  const double miss = prior * (options.cost_miss > 0 ? options.cost_miss : (sre08 ? 10.0 : 1.0));
  const double accept = (1.0 - prior) * (options.cost_accept > 0 ? options.cost_accept : 1.0);
  double cost = std::min(miss, accept);
  for (const RocPoint& point : roc) {
    cost = std::min(cost, miss * point.frr + accept * point.far);
  }
  return cost / std::min(miss, accept);
}

}  // namespace facet
