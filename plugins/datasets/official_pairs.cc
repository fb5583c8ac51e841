#include "plugins/datasets/official_pairs.h"

#include "absl/strings/str_cat.h"
#include "core/base/hash.h"
#include "plugins/lists/words.h"

namespace facet {

std::string SourceOfPairs(const std::vector<std::string>& lines, std::string_view official_sha256,
                          size_t num_kept) {
  Sha256 hash;
  for (const std::string& line : lines) hash.Update(line);
  if (hash.HexDigest() != official_sha256) return "not the official list";
  if (num_kept == lines.size()) return "official";
  return absl::StrCat("not official: the others of ", Thousands(static_cast<int64_t>(lines.size())),
                      " are missing");
}

}  // namespace facet
