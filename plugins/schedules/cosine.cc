// Half a cosine, Loshchilov & Hutter, SGDR, arXiv:1608.03983, equation 5, without restarts:
//   final_rate + (rate - final_rate) (1 + cos(pi t)) / 2
// where t is the share of the steps after the warm-up that are done; 0 during the warm-up.
//
// Out: learning rate, anew at each step.
// Errors: InvalidArgument if final_rate is above rate.
// Beside it, keys of the host: train.epochs, train.warmup_epochs.
// Example:  train.schedule = { use = "cosine", rate = 1e-2 }
#include <cmath>
#include <memory>

#include "core/api/schedule.h"
#include "plugins/schedules/fall.h"

namespace facet {
namespace {

constexpr double kPi = 3.14159265358979323846;

struct Options : FallOptions {
  void Visit(OptionVisitor& v) { VisitFall(v); }
};

class Cosine final : public Schedule {
 public:
  static absl::StatusOr<std::unique_ptr<Cosine>> Create(const Options& options) {
    FACET_RETURN_IF_ERROR(CheckFall(options));
    return std::make_unique<Cosine>(options);
  }

  explicit Cosine(const Options& options) : options_(options) {}

  double Rate(const ScheduleSpan& span, int64_t step, const std::vector<double>&) const override {
    const double high = options_.rate, low = options_.final_rate;
    return low + (high - low) * (1 + std::cos(kPi * ShareOfFall(span, step))) / 2;
  }

 private:
  const Options options_;
};

}  // namespace
}  // namespace facet

FACET_PLUGIN(facet::Schedule, facet::Cosine, facet::Options, "cosine",
             "falls along half a cosine, step by step", "Loshchilov & Hutter, arXiv:1608.03983")
