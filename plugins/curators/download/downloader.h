// Downloads of images by HTTP: many at once, few per host, into a folder that can be continued.
//
//   <folder>/<id>.<jpg|png|...>      finished, synced and renamed in one step; named by the id and
//                                    by what the content is, never by the URL
//   <folder>/<id>.part, .part.json   begun; continued by Range and If-Range, where the server gave
//                                    an ETag or a date
//   <folder>/downloads.jsonl         the journal (download_journal.h)
//
// A second run of the same list fetches what is missing: files that are there in the recorded size
// are kept, and so are failures that say something of the content. A changed URL is fetched anew.
//
// Only http and https, also after a redirect, and data: URLs, which are read without asking anybody;
// no address of a private network, unless allowed; neither passwords nor environment variables are
// used, and cookies only if asked for. Hosts with letters beyond ASCII are asked by their IDNA
// name. What is compressed for the transfer (Content-Encoding), which is never asked for, is
// inflated; a file that is itself gzip is no image. Redirects count as a start at the host that
// they lead to. A URL that occurs under several ids is fetched for each.
#ifndef FACET_PLUGINS_CURATORS_DOWNLOAD_DOWNLOADER_H_
#define FACET_PLUGINS_CURATORS_DOWNLOAD_DOWNLOADER_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "plugins/curators/download/result.h"

namespace facet {

struct DownloadRequest {
  std::string id;  // unique; ASCII letters, digits, '_', '-', and '/' between folders; 1 to 200
  std::string url;
  std::string page = {};  // where the URL was found; may be empty
};

struct DownloadOptions {
  int64_t max_connections = 32, max_connections_per_host = 2;
  absl::Duration host_delay = absl::Milliseconds(250);  // between two starts at one host
  // Of one attempt with its redirects. 30 s: the downloader of VGG-Face images in D. Sandberg's
  // facenet, tmp/download_vgg_face_dataset.py.
  absl::Duration timeout = absl::Seconds(30);
  absl::Duration connect_timeout = absl::Seconds(10);
  int64_t max_bytes = int64_t{32} << 20;
  int64_t max_redirects = 5;
  // Further attempts at what may pass (MayPass): after retry_delay, then twice as long, and so on,
  // or when the server says (Retry-After), but at most after max_retry_delay.
  int64_t max_attempts = 2;
  absl::Duration retry_delay = absl::Seconds(2), max_retry_delay = absl::Minutes(1);
  // Which failures of earlier runs are tried again.
  enum class Again { kNone, kMayPass, kAll };
  Again again = Again::kMayPass;
  bool private_addresses = false;
  std::string proxy;  // "http://host:port"; empty: none. The proxy checks addresses, then.
  std::string user_agent = "facet";
  // Referer is the request's page, if that is of http or https, and not from https to http. Else
  // there is none.
  bool send_page = false;
  bool cookies = false;  // hosts get back what they set, until the end of the run
};

struct DownloadProgress {
  int64_t total = 0;   // requests
  int64_t done = 0;    // of them: ok, reused or failed
  int64_t reused = 0;  // of done: kept from an earlier run
  int64_t failed = 0;  // of done
  int64_t bytes = 0;   // of the images that this run finished
};

// InvalidArgument: an id that is malformed or occurs twice.
absl::Status CheckDownloadRequests(const std::vector<DownloadRequest>& requests);
// InvalidArgument: out of range.
absl::Status CheckDownloadOptions(const DownloadOptions& options);

// One result per request, in their order, whatever the order of arrival. Once `stop` says so, what
// is under way stays partial, and what is not done has the outcome kStopped. `progress` is called
// at the start and after each result. Either may be empty. Both are called from this thread.
//
// InvalidArgument: an id that is malformed or occurs twice, options out of range. Errors of the
// journal and of the disk end the run; what was recorded holds.
absl::StatusOr<std::vector<DownloadResult>> Download(
    const std::vector<DownloadRequest>& requests, const std::string& folder,
    const DownloadOptions& options, const std::function<bool()>& stop,
    const std::function<void(const DownloadProgress&)>& progress);

}  // namespace facet

#endif  // FACET_PLUGINS_CURATORS_DOWNLOAD_DOWNLOADER_H_
