// "data:image/png;base64,iVBORw0..." (RFC 2397): a URL that is the file itself.
#ifndef FACET_PLUGINS_CURATORS_DOWNLOAD_DATA_URL_H_
#define FACET_PLUGINS_CURATORS_DOWNLOAD_DATA_URL_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "plugins/curators/download/result.h"

namespace facet {

bool IsDataUrl(std::string_view url);

struct DataUrl {
  std::string type;   // "image/png", lower case; empty: none is said
  std::string bytes;  // of base64 or percent-encoding
};
// InvalidArgument: no comma, no base64.
absl::StatusOr<DataUrl> ReadDataUrl(std::string_view url);

// What a download of it gives: an image, or why not.
struct DataImage {
  DownloadOutcome outcome = DownloadOutcome::kOk;
  std::string detail, bytes;
  std::string_view extension;  // if ok
};
DataImage ImageOfDataUrl(std::string_view url, int64_t max_bytes);

}  // namespace facet

#endif  // FACET_PLUGINS_CURATORS_DOWNLOAD_DATA_URL_H_
