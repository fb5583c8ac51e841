// Downloads that were stopped or killed go on. Against a server of the test's own on loopback.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <map>
#include <thread>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "core/base/file.h"
#include "core/base/hash.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/curators/download/downloader_testing.h"
#include "plugins/curators/download/journal.h"
#include "plugins/curators/download/loopback_server_testing.h"

namespace facet {
namespace {

using Outcome = DownloadOutcome;
using Send = LoopbackServer::Send;

TEST(Downloader, GoesOnAfterAKill) {
  const std::string folder = FreshFolder("killed");
  int pipe_ends[2];
  ASSERT_EQ(::pipe(pipe_ends), 0);
  const auto requests_of = [](const std::string& url) {
    std::vector<DownloadRequest> requests = {{"big", url + "big"}};
    for (int i = 0; i < 40; ++i) {
      requests.push_back({absl::StrCat("n", i), absl::StrCat(url, i)});
    }
    return requests;
  };
  // Before this process has threads; the child waits for the server's URL.
  const pid_t child = ::fork();
  if (child == 0) {
    char url[100] = {};
    if (::read(pipe_ends[0], url, sizeof url - 1) > 0) {
      (void)Download(requests_of(url), folder, TestOptions(), nullptr, nullptr);
    }
    ::_exit(0);
  }
  const std::string big = Picture(500000);
  std::atomic<bool> killed{false};
  std::atomic<int> small{0};
  LoopbackServer server([&](const std::string& request, const Send& send) {
    if (PathOf(request) != "/big") {
      // After ten, the first run gets none: it is killed in the middle for certain.
      if (!killed && ++small > 10) {
        while (!killed && send("")) absl::SleepFor(absl::Milliseconds(1));
        return;
      }
      send(Whole(Picture(3000)));
      return;
    }
    const std::string range = HeaderOf(request, "range");
    size_t from = 0;
    if (range.empty() || !absl::SimpleAtoi(range.substr(6, range.size() - 7), &from)) {
      send(Head("200 OK", "ETag: \"big\"\r\n", big.size()) + big.substr(0, 200000));
      while (!killed && send("")) absl::SleepFor(absl::Milliseconds(1));
      return;
    }
    send(Head("206 Partial Content",
              absl::StrCat("Content-Range: bytes ", from, "-", big.size() - 1, "/", big.size(),
                           "\r\n"),
              big.size() - from) +
         big.substr(from));
  });
  const std::string url = server.Url("/");
  ASSERT_GT(::write(pipe_ends[1], url.data(), url.size()), 0);
  // Until some images are finished and the big one has begun.
  const auto lines = [&] {
    const auto text = ReadFile(folder + "/downloads.jsonl");
    return text.ok() ? std::count(text->begin(), text->end(), '\n') : 0;
  };
  std::error_code error;
  for (int i = 0; i < 20000; ++i) {
    const auto size = std::filesystem::file_size(folder + "/big.part", error);
    if (!error && size == 200000 && lines() >= 5) break;
    absl::SleepFor(absl::Milliseconds(1));
  }
  ASSERT_EQ(::kill(child, SIGKILL), 0);
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  killed = true;
  const int64_t finished = lines();
  EXPECT_GE(finished, 5);
  EXPECT_LE(finished, 10);

  const std::vector<DownloadRequest> requests = requests_of(url);
  int64_t reused = 0;
  for (const DownloadResult& result : Get(requests, folder)) {
    EXPECT_EQ(result.outcome, Outcome::kOk) << result.id << ": " << result.detail;
    reused += result.reused;
  }
  EXPECT_EQ(reused, finished);
  EXPECT_EQ(*ReadFile(folder + "/big.jpg"), big);
  EXPECT_EQ(server.CountOf("/big"), 2);
  int continued = 0;
  for (const std::string& request : server.requests()) {
    continued += HeaderOf(request, "range") == "bytes=200000-";
  }
  EXPECT_EQ(continued, 1);
  EXPECT_EQ(FilesIn(folder), 42u);  // images and journal
  ::close(pipe_ends[0]);
  ::close(pipe_ends[1]);
}

TEST(Downloader, StopsInTheMiddleAndGoesOn) {
  LoopbackServer server([](const std::string&, const Send& send) { send(Whole(Picture(400))); });
  std::vector<DownloadRequest> requests;
  for (int i = 0; i < 30; ++i) requests.push_back({absl::StrCat(i), server.Url("/")});
  const std::string folder = FreshFolder("stopped");
  DownloadProgress last;
  const auto results = Download(
      requests, folder, TestOptions(), [&] { return last.done >= 5; },
      [&](const DownloadProgress& progress) { last = progress; });
  ASSERT_TRUE(results.ok()) << results.status();
  int64_t ok = 0, stopped = 0;
  for (size_t i = 0; i < requests.size(); ++i) {
    EXPECT_EQ((*results)[i].id, requests[i].id);
    ok += (*results)[i].outcome == Outcome::kOk;
    stopped += (*results)[i].outcome == Outcome::kStopped;
  }
  EXPECT_EQ(ok, last.done);
  EXPECT_GE(ok, 5);
  EXPECT_GT(stopped, 0);
  EXPECT_EQ(ok + stopped, 30);
  EXPECT_EQ(last.bytes, 400 * ok);
  const auto rest = Download(requests, folder, TestOptions(), nullptr,
                             [&](const DownloadProgress& progress) { last = progress; });
  ASSERT_TRUE(rest.ok());
  EXPECT_EQ(last.reused, ok);
  EXPECT_EQ(last.done, 30);
  EXPECT_EQ(last.failed, 0);
}

TEST(Downloader, ChangedUrlAndLostFileAreFetchedAnew) {
  LoopbackServer server([](const std::string& request, const Send& send) {
    send(PathOf(request) == "/gone" ? Head("404 No", "", 0) : Whole(Picture(400)));
  });
  const std::string folder = FreshFolder("changed");
  GetOne(server.Url("/a"), folder);
  std::filesystem::resize_file(folder + "/one.jpg", 10);
  EXPECT_FALSE(GetOne(server.Url("/a"), folder).reused);
  EXPECT_TRUE(GetOne(server.Url("/a"), folder).reused);
  EXPECT_EQ(server.CountOf("/a"), 2);
  EXPECT_EQ(GetOne(server.Url("/gone"), folder).outcome, Outcome::kHttpStatus);
  EXPECT_FALSE(std::filesystem::exists(folder + "/one.jpg"));
}

TEST(Downloader, JournalCannotNameOtherFiles) {
  LoopbackServer server([](const std::string&, const Send& send) { send(Whole(Picture(500))); });
  const std::string folder = FreshFolder("forged");
  std::filesystem::create_directories(folder + "/in");
  const std::string other = folder + "/other.jpg";
  ASSERT_TRUE(WriteFileAtomically(other, "mine").ok());
  DownloadResult forged;
  forged.id = "in/one";
  forged.url = server.Url("/slow");
  forged.outcome = Outcome::kOk;
  forged.size = 4;
  for (const char* file : {"in/../other.jpg", "other.jpg", "in/one./../../other.jpg"}) {
    forged.file = file;
    ASSERT_TRUE(
        WriteFileAtomically(folder + "/downloads.jsonl", ToJournalLine(forged) + "\n").ok());
    const auto result = Get({{forged.id, forged.url}}, folder).at(0);
    EXPECT_FALSE(result.reused);
    EXPECT_EQ(result.file, "in/one.jpg");
    EXPECT_EQ(*ReadFile(other), "mine");
  }
}

}  // namespace
}  // namespace facet
