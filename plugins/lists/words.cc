#include "plugins/lists/words.h"

#include <cstddef>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace facet {

std::string Thousands(int64_t count) {
  std::string digits = absl::StrCat(count);
  for (int64_t place = static_cast<int64_t>(digits.size()) - 3; place > (count < 0 ? 1 : 0);
       place -= 3) {
    digits.insert(static_cast<size_t>(place), ",");
  }
  return digits;
}

std::string Missing::Names() const {
  return absl::StrCat(
      absl::StrJoin(first_, ", "),
      count_ > kShown ? absl::StrCat(" and ", Thousands(count_ - kShown), " more") : "");
}

}  // namespace facet
