// What became of one download.
#ifndef FACET_PLUGINS_CURATORS_DOWNLOAD_RESULT_H_
#define FACET_PLUGINS_CURATORS_DOWNLOAD_RESULT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace facet {

enum class DownloadOutcome {
  kOk,
  kBadUrl,            // cannot be parsed
  kNotAllowed,        // neither http nor https; an address of a private network
  kUnreachable,       // no such host, refused, no TLS
  kTimeout,           // over DownloadOptions::timeout
  kHttpStatus,        // an answer other than 200, 206 and a redirect
  kTooManyRedirects,  // or a loop of them
  kTooLarge,          // over DownloadOptions::max_bytes
  kTruncated,         // shorter than its Content-Length or its last chunk
  kEmpty,
  kHtml,          // a page, where an image was promised
  kNotAnImage,    // begins as no format that core decodes
  kBrokenAnswer,  // no HTTP
  kStopped,       // not fetched, because the run was stopped; never in a journal
};

// "ok", "bad_url", "not_allowed", ...
std::string_view OutcomeName(DownloadOutcome outcome);
std::optional<DownloadOutcome> OutcomeOf(std::string_view name);

struct DownloadResult {
  std::string id, url;
  DownloadOutcome outcome = DownloadOutcome::kStopped;
  std::string detail;       // for people; empty if ok
  std::string final_url;    // of the last answer, after redirects
  int64_t http_status = 0;  // of the last answer; 0: none came
  int64_t attempts = 0;
  // If ok: below the folder, "<id>.jpg"; size in bytes; of the bytes.
  std::string file;
  int64_t size = 0;
  std::string sha256;
  bool reused = false;  // of an earlier run; not in the journal
};

// Whether another attempt may end otherwise: the network's and the server's failures (statuses 408,
// 429 and 5xx), but nothing that was said of the content.
bool MayPass(const DownloadResult& result);

}  // namespace facet

#endif  // FACET_PLUGINS_CURATORS_DOWNLOAD_RESULT_H_
