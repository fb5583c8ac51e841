// Ends the process that loads it.
#include <csignal>

#include "core/api/detector.h"

namespace facet {
namespace {

[[maybe_unused]] const int kRaised = std::raise(SIGABRT);

struct None final : Detector {
  explicit None(const NoOptions&) {}
  absl::StatusOr<std::vector<Face>> Detect(const Image&, const Sample&) override {
    return std::vector<Face>();
  }
};

}  // namespace
}  // namespace facet

FACET_PLUGIN(facet::Detector, facet::None, facet::NoOptions, "none", "broken on purpose", "none")
