// URLs as libcurl reads them, and addresses that downloads keep away from.
#ifndef FACET_PLUGINS_CURATORS_DOWNLOAD_URL_H_
#define FACET_PLUGINS_CURATORS_DOWNLOAD_URL_H_

#include <sys/socket.h>

#include <string>

#include "absl/status/statusor.h"

namespace facet {

struct DownloadUrl {
  std::string text;    // blanks and bytes beyond ASCII percent-encoded, without a fragment
  std::string scheme;  // lower case
  std::string host;    // lower case, without user and port
};
// `base`: what a relative URL is relative to ("Location: /b.jpg"); may be empty. InvalidArgument
// says what is wrong.
absl::StatusOr<DownloadUrl> ParseDownloadUrl(const std::string& url, const std::string& base);

// This host, its networks, multicast: what no public server has (RFC 6890, RFC 4193).
bool IsPrivateAddress(const sockaddr& address);

}  // namespace facet

#endif  // FACET_PLUGINS_CURATORS_DOWNLOAD_URL_H_
