// A power of the share of the steps that are left, the "poly" policy of Chen et al., DeepLab,
// arXiv:1606.00915, section 4.1 (theirs: power 0.9, final_rate 0):
//   final_rate + (rate - final_rate) (1 - t)^power
// where t is the share of the steps after the warm-up that are done; 0 during the warm-up. Power 1
// is a straight line.
//
// Out: learning rate, anew at each step.
// Errors: InvalidArgument if final_rate is above rate.
// Beside it, keys of the host: train.epochs, train.warmup_epochs.
// Example:  train.schedule = { use = "polynomial", rate = 1e-2, power = 0.9 }
#include <cmath>
#include <memory>

#include "core/api/schedule.h"
#include "plugins/schedules/fall.h"

namespace facet {
namespace {

struct Options : FallOptions {
  double power = 1.0;

  void Visit(OptionVisitor& v) {
    VisitFall(v);
    v("power", power, Above(0), "exponent [1]; 1: linear, DeepLab: 0.9");
  }
};

class Polynomial final : public Schedule {
 public:
  static absl::StatusOr<std::unique_ptr<Polynomial>> Create(const Options& options) {
    FACET_RETURN_IF_ERROR(CheckFall(options));
    return std::make_unique<Polynomial>(options);
  }

  explicit Polynomial(const Options& options) : options_(options) {}

  double Rate(const ScheduleSpan& span, int64_t step, const std::vector<double>&) const override {
    const double high = options_.rate, low = options_.final_rate;
    return low + (high - low) * std::pow(1 - ShareOfFall(span, step), options_.power);
  }

 private:
  const Options options_;
};

}  // namespace
}  // namespace facet

FACET_PLUGIN(facet::Schedule, facet::Polynomial, facet::Options, "polynomial",
             "falls as a power of what is left, linearly by default",
             "Chen et al., arXiv:1606.00915")
