#include "plugins/curators/search/query_expansion.h"

#include <fstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string ErrorOf(const std::vector<std::string>& names, const std::vector<std::string>& engines,
                    const std::vector<std::string>& templates) {
  const auto queries = ExpandQueries(names, engines, templates);
  EXPECT_FALSE(queries.ok());
  return std::string(queries.status().message());
}

TEST(ExpandQueries, TwoEnginesAndTwoTemplatesAreFourQueriesAPerson) {
  const auto queries =
      ExpandQueries({"Ann_Lee", "Bob"}, {"google", "bing"}, {"{name}", "{name} actor"});
  ASSERT_TRUE(queries.ok()) << queries.status();
  std::vector<std::string> lines;
  for (const SearchQuery& query : *queries) {
    lines.push_back(query.identity + "|" + query.engine + "|" + query.text);
  }
  EXPECT_THAT(lines,
              ElementsAre("Ann_Lee|google|Ann Lee", "Ann_Lee|google|Ann Lee actor",
                          "Ann_Lee|bing|Ann Lee", "Ann_Lee|bing|Ann Lee actor", "Bob|google|Bob",
                          "Bob|google|Bob actor", "Bob|bing|Bob", "Bob|bing|Bob actor"));
}

TEST(ExpandQueries, RefusesWhatAsksTwiceOrNothing) {
  EXPECT_THAT(ErrorOf({}, {"e"}, {"{name}"}), HasSubstr("no name is given"));
  EXPECT_THAT(ErrorOf({"A", "A"}, {"e"}, {"{name}"}), HasSubstr("the name \"A\" is twice"));
  EXPECT_THAT(ErrorOf({"A_B", "A B"}, {"e"}, {"{name}"}), HasSubstr("both ask for \"A B\""));
  EXPECT_THAT(ErrorOf({"G\xfcl"}, {"e"}, {"{name}"}), HasSubstr("UTF-8"));
  EXPECT_THAT(ErrorOf({"A"}, {" "}, {"{name}"}), HasSubstr("each engine is text"));
  EXPECT_THAT(ErrorOf({"A"}, {"e"}, {"actor"}), HasSubstr("a query has \"{name}\""));
  EXPECT_THAT(ErrorOf({"A"}, {"e"}, {"{name} {job}"}), HasSubstr("no other braces"));
}

TEST(TopHits, BestRanksOfEachQueryOnce) {
  const SearchQuery first = {"A", "e", "A"}, second = {"A", "e", "A actor"},
                    third = {"B", "e", "B"};
  SearchResults results;
  results[{"e", "A"}] = {
      {"u3", 3, "", ""}, {"u0", 0, "http://p", ""}, {"u1", 1, "", ""}, {"u0", 2, "", ""}};
  results[{"e", "A actor"}] = {{"u1", 0, "", ""}};
  const CandidateImages candidates = TopHits({first, second, third}, results, 3);
  std::vector<std::string> lines;
  for (const CandidateImage& image : candidates.images) {
    lines.push_back(image.query.text + "|" + image.hit.url + "|" + std::to_string(image.hit.rank));
  }
  EXPECT_THAT(lines, ElementsAre("A|u0|0", "A|u1|1", "A|u3|3", "A actor|u1|0"));
  ASSERT_EQ(candidates.unanswered.size(), 1u);
  EXPECT_EQ(candidates.unanswered[0].identity, "B");
  EXPECT_EQ(TopHits({first}, results, 2).images.size(), 2u);

  const DownloadPlan plan = PlanDownloads(candidates.images);
  EXPECT_THAT(plan.request_of, ElementsAre(0, 1, 2, 1));
  ASSERT_EQ(plan.requests.size(), 3u);
  // printf u0 | sha256sum
  EXPECT_EQ(plan.requests[0].id, "A/9dc02223da426384");
  EXPECT_EQ(plan.requests[0].url, "u0");
  EXPECT_EQ(plan.requests[0].page, "http://p");
}

TEST(IdentityFolder, SafeAndDifferent) {
  EXPECT_EQ(IdentityFolder("Ann_Lee-2"), "Ann_Lee-2");
  // printf 'Ann Lee' | sha256sum
  EXPECT_EQ(IdentityFolder("Ann Lee"), "Ann_Lee-a36e143c");
  EXPECT_NE(IdentityFolder("../x"), IdentityFolder("/../x"));
  EXPECT_EQ(IdentityFolder("../x").find_first_of("./"), std::string::npos);
  EXPECT_EQ(IdentityFolder(std::string(300, 'a')).size(), 109u);
  EXPECT_FALSE(IdentityFolder("").empty());
}

TEST(ReadVggFaceCandidates, UrlsInOrderOfIds) {
  const std::string path = testing::TempDir() + "/Aamir_Khan.txt";
  std::ofstream(path)
      << "00000002 6dc2fdaa3bd324e286554fdc093b5363 http://b/?x=1&y=%20 1 2 3 4 3.00 "
         "2.31 0\n00000001 http://a/1.jpg 119.19 99.49 295.47 275.78 3.00 2.31 1\n";
  const auto images = ReadVggFaceCandidates(path, "Aamir_Khan");
  ASSERT_TRUE(images.ok()) << images.status();
  ASSERT_EQ(images->size(), 2u);
  EXPECT_EQ((*images)[0].hit.url, "http://a/1.jpg");
  EXPECT_EQ((*images)[1].hit.url, "http://b/?x=1&y=%20");
  EXPECT_EQ((*images)[1].hit.rank, 1);
  EXPECT_EQ((*images)[1].query.identity, "Aamir_Khan");
}

}  // namespace
}  // namespace facet
