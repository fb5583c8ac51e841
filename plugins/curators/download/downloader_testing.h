// What tests of downloads from a server of their own on loopback share.
#ifndef FACET_PLUGINS_CURATORS_DOWNLOAD_DOWNLOADER_TESTING_H_
#define FACET_PLUGINS_CURATORS_DOWNLOAD_DOWNLOADER_TESTING_H_

#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "plugins/curators/download/downloader.h"

namespace facet {

// Begins as a JPEG; the rest is noise of this seed.
inline std::string Picture(size_t size, unsigned seed = 1) {
  std::string bytes = "\xff\xd8\xff\xe0";
  std::mt19937 random(seed);
  while (bytes.size() < size) bytes += static_cast<char>(random());
  return bytes;
}

inline std::string Head(const std::string& status, const std::string& headers, size_t length) {
  return absl::StrCat("HTTP/1.1 ", status, "\r\n", headers,
                      "Connection: close\r\nContent-Length: ", length, "\r\n\r\n");
}
inline std::string Whole(const std::string& body, const std::string& headers = "") {
  return Head("200 OK", headers, body.size()) + body;
}
inline std::string Location(const std::string& url) {
  return Head("302 Found", "Location: " + url + "\r\n", 0);
}

inline std::string FreshFolder(const std::string& name) {
  const std::string folder = testing::TempDir() + "/download_" + name;
  std::filesystem::remove_all(folder);
  return folder;
}

inline DownloadOptions TestOptions() {
  DownloadOptions options;
  options.private_addresses = true;
  options.host_delay = absl::ZeroDuration();
  options.retry_delay = absl::Milliseconds(1);
  options.max_retry_delay = absl::Milliseconds(20);
  return options;
}

inline std::vector<DownloadResult> Get(const std::vector<DownloadRequest>& requests,
                                       const std::string& folder,
                                       const DownloadOptions& options = TestOptions()) {
  const auto results = Download(requests, folder, options, nullptr, nullptr);
  EXPECT_TRUE(results.ok()) << results.status();
  EXPECT_EQ(results->size(), requests.size());
  return *results;
}

inline DownloadResult GetOne(const std::string& url, const std::string& folder,
                             const DownloadOptions& options = TestOptions()) {
  return Get({{"one", url}}, folder, options).at(0);
}

inline size_t FilesIn(const std::string& folder) {
  size_t count = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    count += entry.is_regular_file();
  }
  return count;
}

}  // namespace facet

#endif  // FACET_PLUGINS_CURATORS_DOWNLOAD_DOWNLOADER_TESTING_H_
