#include "plugins/curators/download/exchange.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "core/base/check.h"
#include "core/base/status.h"
#include "core/image/image_format.h"
#include "plugins/curators/download/url.h"
#include "plugins/lists/image_names.h"

namespace facet {
namespace {

using Outcome = DownloadOutcome;

// Of an answer that is no image: read, so that the connection can be used again; beyond, cut off.
constexpr int64_t kMaxDroppedBytes = 64 << 10;

bool IsRedirect(int64_t status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

template <typename T>
void Set(CURL* curl, CURLoption option, T value) {
  FACET_CHECK(curl_easy_setopt(curl, option, value) == CURLE_OK);
}

// Begins, after blanks, as a page does.
bool LooksLikeHtml(std::string_view start) {
  absl::string_view text(start.data(), start.size());
  if (absl::StartsWith(text, "\xef\xbb\xbf")) text.remove_prefix(3);
  text = absl::StripLeadingAsciiWhitespace(text);
  for (const char* tag : {"<!doctype", "<html", "<head", "<body", "<script", "<!--"}) {
    if (absl::StartsWithIgnoreCase(text, tag)) return true;
  }
  return false;
}

}  // namespace

NoImage JudgeNoImage(std::string_view start, const std::string& type) {
  const std::string named = type.empty() ? "" : absl::StrCat(" (Content-Type: ", type, ")");
  if (LooksLikeHtml(start)) return {Outcome::kHtml, "a page, not an image" + named};
  if (start.substr(0, 2) == "\x1f\x8b") {
    return {Outcome::kNotAnImage, "a gzip file, not an image" + named};
  }
  return {Outcome::kNotAnImage, NoImageWords(start) + named};
}

absl::StatusOr<std::unique_ptr<DownloadExchange>> DownloadExchange::Create(
    const DownloadAsk& ask, DownloadPart part, const DownloadOptions& options) {
  std::unique_ptr<DownloadExchange> exchange(new DownloadExchange(std::move(part), options));
  exchange->curl_ = curl_easy_init();
  if (exchange->curl_ == nullptr) return absl::ResourceExhaustedError("libcurl gives no handle");
  exchange->SetUp(ask);
  return exchange;
}

DownloadExchange::~DownloadExchange() {
  curl_easy_cleanup(curl_);
  curl_slist_free_all(request_headers_);
}

void DownloadExchange::SetUp(const DownloadAsk& ask) {
  const auto milliseconds = [](absl::Duration duration) {
    return static_cast<long>(std::max<int64_t>(1, absl::ToInt64Milliseconds(duration)));
  };
  Set(curl_, CURLOPT_URL, ask.url.c_str());
  Set(curl_, CURLOPT_PROTOCOLS_STR, "http,https");
  Set(curl_, CURLOPT_FOLLOWLOCATION, 0L);
  // One transfer a connection, so that connections per host mean what they say.
  Set(curl_, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  Set(curl_, CURLOPT_NOSIGNAL, 1L);
  Set(curl_, CURLOPT_TIMEOUT_MS, milliseconds(ask.timeout));
  Set(curl_, CURLOPT_CONNECTTIMEOUT_MS,
      milliseconds(std::min(ask.timeout, options_.connect_timeout)));
  Set(curl_, CURLOPT_USERAGENT, options_.user_agent.c_str());
  Set(curl_, CURLOPT_PROXY, options_.proxy.c_str());  // empty: not the environment's either
  Set(curl_, CURLOPT_ERRORBUFFER, error_);
  Set(curl_, CURLOPT_HEADERFUNCTION, &OnHeader);
  Set(curl_, CURLOPT_HEADERDATA, this);
  Set(curl_, CURLOPT_WRITEFUNCTION, &OnBody);
  Set(curl_, CURLOPT_WRITEDATA, this);
  Set(curl_, CURLOPT_PRIVATE, this);
  if (!options_.private_addresses && options_.proxy.empty()) {
    Set(curl_, CURLOPT_OPENSOCKETFUNCTION, &OnSocket);
    Set(curl_, CURLOPT_OPENSOCKETDATA, this);
  }
  request_headers_ = curl_slist_append(
      nullptr, "Accept: image/jpeg,image/png,image/webp,image/bmp,image/tiff,*/*;q=0.1");
  as_it_is_ = ask.as_it_is;
  if (!as_it_is_) {
    // All that libcurl can inflate, and asked for is none: the header is left out.
    Set(curl_, CURLOPT_ACCEPT_ENCODING, "");
    request_headers_ = curl_slist_append(request_headers_, "Accept-Encoding:");
  }
  if (!ask.referer.empty()) Set(curl_, CURLOPT_REFERER, ask.referer.c_str());
  if (ask.shared != nullptr) {
    Set(curl_, CURLOPT_COOKIEFILE, "");  // cookies, from no file
    Set(curl_, CURLOPT_SHARE, ask.shared);
  }
  asked_from_ = part_.size();
  if (asked_from_ > 0) {
    Set(curl_, CURLOPT_RANGE, absl::StrCat(asked_from_, "-").c_str());
    request_headers_ =
        curl_slist_append(request_headers_, absl::StrCat("If-Range: ", part_.validator()).c_str());
  }
  Set(curl_, CURLOPT_HTTPHEADER, request_headers_);
}

size_t DownloadExchange::OnHeader(char* data, size_t size, size_t count, void* self_pointer) {
  auto* self = static_cast<DownloadExchange*>(self_pointer);
  const absl::string_view line = absl::StripAsciiWhitespace({data, size * count});
  if (self->body_begun_) return size * count;  // trailers
  if (absl::StartsWith(line, "HTTP/")) {
    self->headers_.clear();
  } else if (const size_t colon = line.find(':'); colon != absl::string_view::npos) {
    self->headers_[absl::AsciiStrToLower(line.substr(0, colon))] =
        std::string(absl::StripAsciiWhitespace(line.substr(colon + 1)));
  }
  return size * count;
}

size_t DownloadExchange::OnBody(char* data, size_t size, size_t count, void* self_pointer) {
  auto* self = static_cast<DownloadExchange*>(self_pointer);
  const size_t length = size * count;
  if (length == 0) return 0;
  if (!self->body_begun_ && !self->BeginBody()) return 0;
  return self->TakeBody({data, length}) ? length : 0;
}

// Called with each address that libcurl is about to connect to.
curl_socket_t DownloadExchange::OnSocket(void* self_pointer, curlsocktype, curl_sockaddr* address) {
  if (IsPrivateAddress(address->addr)) {
    static_cast<DownloadExchange*>(self_pointer)->private_address_ = true;
    return CURL_SOCKET_BAD;
  }
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

std::string DownloadExchange::Header(const std::string& name) const {
  const auto found = headers_.find(name);
  return found == headers_.end() ? "" : found->second;
}

int64_t DownloadExchange::Length(const std::string& text) const {
  int64_t length;
  return absl::SimpleAtoi(text, &length) && length >= 0 ? length : -1;
}

// The bytes that arrive are not those that the server counts.
bool DownloadExchange::IsEncoded() const {
  const std::string encoding = absl::AsciiStrToLower(Header("content-encoding"));
  return !as_it_is_ && !encoding.empty() && encoding != "identity" && encoding != "none";
}

bool DownloadExchange::Refuse(DownloadOutcome outcome, std::string detail) {
  refused_ = true;
  refused_outcome_ = outcome;
  refused_detail_ = std::move(detail);
  return false;
}

// False ends the transfer.
bool DownloadExchange::BeginBody() {
  body_begun_ = true;
  long status = 0;
  curl_easy_getinfo(curl_, CURLINFO_RESPONSE_CODE, &status);
  status_ = status;
  if (status_ == 206) return BeginRest();
  if (status_ != 200) return true;
  const bool counted = Header("transfer-encoding").empty() && !IsEncoded();
  expected_ = counted ? Length(Header("content-length")) : -1;
  if (expected_ > options_.max_bytes) {
    return Refuse(Outcome::kTooLarge, absl::StrCat("Content-Length is ", expected_,
                                                   " bytes, the limit ", options_.max_bytes));
  }
  std::string validator = Header("etag");
  if (!absl::StartsWith(validator, "\"")) validator = Header("last-modified");  // weak or none
  if (IsEncoded()) validator.clear();  // a range would be one of the encoded bytes
  disk_ = part_.Restart(validator, expected_);
  return disk_.ok();
}

// "Content-Range: bytes 1000-1999/2000": it must be what was asked for.
bool DownloadExchange::BeginRest() {
  const std::string range = Header("content-range");
  long long first = -1, last = -1, total = -1;
  const int fields = std::sscanf(range.c_str(), "bytes %lld-%lld/%lld", &first, &last, &total);
  if (asked_from_ == 0 || IsEncoded() || fields < 2 || first != asked_from_ ||
      (total >= 0 && part_.total() >= 0 && total != part_.total())) {
    start_anew_ = true;
    return Refuse(Outcome::kBrokenAnswer,
                  absl::StrCat("asked for bytes ", asked_from_, "-, the answer has \"", range,
                               "\" of ", part_.total(), " bytes"));
  }
  expected_ = total >= 0 ? total : part_.total();
  return true;
}

bool DownloadExchange::TakeBody(std::string_view bytes) {
  if (status_ != 200 && status_ != 206) {
    dropped_ += static_cast<int64_t>(bytes.size());
    return dropped_ <= kMaxDroppedBytes;
  }
  if (part_.size() + static_cast<int64_t>(bytes.size()) > options_.max_bytes) {
    return Refuse(Outcome::kTooLarge, absl::StrCat("over the limit of ", options_.max_bytes,
                                                   " bytes, and more to come"));
  }
  disk_ = part_.Append(bytes);
  return disk_.ok() && CheckStart(/*at_end=*/false);
}

bool DownloadExchange::CheckStart(bool at_end) {
  if (start_checked_) return true;
  if (!at_end && part_.size() < static_cast<int64_t>(kImageStartBytes)) return true;
  start_checked_ = true;
  absl::StatusOr<std::string> start = part_.Start(512);
  if (!start.ok()) {
    disk_ = start.status();
    return false;
  }
  extension_ = ImageExtensionOf(*start);
  if (!extension_.empty()) return true;
  NoImage judged = JudgeNoImage(*start, Header("content-type"));
  return Refuse(judged.outcome, std::move(judged.detail));
}

absl::StatusOr<DownloadAnswer> DownloadExchange::Judge(CURLcode code) {
  FACET_RETURN_IF_ERROR(disk_);
  long status = 0;
  curl_easy_getinfo(curl_, CURLINFO_RESPONSE_CODE, &status);
  status_ = status;
  DownloadAnswer answer;
  answer.http_status = status_;
  answer.start_anew = start_anew_;
  if (code == CURLE_BAD_CONTENT_ENCODING && !as_it_is_) {
    answer.start_anew = answer.as_it_is = true;
  }
  if (refused_) {
    answer.outcome = refused_outcome_;
    answer.detail = refused_detail_;
  } else if (code == CURLE_OK || dropped_ > kMaxDroppedBytes) {
    JudgeStatus(&answer);
    FACET_RETURN_IF_ERROR(disk_);
  } else {
    JudgeFailure(code, &answer);
  }
  return answer;
}

void DownloadExchange::JudgeStatus(DownloadAnswer* answer) {
  if (status_ == 200 || status_ == 206) return JudgeBody(answer);
  answer->outcome = Outcome::kHttpStatus;
  answer->detail = absl::StrCat("answer ", status_);
  if (IsRedirect(status_)) {
    answer->redirect = Header("location");
    if (answer->redirect.empty()) answer->detail += " without a Location";
  }
  if (status_ == 416) answer->start_anew = asked_from_ > 0;
  const int64_t seconds = Length(Header("retry-after"));
  if (seconds > 0) answer->retry_after = absl::Seconds(std::min<int64_t>(seconds, 1000000));
}

void DownloadExchange::JudgeBody(DownloadAnswer* answer) {
  if (!body_begun_ && status_ == 206) {
    answer->start_anew = true;
    answer->detail = "an empty part";
    return;
  }
  if (!body_begun_ || part_.size() == 0) {
    answer->outcome = Outcome::kEmpty;
    answer->detail = "an empty body";
    return;
  }
  if (expected_ >= 0 && part_.size() != expected_) {
    answer->outcome = Outcome::kTruncated;
    answer->detail = absl::StrCat(part_.size(), " bytes of ", expected_);
    return;
  }
  if (!CheckStart(/*at_end=*/true)) {
    answer->outcome = refused_outcome_;
    answer->detail = refused_detail_;
    return;
  }
  answer->outcome = Outcome::kOk;
  answer->extension = extension_;
}

void DownloadExchange::JudgeFailure(CURLcode code, DownloadAnswer* answer) const {
  answer->detail = error_[0] != '\0' ? error_ : curl_easy_strerror(code);
  switch (code) {
    case CURLE_URL_MALFORMAT:
      answer->outcome = Outcome::kBadUrl;
      break;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
      answer->outcome = private_address_ ? Outcome::kNotAllowed : Outcome::kUnreachable;
      if (private_address_) answer->detail = "its address is of a private network";
      break;
    case CURLE_OPERATION_TIMEDOUT:
      answer->outcome = Outcome::kTimeout;
      break;
    case CURLE_PARTIAL_FILE:
      answer->outcome = Outcome::kTruncated;
      break;
    case CURLE_RECV_ERROR:
      answer->outcome = body_begun_ ? Outcome::kTruncated : Outcome::kBrokenAnswer;
      break;
    default:
      answer->outcome = Outcome::kBrokenAnswer;
  }
}

}  // namespace facet
