#include "plugins/curators/search/mirror_fetch.h"

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "core/base/file.h"
#include "core/base/hash.h"
#include "core/base/parallel_work.h"
#include "core/base/status.h"
#include "core/base/utf8.h"
#include "plugins/curators/download/data_url.h"
#include "plugins/curators/download/exchange.h"
#include "plugins/curators/download/url.h"
#include "plugins/curators/stage/files.h"
#include "plugins/lists/image_names.h"

namespace facet {
namespace {

using Outcome = DownloadOutcome;

// An end is looked for in so many last bytes: programs append this and that, while the end of a
// JPEG's thumbnail stands at the file's beginning.
constexpr size_t kTailBytes = 1024;

// "/a/b.jpg", below the host's folder; InvalidArgument for a URL that leaves it.
absl::StatusOr<std::string> PathInMirror(const DownloadUrl& url) {
  const size_t authority = url.text.find("://") + 3;
  const size_t slash = url.text.find_first_of("/?", authority);
  std::string path = slash == std::string::npos ? "/" : url.text.substr(slash);
  if (path[0] != '/') path = "/" + path;
  for (const absl::string_view part : absl::StrSplit(path, '/')) {
    if (part == ".." || part == ".") {
      return absl::InvalidArgumentError(absl::StrCat("\"", part, "\" in the path of ", url.text));
    }
  }
  if (url.host.empty() || url.host[0] == '.') {
    return absl::InvalidArgumentError(absl::StrCat("the host of ", url.text));
  }
  if (path.back() == '/') path += "index.html";
  return path;
}

bool HasEnd(std::string_view bytes, std::string_view extension) {
  const std::string_view tail = bytes.substr(bytes.size() - std::min(bytes.size(), kTailBytes));
  if (extension == "jpg") return tail.find("\xff\xd9") != std::string_view::npos;
  return extension != "png" || tail.find("IEND") != std::string_view::npos;
}

void Fail(DownloadResult& result, Outcome outcome, std::string detail) {
  result.outcome = outcome;
  result.detail = std::move(detail);
}

// Judges the bytes; the extension of an image, else nothing.
std::string_view Judge(std::string_view bytes, DownloadResult& result) {
  if (bytes.empty()) {
    Fail(result, Outcome::kEmpty, "an empty file");
    return "";
  }
  const std::string_view extension = ImageExtensionOf(bytes);
  if (extension.empty()) {
    NoImage judged = JudgeNoImage(bytes.substr(0, 512), "");
    Fail(result, judged.outcome, std::move(judged.detail));
  } else if (!HasEnd(bytes, extension)) {
    Fail(result, Outcome::kTruncated, absl::StrCat(bytes.size(), " bytes and no end of the image"));
  } else {
    result.outcome = Outcome::kOk;
  }
  return result.outcome == Outcome::kOk ? extension : "";
}

absl::Status Keep(std::string_view bytes, std::string_view extension, const std::string& folder,
                  DownloadResult& result) {
  result.file = absl::StrCat(result.id, ".", absl::string_view(extension.data(), extension.size()));
  result.size = static_cast<int64_t>(bytes.size());
  result.sha256 = Sha256Hex(bytes);
  const std::string path = absl::StrCat(folder, "/", result.file);
  const absl::StatusOr<std::string> there = ReadFile(path);
  if (there.ok() && *there == bytes) {
    result.reused = true;
    return absl::OkStatus();
  }
  return WriteImageFile(path, bytes);
}

absl::Status Fetch(const DownloadRequest& request, const std::string& mirror,
                   const std::string& folder, const MirrorOptions& options,
                   DownloadResult& result) {
  result.id = request.id;
  result.url = request.url;
  result.attempts = 1;
  if (IsDataUrl(request.url)) {
    DataImage image = ImageOfDataUrl(request.url, options.max_bytes);
    if (image.outcome == Outcome::kOk) {
      result.outcome = image.outcome;
      return Keep(image.bytes, image.extension, folder, result);
    }
    Fail(result, image.outcome, std::move(image.detail));
    return absl::OkStatus();
  }
  absl::StatusOr<DownloadUrl> url = ParseDownloadUrl(request.url, "");
  if (!IsUtf8(request.url)) url = absl::InvalidArgumentError("no URL: it is not UTF-8");
  const absl::StatusOr<std::string> path =
      url.ok() ? PathInMirror(*url) : absl::StatusOr<std::string>(url.status());
  if (!path.ok()) {
    Fail(result, Outcome::kBadUrl, std::string(path.status().message()));
    return absl::OkStatus();
  }
  if (url->scheme != "http" && url->scheme != "https") {
    Fail(result, Outcome::kNotAllowed, url->scheme + " is neither http nor https");
    return absl::OkStatus();
  }
  std::error_code error;
  // A host with letters beyond ASCII may have a folder of either name.
  std::string source = absl::StrCat(mirror, "/", url->written_host, *path);
  if (!std::filesystem::is_regular_file(source, error)) {
    source = absl::StrCat(mirror, "/", url->host, *path);
  }
  if (!std::filesystem::is_regular_file(source, error)) {
    result.http_status = 404;
    Fail(result, Outcome::kHttpStatus,
         absl::StrCat("answer 404: the mirror has no ", url->written_host, *path));
    return absl::OkStatus();
  }
  const auto size = static_cast<int64_t>(std::filesystem::file_size(source, error));
  if (!error && size > options.max_bytes) {
    Fail(result, Outcome::kTooLarge,
         absl::StrCat(size, " bytes, the limit is ", options.max_bytes));
    return absl::OkStatus();
  }
  FACET_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(source));
  result.http_status = 200;
  const std::string_view extension = Judge(bytes, result);
  if (extension.empty()) return absl::OkStatus();
  return Keep(bytes, extension, folder, result);
}

}  // namespace

absl::StatusOr<std::vector<DownloadResult>> FetchFromMirror(
    const std::vector<DownloadRequest>& requests, const std::string& mirror,
    const std::string& folder, const MirrorOptions& options,
    const std::function<bool(int64_t)>& go_on) {
  FACET_RETURN_IF_ERROR(CheckDownloadRequests(requests));
  std::vector<DownloadResult> results(requests.size());
  FACET_RETURN_IF_ERROR(ParallelWork(
      static_cast<int64_t>(requests.size()), options.threads,
      [&](int64_t i) {
        const auto index = static_cast<size_t>(i);
        return Fetch(requests[index], mirror, folder, options, results[index]);
      },
      go_on));
  return results;
}

}  // namespace facet
