#include "plugins/curators/download/url.h"

#include <netinet/in.h>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using ::testing::HasSubstr;

TEST(DownloadUrl, PartsAndPrivateNetworks) {
  const auto url = ParseDownloadUrl("HTTP://Ann:x@Example.ORG:80/a b.jpg?\xc3\xbc#part", "");
  ASSERT_TRUE(url.ok()) << url.status();
  EXPECT_EQ(url->scheme, "http");
  EXPECT_EQ(url->host, "example.org");
  EXPECT_THAT(url->text, HasSubstr("/a%20b.jpg?%c3%bc"));
  EXPECT_EQ(ParseDownloadUrl("../c.jpg", "http://h/a/b/")->text, "http://h/a/c.jpg");
  EXPECT_FALSE(ParseDownloadUrl("a.jpg", "").ok());
  const auto named = ParseDownloadUrl(
      "http://B\xc3\xbc"
      "cher.example/\xc3\xbc.jpg",
      "");
  ASSERT_TRUE(named.ok()) << named.status();
  EXPECT_EQ(named->host, "xn--bcher-kva.example");
  EXPECT_EQ(named->written_host,
            "b\xc3\xbc"
            "cher.example");
  EXPECT_EQ(named->text, "http://xn--bcher-kva.example/%c3%bc.jpg");
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

// As browsers do by "no-referrer-when-downgrade" (W3C Referrer Policy), which keeps user and
// fragment to itself.
TEST(DownloadUrl, Referer) {
  const DownloadUrl plain = ParseDownloadUrl("http://h/a.jpg", "").value();
  const DownloadUrl secure = ParseDownloadUrl("https://h/a.jpg", "").value();
  EXPECT_EQ(RefererOf("http://ann:x@p.example/q?a=1#b", plain), "http://p.example/q?a=1");
  EXPECT_EQ(RefererOf("http://p.example/q", secure), "http://p.example/q");
  EXPECT_EQ(RefererOf("https://p.example/q", secure), "https://p.example/q");
  EXPECT_EQ(RefererOf("https://p.example/q", plain), "");
  EXPECT_EQ(RefererOf("ftp://p.example/q", plain), "");
  EXPECT_EQ(RefererOf("", plain), "");
  EXPECT_EQ(RefererOf("no page", plain), "");
}

}  // namespace
}  // namespace facet
