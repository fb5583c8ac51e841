// Against a server that is not ours: cpp-httplib, with connections that are kept, ranges and
// redirects as it makes them.
#include <atomic>
#include <filesystem>
#include <thread>

#include "absl/strings/str_cat.h"
#include "core/base/file.h"
#include "gtest/gtest.h"
#include "httplib.h"
#include "plugins/curators/download/downloader.h"

namespace facet {
namespace {

std::string PngPicture(size_t size) {
  std::string bytes = "\x89PNG\r\n\x1a\n";
  while (bytes.size() < size) bytes += static_cast<char>(bytes.size() * 2654435761u >> 7);
  return bytes;
}

class DownloaderHttp : public testing::Test {
 protected:
  void Start() {
    port_ = server_.bind_to_any_port("127.0.0.1");
    ASSERT_GT(port_, 0);
    thread_ = std::thread([this] { server_.listen_after_bind(); });
    while (!server_.is_running()) std::this_thread::yield();
  }
  void TearDown() override {
    server_.stop();
    if (thread_.joinable()) thread_.join();
  }
  std::vector<DownloadResult> Get(const std::vector<DownloadRequest>& requests) {
    folder_ = absl::StrCat(testing::TempDir(), "/http_",
                           testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::remove_all(folder_);
    DownloadOptions options;
    options.private_addresses = true;
    options.host_delay = absl::ZeroDuration();
    options.retry_delay = absl::Milliseconds(1);
    options.max_connections_per_host = 4;
    const auto results = Download(requests, folder_, options, nullptr, nullptr);
    EXPECT_TRUE(results.ok()) << results.status();
    return *results;
  }
  std::string Url(const std::string& path) const {
    return absl::StrCat("http://127.0.0.1:", port_, path);
  }

  httplib::Server server_;
  std::thread thread_;
  int port_ = 0;
  std::string folder_;
};

TEST_F(DownloaderHttp, ManyImagesOverKeptConnections) {
  server_.Get(R"(/image/(\d+))", [](const httplib::Request& request, httplib::Response& response) {
    response.set_content(PngPicture(1000 + std::stoul(request.matches[1])), "image/png");
  });
  server_.Get(R"(/old/(\d+))", [](const httplib::Request& request, httplib::Response& response) {
    response.set_redirect(absl::StrCat("/image/", request.matches[1].str()));
  });
  Start();
  std::vector<DownloadRequest> requests;
  for (int i = 0; i < 60; ++i) {
    const char* path = i % 3 == 0 ? "/old/" : i % 20 == 1 ? "/missing/" : "/image/";
    requests.push_back({absl::StrCat("p", i % 4, "/", i), Url(absl::StrCat(path, i))});
  }
  const auto results = Get(requests);
  for (int i = 0; i < 60; ++i) {
    SCOPED_TRACE(requests[i].url);
    if (i % 3 != 0 && i % 20 == 1) {
      EXPECT_EQ(results[i].http_status, 404);
    } else {
      ASSERT_EQ(results[i].outcome, DownloadOutcome::kOk) << results[i].detail;
      EXPECT_EQ(results[i].attempts, 1);
      EXPECT_EQ(results[i].file, requests[i].id + ".png");
      EXPECT_EQ(*ReadFile(folder_ + "/" + results[i].file), PngPicture(1000 + i));
    }
  }
}

TEST_F(DownloaderHttp, RestByRange) {
  const std::string body = PngPicture(200000);
  std::atomic<int> count{0};
  std::string range;
  server_.Get("/image", [&](const httplib::Request& request, httplib::Response& response) {
    response.set_header("ETag", "\"v1\"");
    if (++count > 1) {
      range = request.get_header_value("Range");
      response.set_content(body, "image/png");
      return;
    }
    response.set_content_provider(body.size(), "image/png",
                                  [&](size_t offset, size_t, httplib::DataSink& sink) {
                                    if (offset == 0) return sink.write(body.data(), 70000);
                                    return false;  // ends the connection
                                  });
  });
  Start();
  const auto results = Get({{"one", Url("/image")}});
  EXPECT_EQ(results[0].outcome, DownloadOutcome::kOk) << results[0].detail;
  EXPECT_EQ(results[0].http_status, 206);
  EXPECT_EQ(results[0].attempts, 2);
  EXPECT_EQ(*ReadFile(folder_ + "/one.png"), body);
  EXPECT_EQ(range, "bytes=70000-");
}

}  // namespace
}  // namespace facet
