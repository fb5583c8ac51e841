// URLs as libcurl reads them, and addresses that downloads keep away from.
#ifndef FACET_PLUGINS_CURATORS_DOWNLOAD_URL_H_
#define FACET_PLUGINS_CURATORS_DOWNLOAD_URL_H_

#include <sys/socket.h>

#include <string>

#include "absl/status/statusor.h"

namespace facet {

struct DownloadUrl {
  std::string text;    // all ASCII: the path percent-encoded, the host as IDNA; without a fragment
  std::string scheme;  // lower case
  std::string host;    // lower case, without user and port, ASCII: "xn--bcher-kva.example"
  std::string written_host;  // as the URL has it, ASCII letters in lower case: "bücher.example"
};
// `base`: what a relative URL is relative to ("Location: /b.jpg"); may be empty. InvalidArgument
// says what is wrong.
absl::StatusOr<DownloadUrl> ParseDownloadUrl(const std::string& url, const std::string& base);

// What the host of `url` may be told of the page that names it: that page without user and
// password; empty: nothing, as for a page of another scheme than http and https, or one of https
// for http.
std::string RefererOf(const std::string& page, const DownloadUrl& url);

// This host, its networks, multicast: what no public server has (RFC 6890, RFC 4193).
bool IsPrivateAddress(const sockaddr& address);

}  // namespace facet

#endif  // FACET_PLUGINS_CURATORS_DOWNLOAD_URL_H_
