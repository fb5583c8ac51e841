// Against a server of the test's own on loopback. Nothing here depends on how fast a machine is:
// what must time out never ends, and what must arrive has the default 30 s.
#include "plugins/support/downloader.h"

#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <map>
#include <random>
#include <thread>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "core/base/file.h"
#include "core/base/hash.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/support/download_journal.h"
#include "plugins/support/download_url.h"
#include "plugins/support/loopback_server.h"

namespace facet {
namespace {

using ::testing::HasSubstr;
using Outcome = DownloadOutcome;
using Send = LoopbackServer::Send;

// Begins as a JPEG; the rest is noise of this seed.
std::string Picture(size_t size, unsigned seed = 1) {
  std::string bytes = "\xff\xd8\xff\xe0";
  std::mt19937 random(seed);
  while (bytes.size() < size) bytes += static_cast<char>(random());
  return bytes;
}

std::string Head(const std::string& status, const std::string& headers, size_t length) {
  return absl::StrCat("HTTP/1.1 ", status, "\r\n", headers,
                      "Connection: close\r\nContent-Length: ", length, "\r\n\r\n");
}
std::string Whole(const std::string& body, const std::string& headers = "") {
  return Head("200 OK", headers, body.size()) + body;
}
std::string Location(const std::string& url) {
  return Head("302 Found", "Location: " + url + "\r\n", 0);
}

std::string FreshFolder(const std::string& name) {
  const std::string folder = testing::TempDir() + "/download_" + name;
  std::filesystem::remove_all(folder);
  return folder;
}

DownloadOptions TestOptions() {
  DownloadOptions options;
  options.private_addresses = true;
  options.host_delay = absl::ZeroDuration();
  options.retry_delay = absl::Milliseconds(1);
  options.max_retry_delay = absl::Milliseconds(20);
  return options;
}

std::vector<DownloadResult> Get(const std::vector<DownloadRequest>& requests,
                                const std::string& folder,
                                const DownloadOptions& options = TestOptions()) {
  const auto results = Download(requests, folder, options, nullptr, nullptr);
  EXPECT_TRUE(results.ok()) << results.status();
  EXPECT_EQ(results->size(), requests.size());
  return *results;
}

DownloadResult GetOne(const std::string& url, const std::string& folder,
                      const DownloadOptions& options = TestOptions()) {
  return Get({{"one", url}}, folder, options).at(0);
}

size_t FilesIn(const std::string& folder) {
  size_t count = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    count += entry.is_regular_file();
  }
  return count;
}

// What a server may do, by path.
void Answer(const std::string& request, const Send& send) {
  static const std::map<std::string, std::string>& kAnswers =
      *new std::map<std::string, std::string>{
          {"/good.php?x=../../etc", Whole(Picture(5000))},
          {"/png", Whole("\x89PNG\r\n\x1a\n and more", "Content-Type: text/html\r\n")},
          {"/missing", Head("404 Not Found", "", 4) + "gone"},
          {"/big404", Head("404 Not Found", "", 1 << 20) + std::string(1 << 20, 'x')},
          {"/empty", Whole("")},
          {"/html",
           Whole("\n <!DOCTYPE html><html>not here</html>", "Content-Type: image/jpeg\r\n")},
          {"/gif", Whole("GIF89a, which core does not decode")},
          {"/short", Whole("\xff\xd8")},
          {"/garbage", "I speak no HTTP\r\n\r\n"},
          {"/nothing", ""},
          {"/cut", Head("200 OK", "", 9000) + Picture(4000)},
          {"/cutchunk",
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n400\r\n" + Picture(100)},
          {"/chunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n64\r\n" +
                           Picture(100) + "\r\n0\r\n\r\n"},
          {"/giga", Head("200 OK", "", size_t{1} << 30) + Picture(4000)},
          {"/hop1", Location("hop2?q#part")},
          {"/hop2?q", Location("/good.php?x=../../etc")},
          {"/loop", Location("/loop")},
          {"/nowhere", Head("301 Moved", "", 0)},
          {"/tofile", Location("file:///etc/passwd")},
          {"/toftp", Location("ftp://127.0.0.1/a.jpg")},
      };
  const std::string path = PathOf(request);
  if (const auto found = kAnswers.find(path); found != kAnswers.end()) {
    send(found->second);
  } else if (path == "/endless") {
    send("HTTP/1.1 200 OK\r\n\r\n" + Picture(1000));
    while (send(std::string(10000, 'x'))) continue;
  } else if (path == "/trickle") {
    send(Head("200 OK", "", 100000) + Picture(100));
    while (send("x")) absl::SleepFor(absl::Milliseconds(20));
  } else if (path == "/slow") {
    send(Head("200 OK", "", 500));
    const std::string body = Picture(500);
    for (size_t at = 0; at < 500 && send(body.substr(at, 50)); at += 50) {
      absl::SleepFor(absl::Milliseconds(2));
    }
  }
}

TEST(Downloader, EachAnswerHasItsOutcome) {
  LoopbackServer server(Answer);
  struct Case {
    const char* path;
    Outcome outcome;
    const char* detail;
    int attempts;
  };
  const std::vector<Case> cases = {
      {"/good.php?x=../../etc", Outcome::kOk, "", 1},
      {"/png", Outcome::kOk, "", 1},
      {"/slow", Outcome::kOk, "", 1},
      {"/chunked", Outcome::kOk, "", 1},
      {"/hop1", Outcome::kOk, "", 1},
      {"/missing", Outcome::kHttpStatus, "answer 404", 1},
      {"/big404", Outcome::kHttpStatus, "answer 404", 1},
      {"/nowhere", Outcome::kHttpStatus, "answer 301 without a Location", 1},
      {"/empty", Outcome::kEmpty, "an empty body", 1},
      {"/html", Outcome::kHtml, "Content-Type: image/jpeg", 1},
      {"/gif", Outcome::kNotAnImage, "no image that can be decoded", 1},
      {"/short", Outcome::kNotAnImage, "no image that can be decoded", 1},
      {"/garbage", Outcome::kBrokenAnswer, "HTTP/0.9", 2},
      {"/nothing", Outcome::kBrokenAnswer, "Empty reply", 2},
      {"/cut", Outcome::kTruncated, "5000 bytes remaining", 2},
      {"/cutchunk", Outcome::kTruncated, "", 2},
      {"/giga", Outcome::kTooLarge, "Content-Length is 1073741824 bytes, the limit 100000", 1},
      {"/endless", Outcome::kTooLarge, "over the limit of 100000 bytes", 1},
      {"/loop", Outcome::kTooManyRedirects, "more than 5 redirects", 1},
      {"/tofile", Outcome::kNotAllowed, "redirected to file", 1},
      {"/toftp", Outcome::kNotAllowed, "redirected to ftp", 1},
  };
  std::vector<DownloadRequest> requests;
  for (size_t i = 0; i < cases.size(); ++i) {
    requests.push_back({absl::StrCat("person-", i % 2, "/", i), server.Url(cases[i].path)});
  }
  requests.push_back({"file", "file:///etc/passwd"});
  requests.push_back({"no_url", "no url at all"});
  requests.push_back({"latin", server.Url("/G\xfcl.jpg")});
  DownloadOptions options = TestOptions();
  options.max_bytes = 100000;
  const std::string folder = FreshFolder("answers");
  const auto results = Get(requests, folder, options);
  for (size_t i = 0; i < cases.size(); ++i) {
    SCOPED_TRACE(cases[i].path);
    EXPECT_EQ(results[i].id, requests[i].id);
    EXPECT_EQ(OutcomeName(results[i].outcome), OutcomeName(cases[i].outcome)) << results[i].detail;
    EXPECT_THAT(results[i].detail, HasSubstr(cases[i].detail));
    EXPECT_EQ(results[i].attempts, cases[i].attempts);
  }
  EXPECT_EQ(results[cases.size()].outcome, Outcome::kNotAllowed);
  EXPECT_EQ(results[cases.size() + 1].outcome, Outcome::kBadUrl);
  EXPECT_EQ(results[cases.size() + 2].outcome, Outcome::kBadUrl);

  EXPECT_EQ(results[0].file, "person-0/0.jpg");
  EXPECT_EQ(*ReadFile(folder + "/person-0/0.jpg"), Picture(5000));
  EXPECT_EQ(results[0].sha256, Sha256Hex(Picture(5000)));
  EXPECT_EQ(results[1].file, "person-1/1.png");
  EXPECT_EQ(results[4].final_url, server.Url("/good.php?x=../../etc"));
  EXPECT_EQ(server.CountOf("/loop"), 6);
  EXPECT_EQ(FilesIn(folder), 6u);  // five images and the journal: no part of what was refused

  // Again: nothing is asked but what may pass, and the results are the same.
  const size_t asked = server.requests().size();
  options.again = DownloadOptions::Again::kNone;
  const auto again = Get(requests, folder, options);
  EXPECT_EQ(server.requests().size(), asked);
  for (size_t i = 0; i < again.size(); ++i) {
    EXPECT_EQ(again[i].outcome, results[i].outcome);
    EXPECT_EQ(again[i].detail, results[i].detail);
  }
  options.again = DownloadOptions::Again::kMayPass;
  Get(requests, folder, options);
  EXPECT_EQ(server.requests().size(), asked + 8);  // garbage, nothing, cut, cutchunk: twice each
}

TEST(Downloader, RefusedAndTimedOut) {
  // Bound, but nobody listens.
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in name = {};
  name.sin_family = AF_INET;
  name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof name;
  ASSERT_EQ(::bind(socket, reinterpret_cast<sockaddr*>(&name), length), 0);
  ASSERT_EQ(::getsockname(socket, reinterpret_cast<sockaddr*>(&name), &length), 0);
  const std::string folder = FreshFolder("refused");
  const auto refused =
      GetOne(absl::StrCat("http://127.0.0.1:", ntohs(name.sin_port), "/a.jpg"), folder);
  ::close(socket);
  EXPECT_EQ(refused.outcome, Outcome::kUnreachable) << refused.detail;
  EXPECT_EQ(refused.attempts, 2);

  LoopbackServer server(Answer);
  DownloadOptions options = TestOptions();
  options.timeout = absl::Milliseconds(200);
  options.max_attempts = 1;
  const auto late = GetOne(server.Url("/trickle"), folder, options);
  EXPECT_EQ(late.outcome, Outcome::kTimeout) << late.detail;
}

TEST(Downloader, PrivateAddressesAreRefused) {
  LoopbackServer server(Answer);
  DownloadOptions options = TestOptions();
  options.private_addresses = false;
  const auto result = GetOne(server.Url("/png"), FreshFolder("private"), options);
  EXPECT_EQ(result.outcome, Outcome::kNotAllowed) << result.detail;
  EXPECT_THAT(result.detail, HasSubstr("private network"));
  EXPECT_TRUE(server.requests().empty());
}

TEST(Downloader, BusyServerIsAskedAgain) {
  std::atomic<int> asked{0};
  LoopbackServer server([&](const std::string&, const Send& send) {
    send(++asked < 3 ? Head("503 Busy", "Retry-After: 3600\r\n", 0) : Whole(Picture(300)));
  });
  DownloadOptions options = TestOptions();
  options.max_attempts = 3;
  const auto result = GetOne(server.Url("/"), FreshFolder("busy"), options);
  EXPECT_EQ(result.outcome, Outcome::kOk) << result.detail;
  EXPECT_EQ(result.attempts, 3);
}

// Cuts the first answer, and continues as `range` says.
struct Resumption {
  const char* name;
  const char* validator;  // header of the first answer
  enum Kind { kContinues, kIgnoresRange, kOtherRange, kRefuses } kind;
  const char* if_range;  // expected; empty: the rest is not asked for
  int requests;
};

TEST(Downloader, RestIsAskedForWhereTheServerAllows) {
  const std::string body = Picture(60000);
  const std::vector<Resumption> cases = {
      {"etag", "ETag: \"v1\"\r\n", Resumption::kContinues, "\"v1\"", 2},
      {"date", "Last-Modified: Wed, 21 Oct 2015 07:28:00 GMT\r\n", Resumption::kContinues,
       "Wed, 21 Oct 2015 07:28:00 GMT", 2},
      {"weak", "ETag: W/\"v1\"\r\n", Resumption::kIgnoresRange, "", 2},
      {"none", "", Resumption::kIgnoresRange, "", 2},
      {"whole", "ETag: \"v1\"\r\n", Resumption::kIgnoresRange, "\"v1\"", 2},
      {"other", "ETag: \"v1\"\r\n", Resumption::kOtherRange, "\"v1\"", 3},
      {"416", "ETag: \"v1\"\r\n", Resumption::kRefuses, "\"v1\"", 3},
  };
  for (const Resumption& expected : cases) {
    SCOPED_TRACE(expected.name);
    std::atomic<int> count{0};
    LoopbackServer server([&](const std::string& request, const Send& send) {
      if (++count == 1) {
        send(Head("200 OK", expected.validator, body.size()) + body.substr(0, 25000));
        return;
      }
      const std::string range = HeaderOf(request, "range");
      size_t from = 0;
      if (range.empty() || expected.kind == Resumption::kIgnoresRange) {
        send(Whole(body));
      } else if (expected.kind == Resumption::kRefuses) {
        send(Head("416 Range Not Satisfiable", "", 0));
      } else if (absl::SimpleAtoi(range.substr(6, range.size() - 7), &from)) {
        from += expected.kind == Resumption::kOtherRange ? 5 : 0;
        send(Head("206 Partial Content",
                  absl::StrCat("Content-Range: bytes ", from, "-", body.size() - 1, "/",
                               body.size(), "\r\n"),
                  body.size() - from) +
             body.substr(from));
      }
    });
    const std::string folder = FreshFolder(expected.name);
    const auto result = GetOne(server.Url("/"), folder);
    EXPECT_EQ(result.outcome, Outcome::kOk) << result.detail;
    EXPECT_EQ(result.sha256, Sha256Hex(body));
    EXPECT_EQ(*ReadFile(folder + "/one.jpg"), body);
    EXPECT_EQ(result.attempts, 2);
    const auto requests = server.requests();
    ASSERT_EQ(requests.size(), static_cast<size_t>(expected.requests));
    EXPECT_EQ(HeaderOf(requests[1], "if-range"), expected.if_range);
    EXPECT_EQ(HeaderOf(requests[1], "range"), *expected.if_range ? "bytes=25000-" : "");
    EXPECT_EQ(FilesIn(folder), 2u);
  }
}

TEST(Downloader, FewConnectionsPerHost) {
  // Counted down before the answer: the client's next connection may come before the server's
  // thread goes on.
  std::atomic<int> now[2] = {{0}, {0}}, most[2] = {{0}, {0}}, most_in_all{0};
  std::atomic<bool> two_at_once{false};
  const auto handler_of = [&](int server) {
    return [&, server](const std::string&, const Send& send) {
      const auto raise = [](std::atomic<int>& highest, int value) {
        int seen = highest;
        while (seen < value && !highest.compare_exchange_weak(seen, value)) continue;
      };
      raise(most[server], ++now[server]);
      raise(most_in_all, now[0] + now[1]);
      if (most_in_all >= 2) two_at_once = true;
      // Until two are there: what is parallel shows, however slow the machine.
      for (int i = 0; i < 10000 && !two_at_once; ++i) absl::SleepFor(absl::Milliseconds(1));
      absl::SleepFor(absl::Milliseconds(5));
      --now[server];
      send(Whole(Picture(200)));
    };
  };
  LoopbackServer first(handler_of(0)), second(handler_of(1), "127.0.0.2");
  std::vector<DownloadRequest> requests;
  for (int i = 0; i < 10; ++i) {
    requests.push_back({absl::StrCat("a", i), first.Url("/")});
    requests.push_back({absl::StrCat("b", i), second.Url("/")});
  }
  DownloadOptions options = TestOptions();
  options.max_connections = 3;
  options.max_connections_per_host = 2;
  for (const auto& result : Get(requests, FreshFolder("polite"), options)) {
    EXPECT_EQ(result.outcome, Outcome::kOk) << result.detail;
  }
  EXPECT_TRUE(two_at_once);
  EXPECT_LE(most_in_all, 3);
  EXPECT_LE(most[0], 2);
  EXPECT_LE(most[1], 2);

  options.host_delay = absl::Milliseconds(20);
  requests.erase(requests.begin() + 10, requests.end());
  const absl::Time begin = absl::Now();
  Get(requests, FreshFolder("delayed"), options);
  EXPECT_GE(absl::Now() - begin, absl::Milliseconds(80));  // five at each host: four waits
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
  LoopbackServer server(Answer);
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

TEST(Downloader, IdsAndOptionsAreChecked) {
  for (const char* id : {"", "../a", "a/../b", "/a", "a/", "a//b", "a.jpg", "G\xc3\xbcl", "a b"}) {
    const auto results =
        Download({{id, "http://a/"}}, FreshFolder("ids"), TestOptions(), nullptr, nullptr);
    EXPECT_EQ(results.status().code(), absl::StatusCode::kInvalidArgument) << id;
  }
  const auto twice = Download({{"a", "http://a/"}, {"a", "http://b/"}}, FreshFolder("ids"),
                              TestOptions(), nullptr, nullptr);
  EXPECT_THAT(std::string(twice.status().message()), HasSubstr("two downloads have the id a"));
  DownloadOptions options = TestOptions();
  options.max_attempts = 0;
  const auto results = Download({}, FreshFolder("ids"), options, nullptr, nullptr);
  EXPECT_THAT(std::string(results.status().message()), HasSubstr("max_attempts >= 1"));
}

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

TEST(DownloadUrl, PartsAndPrivateNetworks) {
  const auto url = ParseDownloadUrl("HTTP://Ann:x@Example.ORG:80/a b.jpg?\xc3\xbc#part", "");
  ASSERT_TRUE(url.ok()) << url.status();
  EXPECT_EQ(url->scheme, "http");
  EXPECT_EQ(url->host, "example.org");
  EXPECT_THAT(url->text, HasSubstr("/a%20b.jpg?%c3%bc"));
  EXPECT_EQ(ParseDownloadUrl("../c.jpg", "http://h/a/b/")->text, "http://h/a/c.jpg");
  EXPECT_FALSE(ParseDownloadUrl("a.jpg", "").ok());
  const auto is_private = [](uint32_t address) {
    sockaddr_in name = {};
    name.sin_family = AF_INET;
    name.sin_addr.s_addr = htonl(address);
    return IsPrivateAddress(reinterpret_cast<const sockaddr&>(name));
  };
  // Both sides of the borders of RFC 1918's and the loopback network.
  EXPECT_TRUE(is_private(0x7f000001));
  EXPECT_FALSE(is_private(0x80000001));
  EXPECT_TRUE(is_private(0x0a000000));
  EXPECT_FALSE(is_private(0x0b000000));
  EXPECT_TRUE(is_private(0xac1fffff));
  EXPECT_FALSE(is_private(0xac200000));
  EXPECT_TRUE(is_private(0xc0a80001));
  EXPECT_FALSE(is_private(0xc0a90001));
  EXPECT_FALSE(is_private(0x08080808));
  sockaddr_in6 name = {};
  name.sin6_family = AF_INET6;
  name.sin6_addr = in6addr_loopback;
  EXPECT_TRUE(IsPrivateAddress(reinterpret_cast<const sockaddr&>(name)));
  name.sin6_addr.s6_addr[0] = 0x20;
  EXPECT_FALSE(IsPrivateAddress(reinterpret_cast<const sockaddr&>(name)));
}

}  // namespace
}  // namespace facet
