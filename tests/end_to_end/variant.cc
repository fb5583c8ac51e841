// An aligner whose builds differ in what they say of themselves, or in what they do.
#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "core/api/aligner.h"

namespace {

struct Options {
  std::string gate;
  void Visit(facet::OptionVisitor& v) {
    v("gate", gate, facet::Any(),
      "path: GATE.reached is made at the first face, which waits for GATE.open; empty: no wait");
  }
};

class Variant final : public facet::Aligner {
 public:
  explicit Variant(Options options) : options_(std::move(options)) {}
  absl::StatusOr<facet::Alignment> Align(const facet::Image&, const facet::Face& face) override {
    if (!options_.gate.empty()) {
      std::ofstream(options_.gate + ".reached").flush();
      while (!std::filesystem::exists(options_.gate + ".open")) {
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
      }
    }
    return facet::CropOfBox(face.box, VARIANT_EXTEND);
  }

 private:
  const Options options_;
};

}  // namespace

FACET_PLUGIN(facet::Aligner, Variant, Options, "variant", VARIANT_SUMMARY, "")
