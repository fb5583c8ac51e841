#include "plugins/curators/names/candidate_names.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <random>

#include "absl/strings/str_cat.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

// Letters and digits in lower case: enough for names in ASCII.
std::string Fold(const std::string& name) {
  std::string key;
  for (const char c : name) {
    if (std::isalnum(static_cast<unsigned char>(c))) key += static_cast<char>(std::tolower(c));
  }
  return key;
}

Candidate Person(const std::string& name, const std::string& sex, int64_t rank) {
  Candidate candidate;
  candidate.name = name;
  candidate.sex = sex;
  candidate.rank = rank;
  return candidate;
}

std::vector<std::string> Names(const std::vector<Candidate>& people) {
  std::vector<std::string> names;
  for (const Candidate& candidate : people) names.push_back(candidate.name);
  return names;
}

std::string WriteFile(const std::string& name, const std::string& text) {
  const std::string path = absl::StrCat(testing::TempDir(), "/", name);
  EXPECT_TRUE(WriteFileAtomically(path, text).ok());
  return path;
}

TEST(CandidateNames, ReadsTables) {
  const std::string csv =
      WriteFile("people.csv", "name,sex,born\nZoe Saldana,F,1978\n\"Buckley, A.J.\",male,\nX,,\n");
  const auto people = ReadCandidates(csv);
  ASSERT_TRUE(people.ok()) << people.status();
  EXPECT_THAT(Names(*people), ElementsAre("Zoe Saldana", "Buckley, A.J.", "X"));
  EXPECT_EQ((*people)[0].sex, "female");
  EXPECT_EQ((*people)[1].sex, "male");
  EXPECT_EQ((*people)[1].rank, 1);
  EXPECT_THAT((*people)[0].attributes, ElementsAre(Pair("born", "1978")));
  EXPECT_TRUE((*people)[1].attributes.empty());

  const std::string json =
      WriteFile("people.json",
                R"([{"name": "Zoe", "rank": 9, "sex": "m", "kin": ["A"], "x": null}, "Abel"])");
  const auto parsed = ReadCandidates(json);
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_THAT(Names(*parsed), ElementsAre("Zoe", "Abel"));
  EXPECT_EQ((*parsed)[0].rank, 9);
  EXPECT_THAT((*parsed)[0].attributes, ElementsAre(Pair("kin", "[\"A\"]")));

  for (const auto& [name, text, message] :
       {std::tuple("a.csv", "who\nZoe\n", "a.csv:1: there is no column \"name\""),
        {"a.csv", "name,sex\nZoe,w\n", "a.csv:2: sex is female, male"},
        {"a.csv", "name,rank\nZoe,-1\n", "a.csv:2: rank is a whole number from 0, here \"-1\""},
        {"a.csv", "name,rank\n,1\n", "a.csv:2: name is empty"},
        {"a.json", "{}", "a.json: expected a list"},
        {"a.json", "[\"A\", {\"sex\": \"f\"}]", "a.json: entry 2: name is empty"},
        {"a.json", "[{\"name\": \"A\", \"rank\": 1.5}]", "entry 1: rank is a whole number"}}) {
    const absl::Status status = ReadCandidates(WriteFile(name, text)).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_THAT(std::string(status.message()), HasSubstr(message));
  }
}

TEST(CandidateNames, MergesRankedLists) {
  const std::vector<Candidate> first = {Person("A.J. Buckley", "", 0), Person("Zoe", "female", 1),
                                        Person("Robin", "male", 2), Person("?", "", 3)};
  const std::vector<Candidate> second = {Person("Abel", "male", 0), Person("zoe", "female", 0),
                                         Person("AJ_Buckley", "male", 5),
                                         Person("Robin", "female", 6)};
  const std::vector<Candidate> merged = MergeRankedLists({first, second}, Fold);
  // Ranks 0, 0, 0, 2: ties in order of the lists.
  EXPECT_THAT(Names(merged), ElementsAre("A.J. Buckley", "Zoe", "Abel", "Robin"));
  EXPECT_EQ(merged[0].sex, "male");
  EXPECT_EQ(merged[3].sex, "");  // the lists disagree
  EXPECT_EQ(merged[3].rank, 3);
}

TEST(CandidateNames, SheetsOfFifty) {
  EXPECT_THAT(Sheets(200, 50),
              ElementsAre(Pair(0, 50), Pair(50, 100), Pair(100, 150), Pair(150, 200)));
  EXPECT_THAT(Sheets(60, 50), ElementsAre(Pair(0, 50), Pair(50, 60)));
  EXPECT_TRUE(Sheets(0, 50).empty());
}

TEST(CandidateFunnel, IntersectBalanceExclude) {
  CandidateFunnel funnel(Fold);
  ASSERT_TRUE(funnel
                  .Start({Person("W1", "", 0), Person("M1", "male", 1), Person("Twin", "", 2),
                          Person("W2", "female", 3), Person("Nobody", "", 4),
                          Person("W3", "female", 5), Person("Dis", "male", 6)})
                  .ok());
  std::vector<Candidate> facts = {Person("w1", "female", 0), Person("m-1", "", 0),
                                  Person("Twin", "male", 0), Person("TWIN", "male", 0),
                                  Person("W2", "female", 0), Person("W3", "female", 0),
                                  Person("Dis", "female", 0)};
  facts[0].attributes["born"] = "1970";
  funnel.Intersect(facts);
  EXPECT_THAT(Names(funnel.people()), ElementsAre("W1", "M1", "W2", "W3", "Dis"));
  EXPECT_EQ(funnel.people()[0].sex, "female");
  EXPECT_EQ(funnel.people()[0].attributes.at("born"), "1970");
  EXPECT_THAT(funnel.steps()[1].removed, ElementsAre(Pair("homonyms", 1), Pair("no facts", 1)));
  funnel.Balance(2, 2);
  EXPECT_THAT(Names(funnel.people()), ElementsAre("W1", "M1", "W2"));
  EXPECT_THAT(funnel.steps()[2].removed, ElementsAre(Pair("rank", 1), Pair("sex unknown", 1)));
  funnel.Exclude({"W_2", "Else"}, "LFW");
  EXPECT_THAT(Names(funnel.people()), ElementsAre("W1", "M1"));
  EXPECT_EQ(funnel.removed().back().reason, "in LFW");
  const FunnelStep& last = funnel.steps().back();
  EXPECT_EQ(last.step, "exclude");
  EXPECT_EQ(last.people, 2);
  EXPECT_EQ(last.women, 1);
  EXPECT_EQ(last.men, 1);

  EXPECT_THAT(std::string(funnel.Start({Person("A B", "", 0), Person("a_b", "", 1)}).message()),
              HasSubstr("\"a_b\" and \"A B\" are one person's names"));
  EXPECT_THAT(std::string(funnel.Start({Person("?", "", 0)}).message()), HasSubstr("is no name"));
}

// Four sheets of 50: 180 of 200 right is 90 %, 179 is not.
TEST(CandidateFunnel, PurityOfSheets) {
  CandidateFunnel funnel(Fold);
  ASSERT_TRUE(funnel
                  .Start({Person("Edge", "", 0), Person("Below", "", 1), Person("Few", "", 2),
                          Person("Two", "", 3), Person("None", "", 4)})
                  .ok());
  std::vector<SheetVote> votes;
  for (int64_t sheet = 0; sheet < 4; ++sheet) {
    votes.push_back({"edge", sheet, "a", 50, 45});
    votes.push_back({"Below", sheet, "a", 50, sheet == 3 ? 44 : 45});
    if (sheet < 3) votes.push_back({"Few", sheet, "a", 50, 50});
    // Two annotators: (200 + 159) / 400 is below 0.9, though one of them found all right.
    votes.push_back({"Two", sheet, "a", 50, 50});
    votes.push_back({"Two", sheet, "b", 50, sheet == 3 ? 39 : 40});
  }
  ASSERT_TRUE(funnel.JudgePurity(votes, PurityRule()).ok());
  EXPECT_THAT(Names(funnel.people()), ElementsAre("Edge"));
  EXPECT_EQ(funnel.people()[0].images_judged, 200);
  EXPECT_EQ(funnel.people()[0].images_right, 180);
  std::map<std::string, std::string> reasons;
  for (const RemovedCandidate& removed : funnel.removed()) {
    reasons[removed.candidate.name] = removed.reason;
  }
  EXPECT_THAT(reasons, ElementsAre(Pair("Below", "impure"), Pair("Few", "too few images"),
                                   Pair("None", "not judged"), Pair("Two", "impure")));

  for (const auto& [vote, message] :
       {std::pair(SheetVote{"Else", 0, "a", 50, 50}, "no candidate before this step"),
        {SheetVote{"Edge", 0, "a", 50, 51}, "51 of 50 images are right"},
        {SheetVote{"Edge", 0, "a", 51, 50}, "a sheet has 1 to 50"},
        {SheetVote{"Edge", 1, "a", 50, 50}, "there is one already"},
        {SheetVote{"Edge", 1, "b", 40, 40}, "40 images were shown, others saw 50"}}) {
    const absl::Status status =
        funnel.JudgePurity({SheetVote{"Edge", 1, "a", 50, 50}, vote}, PurityRule());
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(status.message()), HasSubstr(message));
    EXPECT_EQ(funnel.people().size(), 1u);
  }
}

TEST(CandidateFunnel, ReadsVotes) {
  const auto votes =
      ReadSheetVotes(WriteFile("votes.csv", "name,sheet,annotator,shown,right\nZoe,0,a,50,49\n"));
  ASSERT_TRUE(votes.ok()) << votes.status();
  EXPECT_EQ((*votes)[0].right, 49);
  EXPECT_THAT(
      std::string(ReadSheetVotes(WriteFile("votes.csv", "name,sheet\nZoe,0\n")).status().message()),
      HasSubstr("votes.csv:1: there is no column \"annotator\""));
  EXPECT_THAT(std::string(ReadSheetVotes(WriteFile("votes.csv",
                                                   "name,sheet,annotator,shown,right\nZ,0,a,5,6\n"))
                              .status()
                              .message()),
              HasSubstr("votes.csv:2: "));
}

// A tenth of the paper's numbers, against counting by hand in plain loops: 500 people from 4,000
// names, the impure and the benchmark's dropped.
TEST(CandidateFunnel, AgainstPlainLoops) {
  std::mt19937 random(5);
  std::vector<Candidate> ranked;
  for (int i = 0; i < 4000; ++i) {
    ranked.push_back(Person(absl::StrCat("Person ", i), i % 3 == 0 ? "female" : "male", i));
  }
  std::vector<Candidate> facts;
  std::vector<int> kept;
  int women = 250, men = 250;
  for (int i = 0; i < 4000; ++i) {
    if (random() % 4 == 0) continue;
    facts.push_back(Person(absl::StrCat("person_", i), "", 0));
    int& left = i % 3 == 0 ? women : men;
    if (left-- > 0) kept.push_back(i);
  }
  std::shuffle(facts.begin(), facts.end(), random);
  CandidateFunnel funnel(Fold);
  ASSERT_TRUE(funnel.Start(MergeRankedLists({ranked}, Fold)).ok());
  funnel.Intersect(facts);
  funnel.Balance(250, 250);
  ASSERT_EQ(kept.size(), 500u);
  std::vector<SheetVote> votes;
  std::vector<std::string> benchmark, expected;
  for (const int i : kept) {
    int64_t right = 0;
    for (int64_t sheet = 0; sheet < 4; ++sheet) {
      votes.push_back(
          {absl::StrCat("Person ", i), sheet, "a", 50, static_cast<int64_t>(40 + random() % 11)});
      right += votes.back().right;
    }
    const bool is_known = random() % 5 == 0;
    if (is_known) benchmark.push_back(absl::StrCat("PERSON.", i));
    if (10 * right >= 9 * 200 && !is_known) expected.push_back(absl::StrCat("Person ", i));
  }
  ASSERT_TRUE(funnel.JudgePurity(votes, PurityRule()).ok());
  funnel.Exclude(benchmark, "LFW");
  EXPECT_EQ(Names(funnel.people()), expected);
  EXPECT_EQ(funnel.steps()[2].women, 250);
  EXPECT_EQ(funnel.people().size() + funnel.removed().size(), ranked.size());

  const auto manifest = [] {
    const std::string path = testing::TempDir() + "/candidates.sqlite";
    std::filesystem::remove(path);
    return Manifest::Create(path).value();
  }();
  const auto run = funnel.AddTo(manifest.get(), "{}");
  ASSERT_TRUE(run.ok()) << run.status();
  ASSERT_TRUE(manifest->DefineSnapshot("candidates", {*run}).ok());
  std::vector<std::string> names;
  const auto left = manifest->Identities("candidates").value();
  for (const ManifestIdentity& identity : left) names.push_back(identity.name);
  EXPECT_EQ(names, expected);
  EXPECT_EQ(manifest->Identities("").value().size(), ranked.size());
  const Json statistics = *ParseJson(manifest->Runs().value()[0].statistics, "statistics");
  EXPECT_EQ(statistics["steps"].size(), 5u);
  EXPECT_EQ(statistics["steps"][4]["people"], expected.size());
  EXPECT_EQ(statistics["steps"][2]["women"], 250);
}

}  // namespace
}  // namespace facet
