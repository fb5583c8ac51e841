// Contract tests: what every component of a kind must keep, whatever it computes.
//
// A check that fails is recorded with its sentence; the program prints all of them and fails. Each
// kind has one function, void CheckLoss(Contract&) in loss_contract.cc, which gets components made
// with default options and those of the BUILD line (contract_options).
#ifndef FACET_TESTS_CONTRACTS_CONTRACT_CHECKS_H_
#define FACET_TESTS_CONTRACTS_CONTRACT_CHECKS_H_

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "core/api/component.h"
#include "core/api/image.h"
#include "core/plugin/library.h"

namespace facet {

class Contract {
 public:
  // `descriptor` outlives it.
  Contract(const ComponentDescriptor& descriptor, std::string options_json);

  // A fresh instance; null where its input files are not on this machine (said once on stdout).
  template <class Interface>
  std::unique_ptr<Interface> Make() {
    return std::unique_ptr<Interface>(static_cast<Interface*>(MakeComponent().release()));
  }
  // One with `options`, a JSON object, over those of the BUILD line; null, and a broken sentence,
  // where it refuses them.
  template <class Interface>
  std::unique_ptr<Interface> MakeWith(const std::string& options) {
    return std::unique_ptr<Interface>(
        static_cast<Interface*>(MakeComponentWith(options).release()));
  }
  bool HasOption(const std::string& name) const { return option_names_.count(name) > 0; }

  // Records `sentence` as broken unless `kept`. Returns `kept`.
  bool Expect(bool kept, const std::string& sentence);
  bool ExpectOk(const absl::Status& status, const std::string& what);
  const std::vector<std::string>& broken() const { return broken_; }
  const std::string& component() const { return component_; }
  bool HasTrait(Trait trait) const { return Traits::OfBits(descriptor_.traits).Has(trait); }

 private:
  std::unique_ptr<Component> MakeComponent();
  std::unique_ptr<Component> MakeComponentWith(const std::string& options);

  const ComponentDescriptor& descriptor_;
  const std::string component_, options_json_;
  std::set<std::string> option_names_;
  std::vector<std::string> broken_;
  bool said_missing_ = false;
};

// Deterministic pictures: uniform grey, and noise.
Image GreyImage(int width, int height, uint8_t level);
Image NoiseImage(int width, int height, uint64_t seed);

// By kind: all that are linked (contract_list.bzl).
using KindCheck = void (*)(Contract&);
std::map<std::string, KindCheck> KindChecks();

// All checks of one library. Returns the broken sentences, each with its component.
std::vector<std::string> CheckLibrary(const std::string& path, const std::string& options_json);

}  // namespace facet

#endif  // FACET_TESTS_CONTRACTS_CONTRACT_CHECKS_H_
