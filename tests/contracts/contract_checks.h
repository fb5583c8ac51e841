// Contract tests: what every component of a kind must keep, whatever it computes.
//
// A check that fails is recorded with its sentence, under the section that it belongs to
// ("determinism"). Each kind has one function, void CheckLoss(Contract&) in loss_contract.cc, which
// gets components made with default options and those of the BUILD line (contract_options):
//
//   void CheckLoss(Contract& contract) {
//     contract.Plan({"determinism", "odd inputs"});   // before anything can go wrong
//     const auto loss = contract.Make<Loss>();
//     if (loss == nullptr) return;                    // both are then "not checked"
//     contract.Section("determinism");
//     contract.Expect(..., "equal seeds give equal losses");
//
// facet_plugin() applies it to each plugin of ours, `facet plugins check` to those of users.
#ifndef FACET_TESTS_CONTRACTS_CONTRACT_CHECKS_H_
#define FACET_TESTS_CONTRACTS_CONTRACT_CHECKS_H_

#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "core/api/component.h"
#include "core/api/image.h"
#include "core/base/json.h"
#include "core/plugin/library.h"

namespace facet {

// What a check has to say, at once, so that whoever listens knows how far it came when the process
// dies. Events are objects, in this order:
//   {"handshake": "", "interface_version", "fingerprint", "components": [{"kind", "name"}]}
//                                                     or {"handshake": why it cannot be used}
//   for each component:
//   {"begin": {"kind", "name"}}    its first section is "declaration"
//   {"plan": [section...]}
//   {"enter": section}             the checks to come belong to it
//   {"left": SECTION}              as far as it is known; a later one of that name replaces it
//   {"end": {"kind", "name", "checks": [SECTION...]}}
//   {"done": true}
// SECTION: {"name", "state": "kept" | "broken" | "not checked", "sentences": [...] of what is
// broken, "notes": [...], "reason": why it is not checked}.
using Tell = std::function<void(const Json& event)>;

class Contract {
 public:
  // `descriptor` outlives it.
  Contract(const ComponentDescriptor& descriptor, std::string options_json, Tell tell = nullptr);

  // The kind's sections, in the report's order. One that expects nothing is "not checked".
  void Plan(const std::vector<std::string>& sections);
  // What is expected from here on belongs to it; it may be left and come again.
  void Section(const std::string& name);
  // In a section of several long calls, before each: whoever waits for the end of one knows it.
  void GoesOn();
  // Why this section expects nothing of this component.
  void NotChecked(const std::string& reason);
  // For the reader of the report: what the section leaves out.
  void Note(const std::string& sentence);
  // Without its files a component must say so; that it does is all that can be checked.
  void NeedsInputs(const std::string& message);

  // A fresh instance; null where its input files are not on this machine.
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
  // Why it could not be made; empty: it could.
  const std::string& needs_inputs() const { return needs_inputs_; }

  // Nothing is expected any more: the SECTIONs.
  Json Report();

 private:
  struct Group {
    std::string name, reason;
    int expectations = 0;
    std::vector<std::string> sentences, notes;
  };

  std::unique_ptr<Component> MakeComponent();
  std::unique_ptr<Component> MakeComponentWith(const std::string& options);
  Group& Find(const std::string& name);
  Json ToJson(const Group& group) const;

  const ComponentDescriptor& descriptor_;
  const std::string component_, options_json_;
  const Tell tell_;
  std::set<std::string> option_names_;
  std::vector<std::string> broken_;
  std::vector<Group> groups_;
  size_t current_ = 0;  // of groups_
  std::string needs_inputs_;
};

// What a method gives, an exception as the host sees it: as a status.
template <class Call>
auto Guarded(const Call& call) -> decltype(call()) {
  try {
    return call();
  } catch (...) {
    return internal::CurrentExceptionStatus();
  }
}

// Deterministic pictures: uniform grey, and noise.
Image GreyImage(int width, int height, uint8_t level);
Image NoiseImage(int width, int height, uint64_t seed);
// Too thin, too flat, and large.
std::vector<Image> HugeImages();
// One pixel high or wide, and longer than OpenCV can count on a side (SHRT_MAX).
std::vector<Image> LongImages();

// By kind: all that are linked (contract_list.bzl).
using KindCheck = void (*)(Contract&);
std::map<std::string, KindCheck> KindChecks();

struct CheckRequest {
  std::string library, options_json = "{}";
  std::string component;  // [KIND/]NAME alone; empty: all
  size_t first = 0;       // components of the library before it are passed over
  size_t count = std::numeric_limits<size_t>::max();
  Tell tell;
};

// All checks of one library. Returns the broken sentences, each with its component.
std::vector<std::string> CheckLibrary(const CheckRequest& request);
std::vector<std::string> CheckLibrary(const std::string& path, const std::string& options_json);

}  // namespace facet

#endif  // FACET_TESTS_CONTRACTS_CONTRACT_CHECKS_H_
