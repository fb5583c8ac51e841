// What is asked of the downloader is possible: ids that are file names, options in range.
#include <string>
#include <unordered_set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "plugins/curators/download/downloader.h"

namespace facet {
namespace {

bool IsId(const std::string& id) {
  if (id.empty() || id.size() > 200) return false;
  for (const absl::string_view part : absl::StrSplit(id, '/')) {
    if (part.empty()) return false;
    for (const char c : part) {
      if (!absl::ascii_isalnum(static_cast<unsigned char>(c)) && c != '_' && c != '-') return false;
    }
  }
  return true;
}

}  // namespace

absl::Status CheckDownloadOptions(const DownloadOptions& options) {
  const absl::Duration zero = absl::ZeroDuration();
  const std::pair<bool, const char*> rules[] = {
      {options.max_connections >= 1, "max_connections >= 1"},
      {options.max_connections_per_host >= 1, "max_connections_per_host >= 1"},
      {options.host_delay >= zero, "host_delay >= 0"},
      {options.timeout > zero && options.timeout <= absl::Hours(24), "0 < timeout <= 24 h"},
      {options.connect_timeout > zero, "connect_timeout > 0"},
      {options.max_bytes >= 1, "max_bytes >= 1"},
      {options.max_redirects >= 0, "max_redirects >= 0"},
      {options.max_attempts >= 1, "max_attempts >= 1"},
      {options.retry_delay >= zero && options.max_retry_delay >= options.retry_delay,
       "0 <= retry_delay <= max_retry_delay"}};
  for (const auto& [holds, rule] : rules) {
    if (!holds) return absl::InvalidArgumentError(absl::StrCat("downloads need ", rule));
  }
  return absl::OkStatus();
}

absl::Status CheckDownloadRequests(const std::vector<DownloadRequest>& requests) {
  std::unordered_set<std::string> seen;
  for (const DownloadRequest& request : requests) {
    if (!IsId(request.id)) {
      return absl::InvalidArgumentError(
          absl::StrCat("the id \"", request.id,
                       "\" is no file name: 1 to 200 ASCII letters, digits, '_', '-', and '/' "
                       "between folders"));
    }
    if (!seen.insert(request.id).second) {
      return absl::InvalidArgumentError(absl::StrCat("two downloads have the id ", request.id));
    }
  }
  return absl::OkStatus();
}

}  // namespace facet
