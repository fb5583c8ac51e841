#include "plugins/curators/search/engine_results.h"

#include <fstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string Write(const std::string& text) {
  const std::string path = testing::TempDir() + "/results.json";
  std::ofstream(path, std::ios::binary) << text;
  return path;
}

SearchResults Read(const std::string& text, const std::string& form, const std::string& engine) {
  SearchResults results;
  const absl::Status status =
      ReadEngineResults(Write(text), *KnownEngineMapping(form), engine, &results);
  EXPECT_TRUE(status.ok()) << status;
  return results;
}

std::string ErrorOf(const std::string& text) {
  SearchResults results;
  return std::string(ReadEngineResults(Write(text), {}, "", &results).message());
}

std::vector<std::string> Lines(const std::vector<SearchHit>& hits) {
  std::vector<std::string> lines;
  for (const SearchHit& hit : hits) lines.push_back(std::to_string(hit.rank) + " " + hit.url);
  return lines;
}

TEST(EngineResults, MinimalFormAndLinesOfIt) {
  const auto one = Read(R"({"engine": "g", "query": "Ann", "results": [
      {"url": "http://a", "page": "http://p", "title": "T"}, {"title": "none"}, {"url": "http://b"}]})",
                        "facet", "");
  EXPECT_THAT(Lines(one.at({"g", "Ann"})), ElementsAre("0 http://a", "2 http://b"));
  EXPECT_EQ(one.at({"g", "Ann"})[0].page, "http://p");
  EXPECT_EQ(one.at({"g", "Ann"})[0].title, "T");
  // Pages follow each other, or say where they begin; an engine may be named beside the file.
  const auto lines = Read(
      "{\"query\": \"Ann\", \"results\": [{\"url\": \"http://a\"}]}\n\r\n"
      "{\"query\": \"Ann\", \"results\": [{\"url\": \"http://b\"}]}\r\n"
      "{\"query\": \"Bob\"}\n"
      "{\"query\": \"Ann\", \"offset\": 50, \"results\": [{\"url\": \"http://c\"}]}",
      "facet", "mine");
  EXPECT_THAT(Lines(lines.at({"mine", "Ann"})),
              ElementsAre("0 http://a", "1 http://b", "50 http://c"));
  EXPECT_TRUE(lines.at({"mine", "Bob"}).empty());
}

// Documents of the forms that the APIs' references show.
TEST(EngineResults, AnswersOfSearchApis) {
  const auto google = Read(R"({"kind": "customsearch#search",
      "queries": {"request": [{"searchTerms": "Ann Lee", "count": 10, "startIndex": 11}]},
      "items": [{"title": "t", "link": "http://a/1.jpg", "image": {"contextLink": "http://a/"}}]})",
                           "google", "google");
  EXPECT_THAT(Lines(google.at({"google", "Ann Lee"})), ElementsAre("10 http://a/1.jpg"));
  EXPECT_EQ(google.at({"google", "Ann Lee"})[0].page, "http://a/");
  const auto bing = Read(R"({"_type": "Images", "queryContext": {"originalQuery": "Ann"},
      "currentOffset": 35, "value": [{"contentUrl": "http://b/1.jpg", "name": "n"}]})",
                         "bing", "bing");
  EXPECT_THAT(Lines(bing.at({"bing", "Ann"})), ElementsAre("35 http://b/1.jpg"));
  const auto serpapi = Read(R"({"search_parameters": {"engine": "google_images", "q": "Ann"},
      "images_results": [{"position": 1, "original": "http://c/1.jpg", "link": "http://c/"}]})",
                            "serpapi", "");
  EXPECT_THAT(Lines(serpapi.at({"google_images", "Ann"})), ElementsAre("0 http://c/1.jpg"));
}

TEST(EngineResults, SaysWhatIsWrong) {
  EXPECT_THAT(ErrorOf(""), HasSubstr("is empty"));
  EXPECT_THAT(ErrorOf("{\"query\": \"A\", \"engine\": \"e\"}\n{oops\n"),
              HasSubstr("results.json:2 is not JSON"));
  EXPECT_THAT(ErrorOf("{\"engine\": \"e\"}"), HasSubstr("no query at /query"));
  EXPECT_THAT(ErrorOf("{\"query\": \"A\"}"), HasSubstr("names no engine"));
  EXPECT_THAT(ErrorOf("{\"query\": 5}"), HasSubstr("/query is text, here 5"));
  EXPECT_THAT(ErrorOf("{\"query\": \"A\", \"engine\": \"e\", \"results\": {}}"),
              HasSubstr("/results is no list"));
  EXPECT_THAT(ErrorOf("{\"query\": \"A\", \"engine\": \"e\", \"offset\": -1}"),
              HasSubstr("/offset is a whole number from 0"));
  EXPECT_THAT(ErrorOf("{\"query\": \"A\", \"engine\": \"e\", \"results\": [{\"url\": [1]}]}"),
              HasSubstr("/url is text, here [1]"));
  EXPECT_THAT(std::string(KnownEngineMapping("yahoo").status().message()),
              HasSubstr("known: bing, facet, google, serpapi"));
  EngineMapping mapping;
  mapping.url = "link";
  SearchResults results;
  EXPECT_THAT(std::string(ReadEngineResults(Write("{}"), mapping, "", &results).message()),
              HasSubstr("\"link\" is no JSON pointer"));
}

absl::StatusOr<std::vector<SearchHit>> Shell(const std::string& script,
                                             absl::Duration limit = absl::Seconds(60)) {
  return RunUrlCommand({"sh", "-c", script, "sh", "{query}", "{engine}", "{count}"},
                       {"Ann", "bing", "Ann $(exit 3); Lee"}, 50, limit);
}

TEST(UrlCommand, ArgumentsAreReplacedAndNotInterpreted) {
  const auto hits = Shell("echo '# best first'; echo \"http://a/?$1&$2&$3\"; echo; echo HTTPS://b");
  ASSERT_TRUE(hits.ok()) << hits.status();
  EXPECT_THAT(Lines(*hits), ElementsAre("0 http://a/?Ann $(exit 3); Lee&bing&50", "1 HTTPS://b"));
  const auto option = RunUrlCommand({"echo", "{query}"}, {"A", "e", "-rf"}, 5, absl::Seconds(60));
  EXPECT_THAT(std::string(option.status().message()), HasSubstr("would become the option \"-rf\""));
}

TEST(UrlCommand, FailuresAreSaid) {
  EXPECT_THAT(std::string(Shell("echo no quota >&2; exit 7").status().message()),
              HasSubstr("failed with exit code 7: no quota"));
  EXPECT_THAT(std::string(Shell("kill -9 $$").status().message()), HasSubstr("signal 9"));
  EXPECT_THAT(std::string(Shell("echo ftp://a").status().message()),
              HasSubstr("line 1 of its output is no URL: \"ftp://a\""));
  const auto missing = RunUrlCommand({"/no/such/program"}, {"A", "e", "A"}, 5, absl::Seconds(60));
  EXPECT_EQ(missing.status().code(), absl::StatusCode::kNotFound) << missing.status();
  EXPECT_EQ(RunUrlCommand({}, {"A", "e", "A"}, 5, absl::Seconds(60)).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Shell("yes http://a").status().code(), absl::StatusCode::kResourceExhausted);
}

TEST(UrlCommand, RunsOverItsTime) {
  // The pipe stays open in the grandchild: only the kill of the group ends it.
  EXPECT_EQ(Shell("sleep 1000 & wait", absl::Milliseconds(100)).status().code(),
            absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(Shell("exec >&- 2>&-; sleep 1000", absl::Milliseconds(100)).status().code(),
            absl::StatusCode::kDeadlineExceeded);
}

}  // namespace
}  // namespace facet
