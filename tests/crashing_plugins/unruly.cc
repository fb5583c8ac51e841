// An aligner that does to its worker what a plugin may do by mistake. For tests of the host.
//
// In:  any face; it ends the worker, or never ends itself, at the first one.
// Out: CropOfBox(box, 1.1), `aligned` false, where `act` is "behave".
// Example: aligner = { use = "unruly", act = "segfault" }
#include <atomic>
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "core/api/aligner.h"

namespace facet {
namespace {

struct Options {
  std::string act = "behave";
  void Visit(OptionVisitor& v) {
    v("act", act,
      OneOf(
          {"behave", "segfault", "abort", "exit", "throw", "throw_in_thread", "loop", "allocate"}),
      "what it does");
  }
};

void Segfault() {
  volatile int* volatile nowhere = nullptr;
  *nowhere = 1;
}

void Loop() {
  static std::atomic<int64_t> turns{0};
  while (true) ++turns;
}

// Written to: pages that nobody touches are no memory.
void Allocate() {
  constexpr size_t kBytes = size_t{16} << 20;
  std::vector<std::vector<char>> kept;
  while (true) kept.emplace_back(kBytes, 'x');
}

class Unruly final : public Aligner {
 public:
  explicit Unruly(const Options& options) : act_(options.act) {}

  absl::StatusOr<Alignment> Align(const Image&, const Face& face) override {
    if (act_ == "segfault") Segfault();
    if (act_ == "abort") std::abort();
    if (act_ == "exit") std::exit(0);
    if (act_ == "throw") throw std::runtime_error("thrown in Align");
    if (act_ == "throw_in_thread") {
      std::thread([] { throw std::runtime_error("thrown in a thread"); }).join();
    }
    if (act_ == "loop") Loop();
    if (act_ == "allocate") Allocate();
    return CropOfBox(face.box, 1.1);
  }

 private:
  const std::string act_;
};

}  // namespace
}  // namespace facet

FACET_PLUGIN(facet::Aligner, facet::Unruly, facet::Options, "unruly",
             "crashes, loops or allocates without end, as it is told", "")
