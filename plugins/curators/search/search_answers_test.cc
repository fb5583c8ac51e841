#include "plugins/curators/search/search_answers.h"

#include <filesystem>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "core/base/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string Fold(const std::string& name) { return absl::AsciiStrToLower(name); }

class SearchAnswersTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    sources_.results = testing::TempDir() + "/search_answers_" + test->name();
    sources_.command_folder = sources_.results;
    std::filesystem::remove_all(sources_.results);
    std::filesystem::create_directories(sources_.results);
  }
  void Write(const std::string& name, const std::string& text) {
    ASSERT_TRUE(WriteFileAtomically(sources_.results + "/" + name, text).ok());
  }
  // "engine/query/rank/url" of each hit.
  std::vector<std::string> Hits(const std::vector<std::string>& names) {
    const auto images = FindImages(names, sources_, Fold, nullptr);
    EXPECT_TRUE(images.ok()) << images.status();
    std::vector<std::string> hits;
    for (const CandidateImage& image : images->images) {
      hits.push_back(absl::StrCat(image.query.engine, "/", image.query.text, "/", image.hit.rank,
                                  "/", image.hit.url));
    }
    return hits;
  }
  AnswerSources sources_;
};

TEST_F(SearchAnswersTest, ExactTextBeforeAnotherSpelling) {
  Write("b.json", R"({"query": "ANN", "results": [{"url": "u:1"}]})");
  Write("c.jsonl", R"({"query": "ann", "results": [{"url": "u:2"}]}
{"query": "Ann", "results": [{"url": "u:3"}, {"url": "u:4"}]})");
  Write("notes.txt", "nothing");
  sources_.templates = {"{name}"};
  EXPECT_THAT(Hits({"Ann"}), ElementsAre("b/Ann/0/u:1", "c/Ann/0/u:3", "c/Ann/1/u:4"));
  sources_.engines = {"c"};
  sources_.top = 1;
  EXPECT_THAT(Hits({"Ann"}), ElementsAre("c/Ann/0/u:3"));
}

TEST_F(SearchAnswersTest, AnswersOfAnApi) {
  sources_.format = "google";
  sources_.templates = {"{name}"};
  Write("page1.json", R"({"queries": {"request": [{"searchTerms": "Ann", "startIndex": 1}]},
    "items": [{"link": "u:1"}, {"link": "u:2"}]})");
  EXPECT_THAT(Hits({"Ann"}), ElementsAre("google/Ann/0/u:1", "google/Ann/1/u:2"));
}

TEST_F(SearchAnswersTest, StopsBetweenRunsOfTheCommand) {
  sources_.command = {"/bin/sh", "-c", "echo http://h.example/a.jpg", "-", "for {query}"};
  int64_t asked = 0;
  const auto images = FindImages({"A", "B"}, sources_, Fold, [&](int64_t done, int64_t total) {
    EXPECT_EQ(total, 4);
    asked = done;
    return done < 2;
  });
  EXPECT_EQ(images.status().code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(asked, 2);
}

TEST_F(SearchAnswersTest, SaysWhatIsMissing) {
  EXPECT_THAT(std::string(FindImages({"A"}, sources_, Fold, nullptr).status().message()),
              HasSubstr("has no results of engines"));
  Write("b.json", R"({"query": "Zoe", "results": []})");
  EXPECT_THAT(std::string(FindImages({"A"}, sources_, Fold, nullptr).status().message()),
              HasSubstr("answers none of 2 queries, the first is \"A\" to b"));
}

}  // namespace
}  // namespace facet
