// One request and its answer: what is asked for, how the answer is judged while it arrives, and
// where its bytes go. Redirects are not followed here.
#ifndef FACET_PLUGINS_CURATORS_DOWNLOAD_EXCHANGE_H_
#define FACET_PLUGINS_CURATORS_DOWNLOAD_EXCHANGE_H_

#include <curl/curl.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "plugins/curators/download/downloader.h"
#include "plugins/curators/download/part.h"

namespace facet {

// "a page, not an image (Content-Type: text/html)", "begins as no image that can be decoded", of
// bytes that begin as no image. `type`: what the server says, or nothing.
struct NoImage {
  DownloadOutcome outcome;
  std::string detail;
};
NoImage JudgeNoImage(std::string_view start, const std::string& type);

struct DownloadAnswer {
  DownloadOutcome outcome = DownloadOutcome::kBrokenAnswer;
  std::string detail;
  int64_t http_status = 0;
  std::string redirect;     // not empty: ask there instead, whatever the outcome
  bool start_anew = false;  // the rest was refused: ask for the whole
  bool as_it_is = false;    // of start_anew: the body is not encoded as the answer says
  absl::Duration retry_after;
  std::string_view extension;  // if ok
};

// What one exchange is told besides the options.
struct DownloadAsk {
  std::string url;  // parsed
  std::string referer;
  absl::Duration timeout;
  bool as_it_is = false;     // whatever Content-Encoding says
  CURLSH* shared = nullptr;  // with cookies
};

class DownloadExchange {
 public:
  // Continues `part` if it has bytes. `options` is kept by reference.
  static absl::StatusOr<std::unique_ptr<DownloadExchange>> Create(const DownloadAsk& ask,
                                                                  DownloadPart part,
                                                                  const DownloadOptions& options);
  ~DownloadExchange();
  DownloadExchange(const DownloadExchange&) = delete;
  DownloadExchange& operator=(const DownloadExchange&) = delete;

  CURL* handle() const { return curl_; }
  DownloadPart& part() { return part_; }
  // Once libcurl is done with the handle. Errors are the disk's.
  absl::StatusOr<DownloadAnswer> Judge(CURLcode code);

 private:
  DownloadExchange(DownloadPart part, const DownloadOptions& options)
      : part_(std::move(part)), options_(options) {}
  void SetUp(const DownloadAsk& ask);
  static size_t OnHeader(char* data, size_t size, size_t count, void* self);
  static size_t OnBody(char* data, size_t size, size_t count, void* self);
  static curl_socket_t OnSocket(void* self, curlsocktype purpose, curl_sockaddr* address);
  bool BeginBody();
  bool BeginRest();
  bool TakeBody(std::string_view bytes);
  bool CheckStart(bool at_end);
  bool Refuse(DownloadOutcome outcome, std::string detail);
  std::string Header(const std::string& name) const;
  bool IsEncoded() const;
  int64_t Length(const std::string& text) const;
  void JudgeStatus(DownloadAnswer* answer);
  void JudgeBody(DownloadAnswer* answer);
  void JudgeFailure(CURLcode code, DownloadAnswer* answer) const;

  CURL* curl_ = nullptr;
  curl_slist* request_headers_ = nullptr;
  char error_[CURL_ERROR_SIZE] = {};
  DownloadPart part_;
  const DownloadOptions& options_;
  int64_t asked_from_ = 0;
  bool as_it_is_ = false;
  std::map<std::string, std::string> headers_;  // of the last answer, names in lower case
  int64_t status_ = 0;
  bool body_begun_ = false, start_checked_ = false, private_address_ = false;
  bool refused_ = false, start_anew_ = false;
  int64_t expected_ = -1;  // size of the whole image; -1: unknown
  int64_t dropped_ = 0;    // bytes of an answer that is no image
  DownloadOutcome refused_outcome_ = DownloadOutcome::kOk;
  std::string refused_detail_;
  std::string_view extension_;
  absl::Status disk_;
};

}  // namespace facet

#endif  // FACET_PLUGINS_CURATORS_DOWNLOAD_EXCHANGE_H_
