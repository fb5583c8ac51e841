// The sentences of the contracts that a component of libwrong_<kind>.so breaks, in the contract's
// order.
#ifndef FACET_TESTS_BAD_COMPONENTS_BROKEN_SENTENCES_H_
#define FACET_TESTS_BAD_COMPONENTS_BROKEN_SENTENCES_H_

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "tests/contracts/contract_checks.h"

namespace facet {

// One `kind` in a program: the library is checked once.
inline std::vector<std::string> BrokenSentences(const std::string& kind, const std::string& name) {
  static const std::vector<std::string> all =
      CheckLibrary(absl::StrCat("tests/bad_components/libwrong_", kind, ".so"), "{}");
  const std::string prefix = absl::StrCat(kind, " \"", name, "\": ");
  std::vector<std::string> broken;
  for (absl::string_view sentence : all) {
    if (absl::ConsumePrefix(&sentence, prefix)) broken.emplace_back(sentence);
  }
  return broken;
}

}  // namespace facet

#endif  // FACET_TESTS_BAD_COMPONENTS_BROKEN_SENTENCES_H_
