// Against a server of the test's own on loopback. Nothing here depends on how fast a machine is:
// what must time out never ends, and what must arrive has the default 30 s.
#include "plugins/curators/download/downloader.h"

#include <netinet/in.h>
#include <sys/socket.h>
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
#include "plugins/curators/download/loopback_server_testing.h"

namespace facet {
namespace {

using ::testing::HasSubstr;
using Outcome = DownloadOutcome;
using Send = LoopbackServer::Send;

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
      {"/gif", Outcome::kNotAnImage, "facet cannot decode: GIF", 1},
      {"/short", Outcome::kNotAnImage, "no image that can be decoded", 1},
      {"/garbage", Outcome::kBrokenAnswer, "HTTP/0.9", 2},
      {"/nothing", Outcome::kBrokenAnswer, "Empty reply", 2},
      {"/cut", Outcome::kTruncated, "5000 bytes ", 2},
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

}  // namespace
}  // namespace facet
