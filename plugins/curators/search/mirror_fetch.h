// Downloads of what lies in a mirror already: <mirror>/<host>/<path>, the path as in the URL, its
// query ("?...") included; a path that ends in '/' has "index.html" appended. data: URLs need none.
#ifndef FACET_PLUGINS_CURATORS_SEARCH_MIRROR_FETCH_H_
#define FACET_PLUGINS_CURATORS_SEARCH_MIRROR_FETCH_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "plugins/curators/download/downloader.h"

namespace facet {

struct MirrorOptions {
  int64_t max_bytes = int64_t{32} << 20;
  int threads = 1;
};

// As Download() (same ids, files and outcomes), but without a journal: what lies there with the
// same bytes is kept. A file that the mirror lacks is an answer 404; a JPEG or PNG without its end
// is kTruncated. `go_on` may be empty. Errors: ids as for Download(), the disk, a stop.
absl::StatusOr<std::vector<DownloadResult>> FetchFromMirror(
    const std::vector<DownloadRequest>& requests, const std::string& mirror,
    const std::string& folder, const MirrorOptions& options,
    const std::function<bool(int64_t done)>& go_on);

}  // namespace facet

#endif  // FACET_PLUGINS_CURATORS_SEARCH_MIRROR_FETCH_H_
