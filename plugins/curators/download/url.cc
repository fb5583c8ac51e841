#include "plugins/curators/download/url.h"

#include <curl/curl.h>
#include <locale.h>
#include <netinet/in.h>

#include <cstring>
#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace facet {
namespace {

std::string Part(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, 0) != CURLUE_OK) return "";
  std::string copy = text;
  curl_free(text);
  return copy;
}

// libcurl reads a host's letters as the locale of its thread has them, and a worker's has ASCII
// alone. While this lives they are UTF-8 in this thread; all else stays, numbers have their dot.
class Utf8Letters {
 public:
  Utf8Letters() : made_(::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)) {
    if (made_ != nullptr) before_ = ::uselocale(made_);
  }
  ~Utf8Letters() {
    if (made_ == nullptr) return;
    ::uselocale(before_);
    ::freelocale(made_);
  }
  Utf8Letters(const Utf8Letters&) = delete;
  Utf8Letters& operator=(const Utf8Letters&) = delete;

 private:
  locale_t made_, before_ = nullptr;
};

// Internationalised names in ASCII (IDNA); what libcurl says where it cannot.
CURLUcode UseAsciiHost(CURLU* url) {
  const Utf8Letters letters;
  char* host = nullptr;
  const CURLUcode code = curl_url_get(url, CURLUPART_HOST, &host, CURLU_PUNYCODE);
  if (code == CURLUE_NO_HOST) return CURLUE_OK;  // of another scheme
  if (code != CURLUE_OK) return code;
  const CURLUcode set = curl_url_set(url, CURLUPART_HOST, host, 0);
  curl_free(host);
  return set;
}

bool IsPrivateV4(uint32_t address) {
  struct Range {
    uint32_t first;
    int bits;
  };
  for (const Range range :
       {Range{0x00000000, 8}, Range{0x0a000000, 8}, Range{0x64400000, 10}, Range{0x7f000000, 8},
        Range{0xa9fe0000, 16}, Range{0xac100000, 12}, Range{0xc0000000, 24}, Range{0xc0a80000, 16},
        Range{0xc6120000, 15}, Range{0xe0000000, 3}}) {
    if ((address ^ range.first) >> (32 - range.bits) == 0) return true;
  }
  return false;
}

}  // namespace

absl::StatusOr<DownloadUrl> ParseDownloadUrl(const std::string& url, const std::string& base) {
  const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> handle(curl_url(), curl_url_cleanup);
  // Without the last, libcurl of Debian 13 refuses a blank, which lists of images have.
  constexpr unsigned kFlags = CURLU_NON_SUPPORT_SCHEME | CURLU_URLENCODE | CURLU_ALLOW_SPACE;
  CURLUcode code = CURLUE_OK;
  if (!base.empty()) code = curl_url_set(handle.get(), CURLUPART_URL, base.c_str(), kFlags);
  if (code == CURLUE_OK) code = curl_url_set(handle.get(), CURLUPART_URL, url.c_str(), kFlags);
  if (code != CURLUE_OK) {
    return absl::InvalidArgumentError(absl::StrCat("no URL: ", curl_url_strerror(code)));
  }
  curl_url_set(handle.get(), CURLUPART_FRAGMENT, nullptr, 0);
  DownloadUrl parsed;
  parsed.written_host = absl::AsciiStrToLower(Part(handle.get(), CURLUPART_HOST));
  if (const CURLUcode ascii = UseAsciiHost(handle.get()); ascii != CURLUE_OK) {
    return absl::InvalidArgumentError(absl::StrCat("no URL: its host \"", parsed.written_host,
                                                   "\" is no name: ", curl_url_strerror(ascii)));
  }
  parsed.text = Part(handle.get(), CURLUPART_URL);
  parsed.scheme = absl::AsciiStrToLower(Part(handle.get(), CURLUPART_SCHEME));
  parsed.host = absl::AsciiStrToLower(Part(handle.get(), CURLUPART_HOST));
  return parsed;
}

std::string RefererOf(const std::string& page, const DownloadUrl& url) {
  const absl::StatusOr<DownloadUrl> parsed = ParseDownloadUrl(page, "");
  if (!parsed.ok() || (parsed->scheme != "http" && parsed->scheme != "https") ||
      (parsed->scheme == "https" && url.scheme == "http")) {
    return "";
  }
  const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> handle(curl_url(), curl_url_cleanup);
  curl_url_set(handle.get(), CURLUPART_URL, parsed->text.c_str(), 0);
  curl_url_set(handle.get(), CURLUPART_USER, nullptr, 0);
  curl_url_set(handle.get(), CURLUPART_PASSWORD, nullptr, 0);
  return Part(handle.get(), CURLUPART_URL);
}

bool IsPrivateAddress(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    sockaddr_in v4;
    std::memcpy(&v4, &address, sizeof v4);
    return IsPrivateV4(ntohl(v4.sin_addr.s_addr));
  }
  if (address.sa_family != AF_INET6) return true;
  sockaddr_in6 v6;
  std::memcpy(&v6, &address, sizeof v6);
  const uint8_t* bytes = v6.sin6_addr.s6_addr;
  if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr)) {
    uint32_t v4;
    std::memcpy(&v4, bytes + 12, sizeof v4);
    return IsPrivateV4(ntohl(v4));
  }
  return IN6_IS_ADDR_UNSPECIFIED(&v6.sin6_addr) || IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr) ||
         (bytes[0] & 0xfe) == 0xfc || (bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80) ||
         bytes[0] == 0xff;
}

}  // namespace facet
