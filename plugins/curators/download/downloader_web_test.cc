// What servers do that nobody asked for, and what they ask for: names in any script, compressed
// bodies, chains of redirects, pages that must be named, cookies; and URLs that are files
// themselves.
#include <atomic>
#include <clocale>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "core/base/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/curators/download/downloader_testing.h"
#include "plugins/curators/download/loopback_server_testing.h"

namespace facet {
namespace {

using ::testing::HasSubstr;
using Outcome = DownloadOutcome;
using Send = LoopbackServer::Send;

// Begins as a PNG, and the same by Python: gzip.compress(image, 9, mtime=0).
std::string Image() { return "\x89PNG\r\n\x1a\n" + std::string(40, 'x'); }
std::string Gzipped() {
  return absl::HexStringToBytes("1f8b0800000000000203eb0cf073e7e592e2aa201200001b80215e30000000");
}

// A name below .localhost, which libcurl takes for loopback without asking anybody.
std::string Named(const std::string& url, const std::string& host) {
  return absl::StrReplaceAll(url, {{"127.0.0.1", host}});
}

using Answers = std::map<std::string, std::string>;
// What is not named gets the image.
LoopbackServer::Handler By(const Answers& answers) {
  return [answers](const std::string& request, const Send& send) {
    const auto found = answers.find(PathOf(request));
    send(found != answers.end() ? found->second : Whole(Image()));
  };
}

// "bücher" is "xn--bcher-kva" and "例え" "xn--r8jz45g": by Python's "...".encode("idna").
TEST(Downloader, HostsWithLettersBeyondAsciiAreAskedByTheirIdnaName) {
  LoopbackServer server(By({}));
  const std::string port = server.Url("").substr(server.Url("").rfind(':'));
  for (const auto& [host, name] :
       {std::pair("b\xc3\xbc"
                  "cher.localhost",
                  "xn--bcher-kva.localhost"),
        std::pair("B\xc3\x9c"
                  "CHER.localhost",
                  "xn--bcher-kva.localhost"),
        std::pair("bu\xcc\x88"
                  "cher.localhost",
                  "xn--bcher-kva.localhost"),
        std::pair("b%C3%BCcher.localhost", "xn--bcher-kva.localhost"),
        std::pair("\xe4\xbe\x8b\xe3\x81\x88.localhost", "xn--r8jz45g.localhost"),
        std::pair("plain.localhost", "plain.localhost")}) {
    SCOPED_TRACE(host);
    const auto result = GetOne(Named(server.Url("/a.png"), host), FreshFolder("idna"));
    EXPECT_EQ(result.outcome, Outcome::kOk) << result.detail;
    EXPECT_EQ(HeaderOf(server.requests().back(), "host"), name + port);
  }
  // Numbers go on being printed with a dot, and letters of this thread are ASCII again.
  EXPECT_EQ(absl::StrCat(0.5), "0.5");
  EXPECT_STREQ(std::setlocale(LC_ALL, nullptr), "C");

  LoopbackServer redirecting(By({{"/go", Location(Named(server.Url("/b.png"),
                                                        "b\xc3\xbc"
                                                        "cher.localhost"))}}));
  const auto followed = GetOne(redirecting.Url("/go"), FreshFolder("idna_hop"));
  EXPECT_EQ(followed.outcome, Outcome::kOk) << followed.detail;
  EXPECT_EQ(followed.final_url, Named(server.Url("/b.png"), "xn--bcher-kva.localhost"));

  DownloadOptions options = TestOptions();
  options.private_addresses = false;
  const auto refused = GetOne(Named(server.Url("/a.png"),
                                    "b\xc3\xbc"
                                    "cher.localhost"),
                              FreshFolder("idna_private"), options);
  EXPECT_EQ(refused.outcome, Outcome::kNotAllowed) << refused.detail;
  const auto latin = GetOne(Named(server.Url("/a.png"),
                                  "b\xfc"
                                  "cher.localhost"),
                            FreshFolder("idna_latin"));
  EXPECT_EQ(latin.outcome, Outcome::kBadUrl) << latin.detail;
}

TEST(Downloader, WhatIsCompressedUnaskedIsInflated) {
  const std::string gzip = "Content-Encoding: gzip\r\n";
  LoopbackServer server(By({
      {"/gzip", Whole(Gzipped(), gzip)},
      {"/x-gzip", Whole(Gzipped(), "Content-Encoding: X-GZIP\r\n")},
      {"/chunked", absl::StrCat("HTTP/1.1 200 OK\r\n", gzip, "Transfer-Encoding: chunked\r\n",
                                "Connection: close\r\n\r\n", absl::Hex(Gzipped().size()), "\r\n",
                                Gzipped(), "\r\n0\r\n\r\n")},
      // They say so, and it is not true.
      {"/plain", Whole(Image(), gzip)},
      {"/charset", Whole(Image(), "Content-Encoding: utf-8\r\n")},
      {"/none", Whole(Image(), "Content-Encoding: none\r\n")},
      {"/file.png.gz", Whole(Gzipped(), "Content-Type: application/gzip\r\n")},
      {"/cut", Head("200 OK", gzip, Gzipped().size()) + Gzipped().substr(0, 20)},
  }));
  for (const char* path : {"/gzip", "/x-gzip", "/chunked", "/plain", "/charset", "/none"}) {
    SCOPED_TRACE(path);
    const std::string folder = FreshFolder("gzip");
    const auto result = GetOne(server.Url(path), folder);
    ASSERT_EQ(result.outcome, Outcome::kOk) << result.detail;
    EXPECT_EQ(*ReadFile(folder + "/one.png"), Image());
    EXPECT_EQ(result.size, 48);
    EXPECT_EQ(result.attempts, 1);
  }
  for (const std::string& request : server.requests()) {
    EXPECT_EQ(HeaderOf(request, "accept-encoding"), "");
  }
  const auto file = GetOne(server.Url("/file.png.gz"), FreshFolder("gzip"));
  EXPECT_EQ(file.outcome, Outcome::kNotAnImage);
  EXPECT_EQ(file.detail, "a gzip file, not an image (Content-Type: application/gzip)");
  const auto cut = GetOne(server.Url("/cut"), FreshFolder("gzip"));
  EXPECT_EQ(cut.outcome, Outcome::kTruncated) << cut.detail;
  EXPECT_EQ(cut.attempts, 2);
}

TEST(Downloader, LimitsAreOfWhatIsInflated) {
  LoopbackServer server(By({{"/gzip", Whole(Gzipped(), "Content-Encoding: gzip\r\n")}}));
  DownloadOptions options = TestOptions();
  options.max_bytes = static_cast<int64_t>(Image().size()) - 1;
  const auto result = GetOne(server.Url("/gzip"), FreshFolder("gzip_large"), options);
  EXPECT_EQ(result.outcome, Outcome::kTooLarge) << result.detail;
}

// Of the encoded bytes that a server counts none can be asked for by their place in the image.
TEST(Downloader, TheRestOfACompressedBodyIsNotAskedFor) {
  std::atomic<int> count{0};
  const std::string headers = "Content-Encoding: gzip\r\nETag: \"v1\"\r\n";
  LoopbackServer server([&](const std::string&, const Send& send) {
    const std::string head = Head("200 OK", headers, Gzipped().size());
    send(head + (++count == 1 ? Gzipped().substr(0, Gzipped().size() - 8) : Gzipped()));
  });
  const auto result = GetOne(server.Url("/"), FreshFolder("gzip_cut"));
  EXPECT_EQ(result.outcome, Outcome::kOk) << result.detail;
  EXPECT_EQ(result.attempts, 2);
  EXPECT_EQ(HeaderOf(server.requests()[1], "range"), "");
}

TEST(Downloader, AsManyRedirectsAreFollowedAsTheOptionSays) {
  Answers answers;
  for (int left = 6; left > 0; --left) {
    answers[absl::StrCat("/", left)] = Location(absl::StrCat("/", left - 1));
  }
  LoopbackServer server(By(answers));
  DownloadOptions options = TestOptions();
  EXPECT_EQ(GetOne(server.Url("/5"), FreshFolder("hops"), options).outcome, Outcome::kOk);
  const auto six = GetOne(server.Url("/6"), FreshFolder("hops"), options);
  EXPECT_EQ(six.outcome, Outcome::kTooManyRedirects);
  EXPECT_EQ(six.detail, "more than 5 redirects");
  options.max_redirects = 6;
  EXPECT_EQ(GetOne(server.Url("/6"), FreshFolder("hops"), options).outcome, Outcome::kOk);
  options.max_redirects = 0;
  EXPECT_EQ(GetOne(server.Url("/1"), FreshFolder("hops"), options).detail, "more than 0 redirects");
  EXPECT_EQ(GetOne(server.Url("/0"), FreshFolder("hops"), options).outcome, Outcome::kOk);
}

TEST(Downloader, AHostIsToldThePageOnlyIfAskedTo) {
  LoopbackServer server([](const std::string& request, const Send& send) {
    if (PathOf(request) == "/hop") return static_cast<void>(send(Location("/a.png")));
    send(HeaderOf(request, "referer").empty() ? Head("403 Forbidden", "", 0) : Whole(Image()));
  });
  const auto ask = [&](bool send_page) {
    DownloadOptions options = TestOptions();
    options.send_page = send_page;
    const std::string page = "http://ann:secret@pages.example/ann?q=1#top";
    return Get({{"one", server.Url("/hop"), page}}, FreshFolder("referer"), options).at(0);
  };
  EXPECT_EQ(ask(false).http_status, 403);
  const auto told = ask(true);
  EXPECT_EQ(told.outcome, Outcome::kOk) << told.detail;
  EXPECT_EQ(HeaderOf(server.requests().back(), "referer"), "http://pages.example/ann?q=1");
}

TEST(Downloader, CookiesComeBackOnlyIfAskedTo) {
  LoopbackServer server([](const std::string& request, const Send& send) {
    if (HeaderOf(request, "cookie") == "seen=1") return static_cast<void>(send(Whole(Image())));
    const std::string hop =
        absl::StrCat("Set-Cookie: seen=1; Path=/\r\nLocation: ", PathOf(request), "\r\n");
    send(Head("302 Found", hop, 0));
  });
  DownloadOptions options = TestOptions();
  const auto without = GetOne(server.Url("/a.png"), FreshFolder("cookie"), options);
  EXPECT_EQ(without.outcome, Outcome::kTooManyRedirects);
  options.cookies = true;
  options.max_connections = 1;
  const std::string folder = FreshFolder("cookie");
  const auto results =
      Get({{"one", server.Url("/a.png")}, {"two", server.Url("/b.png")}}, folder, options);
  EXPECT_EQ(results[0].outcome, Outcome::kOk) << results[0].detail;
  EXPECT_EQ(results[1].outcome, Outcome::kOk) << results[1].detail;
  EXPECT_EQ(server.CountOf("/a.png"), 6 + 2);
  EXPECT_EQ(server.CountOf("/b.png"), 1);  // one jar for all
  EXPECT_EQ(FilesIn(folder), 3u);          // and none on the disk
}

TEST(Downloader, DataUrlsAreRead) {
  const std::string base64 = absl::Base64Escape(Image());
  const struct {
    std::string url;
    Outcome outcome;
    const char* detail;
  } cases[] = {
      {"data:image/png;base64," + base64, Outcome::kOk, ""},
      {"DATA:image/png;charset=utf-8;BASE64," + base64.substr(0, 20) + "%0A" + base64.substr(20),
       Outcome::kOk, ""},
      {"data:image/png,%89PNG%0D%0A%1A%0A" + std::string(40, 'x'), Outcome::kOk, ""},
      {"data:," + std::string("%89PNG%0D%0A%1A%0A100%"), Outcome::kOk, ""},
      {"data:image/gif;base64,R0lGODlhAQABAAAAACw=", Outcome::kNotAnImage,
       "a data: URL: of a format that facet cannot decode: GIF (Content-Type: image/gif)"},
      {"data:text/html,<html>", Outcome::kHtml,
       "a data: URL: a page, not an image (Content-Type: text/html)"},
      {"data:image/png;base64,*", Outcome::kBadUrl, "a data: URL whose data are no base64"},
      {"data:image/png", Outcome::kBadUrl, "a data: URL without a comma before its data"},
      {"data:,", Outcome::kEmpty, "a data: URL without data"},
      {"data:," + std::string(200, 'x'), Outcome::kTooLarge, "200 bytes, the limit is 100"},
  };
  std::vector<DownloadRequest> requests;
  for (const auto& each : cases) {
    requests.push_back({absl::StrCat("p/", requests.size()), each.url});
  }
  DownloadOptions options = TestOptions();
  options.max_bytes = 100;
  const std::string folder = FreshFolder("data");
  const auto results = Get(requests, folder, options);
  for (size_t i = 0; i < requests.size(); ++i) {
    SCOPED_TRACE(requests[i].url);
    EXPECT_EQ(OutcomeName(results[i].outcome), OutcomeName(cases[i].outcome));
    EXPECT_EQ(results[i].detail, cases[i].detail);
  }
  for (const char* file : {"/p/0.png", "/p/1.png", "/p/2.png"}) {
    EXPECT_EQ(*ReadFile(folder + file), Image()) << file;
  }
  EXPECT_EQ(*ReadFile(folder + "/p/3.png"), "\x89PNG\r\n\x1a\n100%");
  EXPECT_EQ(FilesIn(folder), 5u);
  EXPECT_TRUE(Get(requests, folder, options)[0].reused);
}

}  // namespace
}  // namespace facet
