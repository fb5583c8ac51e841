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

std::string WriteAs(const std::string& name, const std::string& text) {
  const std::string path = testing::TempDir() + "/engine_" + name;
  std::ofstream(path, std::ios::binary) << text;
  return path;
}

TEST(EngineResults, AnotherEnginesByAMapping) {
  EngineMapping mapping;
  ASSERT_TRUE(ChangeEngineMapping({"engine=", "query=/request/text", "results=hits", "url=/img/src",
                                   "rank=pos", "first=1", "page=site", "offset="},
                                  &mapping)
                  .ok());
  SearchResults results;
  const std::string json = WriteAs("y.json", R"({"request": {"text": "Ann"}, "hits": [
      {"img": {"src": "http://a/2"}, "pos": 7, "site": "http://a/"},
      {"img": {"src": "http://a/1"}, "pos": 2}, {"img": {}, "pos": 3},
      {"img": {"src": "http://a/2"}}]})");
  ASSERT_TRUE(ReadEngineResults(json, mapping, "yandex", &results).ok());
  // One without a rank follows the one before it.
  EXPECT_THAT(Lines(results.at({"yandex", "Ann"})),
              ElementsAre("6 http://a/2", "1 http://a/1", "3 http://a/2"));
  EXPECT_EQ(results.at({"yandex", "Ann"})[0].page, "http://a/");
}

TEST(EngineResults, TablesHaveARowPerResult) {
  EngineMapping mapping;
  ASSERT_TRUE(
      ChangeEngineMapping({"query=Keyword", "url=Image", "rank=No", "first=1"}, &mapping).ok());
  SearchResults results;
  const std::string csv = WriteAs("b.csv",
                                  "Keyword,No,Image,title\nAnn,2,http://b/2,\"two, of\"\n"
                                  "Ann,1,http://b/1,\nBea,,http://b/9,\nBea,,http://b/8,\n");
  ASSERT_TRUE(ReadEngineResults(csv, mapping, "baidu", &results).ok());
  EXPECT_THAT(Lines(results.at({"baidu", "Ann"})), ElementsAre("1 http://b/2", "0 http://b/1"));
  EXPECT_EQ(results.at({"baidu", "Ann"})[0].title, "two, of");
  EXPECT_THAT(Lines(results.at({"baidu", "Bea"})), ElementsAre("0 http://b/9", "1 http://b/8"));
}

TEST(EngineResults, OddTablesAndMappings) {
  const auto error = [](const std::string& name, const std::string& text) {
    SearchResults results;
    return std::string(ReadEngineResults(WriteAs(name, text), {}, "e", &results).message());
  };
  EXPECT_THAT(error("page.json", "<!doctype html><title>Sorry</title>"),
              HasSubstr("engine_page.json:1: a page of HTML"));
  EXPECT_THAT(error("page.csv", "<html>"), HasSubstr("a page of HTML"));
  EXPECT_THAT(error("latin1.csv", "query,url\nZo\xeb,http://a/\n"),
              HasSubstr("engine_latin1.csv:2: not UTF-8"));
  EXPECT_THAT(error("columns.csv", "query,link\nAnn,http://a/\n"),
              HasSubstr("no column \"url\"; it has: query, link; say which is which (mapping)"));
  EXPECT_THAT(error("rank.csv", "query,url,rank\nAnn,http://a/,best\n"),
              HasSubstr("engine_rank.csv:2: rank is a whole number"));
  EXPECT_THAT(error("below.csv", "query,url,rank\nAnn,http://a/,-1\n"),
              HasSubstr("engine_below.csv:2: rank is below 0"));
  EXPECT_THAT(error("query.csv", "query,url\n,http://a/\n"),
              HasSubstr("engine_query.csv:2: query is empty"));
  EngineMapping mapping;
  EXPECT_THAT(std::string(ChangeEngineMapping({"uri=/x"}, &mapping).message()),
              HasSubstr("with a part of engine, offset, page, query, rank, results, title, url"));
  EXPECT_THAT(std::string(ChangeEngineMapping({"first=2"}, &mapping).message()),
              HasSubstr("first=0 or first=1"));
  EXPECT_THAT(std::string(ChangeEngineMapping({"url="}, &mapping).message()),
              HasSubstr("query, results and url are needed"));
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
