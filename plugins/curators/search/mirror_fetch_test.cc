#include "plugins/curators/search/mirror_fetch.h"

#include <filesystem>

#include "core/base/file.h"
#include "core/base/hash.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using ::testing::HasSubstr;
using Outcome = DownloadOutcome;

const std::string kPicture = "\xff\xd8\xff\xe0 a picture's bytes \xff\xd9";

class Mirror : public testing::Test {
 protected:
  void SetUp() override {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = testing::TempDir() + "/mirror_" + test->name();
    std::filesystem::remove_all(folder_);
    Write("h.example/a.jpg", kPicture);
  }
  void Write(const std::string& path, const std::string& bytes) {
    const std::string file = folder_ + "/mirror/" + path;
    std::filesystem::create_directories(std::filesystem::path(file).parent_path());
    ASSERT_TRUE(WriteFileAtomically(file, bytes).ok());
  }
  DownloadResult Get(const std::string& url, const MirrorOptions& options = {}) {
    const auto results =
        FetchFromMirror({{"one", url}}, folder_ + "/mirror", folder_ + "/out", options, nullptr);
    EXPECT_TRUE(results.ok()) << results.status();
    return results->at(0);
  }
  std::string folder_;
};

TEST_F(Mirror, FetchesOnce) {
  const DownloadResult result = Get("http://h.example/a.jpg");
  EXPECT_EQ(result.outcome, Outcome::kOk);
  EXPECT_EQ(result.file, "one.jpg");
  EXPECT_EQ(result.size, static_cast<int64_t>(kPicture.size()));
  EXPECT_EQ(result.sha256, Sha256Hex(kPicture));
  EXPECT_FALSE(result.reused);
  EXPECT_EQ(ReadFile(folder_ + "/out/one.jpg").value(), kPicture);
  EXPECT_TRUE(Get("https://H.example:8080/a.jpg#part").reused);
  ASSERT_TRUE(WriteFileAtomically(folder_ + "/out/one.jpg", "torn").ok());
  EXPECT_FALSE(Get("http://h.example/a.jpg").reused);
  EXPECT_EQ(ReadFile(folder_ + "/out/one.jpg").value(), kPicture);
}

TEST_F(Mirror, FailsAsADownloadDoes) {
  Write("h.example/page.jpg", "  <!DOCTYPE html><html>");
  Write("h.example/half.jpg", kPicture.substr(0, kPicture.size() - 2));
  Write("h.example/text.jpg", "no picture at all");
  Write("h.example/empty.jpg", "");
  Write("h.example/x/index.html", "<html>");
  Write("h.example/a.jpg?size=2", kPicture);
  Write("outside.jpg", kPicture);
  const std::pair<const char*, Outcome> cases[] = {
      {"http://h.example/a.jpg?size=2", Outcome::kOk},
      {"http://h.example/page.jpg", Outcome::kHtml},
      {"http://h.example/half.jpg", Outcome::kTruncated},
      {"http://h.example/text.jpg", Outcome::kNotAnImage},
      {"http://h.example/empty.jpg", Outcome::kEmpty},
      {"http://h.example/none.jpg", Outcome::kHttpStatus},
      {"http://other.example/a.jpg", Outcome::kHttpStatus},
      {"http://h.example/x/", Outcome::kHtml},
      {"http://h.example", Outcome::kHttpStatus},
      {"ftp://h.example/a.jpg", Outcome::kNotAllowed},
      {"no URL", Outcome::kBadUrl}};
  for (const auto& [url, outcome] : cases) EXPECT_EQ(Get(url).outcome, outcome) << url;
  EXPECT_EQ(Get("http://h.example/none.jpg").http_status, 404);
  EXPECT_NE(Get("http://h.example/../outside.jpg").outcome, Outcome::kOk);
  MirrorOptions small;
  small.max_bytes = 5;
  EXPECT_EQ(Get("http://h.example/a.jpg", small).outcome, Outcome::kTooLarge);
}

TEST_F(Mirror, HostsBeyondAsciiHaveAFolderOfEitherNameAndDataUrlsNeedNone) {
  Write(
      "b\xc3\xbc"
      "cher.example/a.jpg",
      kPicture);
  Write("xn--r8jz45g.example/a.jpg", kPicture);
  EXPECT_EQ(Get("http://b\xc3\xbc"
                "cher.example/a.jpg")
                .outcome,
            Outcome::kOk);
  EXPECT_EQ(Get("http://\xe4\xbe\x8b\xe3\x81\x88.example/a.jpg").outcome, Outcome::kOk);
  EXPECT_EQ(Get("data:,%89PNG%0D%0A%1A%0A").file, "one.png");
  EXPECT_EQ(Get("data:text/html,<html>").outcome, Outcome::kHtml);
}

TEST_F(Mirror, RefusesIdsAndStops) {
  const std::string in = folder_ + "/mirror", out = folder_ + "/out";
  EXPECT_THAT(
      std::string(FetchFromMirror({{"../a", "http://h.example/a.jpg"}}, in, out, {}, nullptr)
                      .status()
                      .message()),
      HasSubstr("is no file name"));
  EXPECT_EQ(
      FetchFromMirror({{"a", "http://h.example/a.jpg"}}, in, out, {}, [](int64_t) { return false; })
          .status()
          .code(),
      absl::StatusCode::kCancelled);
}

}  // namespace
}  // namespace facet
