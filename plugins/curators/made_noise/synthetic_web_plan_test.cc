#include "plugins/curators/made_noise/synthetic_web_plan.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using Answer = WebImage::Answer;

// Case, '_' and the accents of InventNames, one by one.
std::string Fold(const std::string& name) {
  return absl::AsciiStrToLower(absl::StrReplaceAll(name, {{"_", " "},
                                                          {"\u00e9", "e"},
                                                          {"\u00f6", "o"},
                                                          {"\u00e1", "a"},
                                                          {"\u00fc", "u"},
                                                          {"\u00f1", "n"}}));
}

WebOptions Small() {
  WebOptions options;
  options.people = 20;
  options.images = 40;
  options.homonyms = 0.1;
  return options;
}

TEST(InventNames, FoldToTheirPlainForm) {
  const std::vector<InventedName> names = InventNames(1, 500);
  std::set<std::string> plain;
  int accents = 0;
  for (const InventedName& name : names) {
    EXPECT_EQ(Fold(name.name), Fold(name.plain));
    accents += name.name != name.plain;
    plain.insert(name.plain);
    for (uint64_t seed = 0; seed < 5; ++seed) {
      EXPECT_EQ(Fold(OtherSpelling(name, seed)), Fold(name.plain)) << OtherSpelling(name, seed);
    }
  }
  EXPECT_EQ(plain.size(), 500u);
  EXPECT_GT(accents, 50);
  EXPECT_LT(accents, 200);
  EXPECT_EQ(InventNames(1, 3)[2].name, names[2].name);  // a longer list has the same beginning
}

TEST(PlanWeb, HasTheStatedRates) {
  const WebOptions o = Small();
  const WebPlan plan = PlanWeb(o).value();
  ASSERT_EQ(plan.images.size(), 800u);
  std::set<std::string> urls;
  for (int64_t person = 0; person < o.people; ++person) {
    const WebPerson& who = plan.people[static_cast<size_t>(person)];
    int64_t wrong = 0, namesakes = 0, no_face = 0, exact = 0, near = 0;
    std::map<Answer, int64_t> answers;
    for (const WebImage& image : plan.images) {
      if (image.person != person) continue;
      urls.insert(image.Url());
      ++answers[image.answer];
      if (image.original >= 0) {
        ++(image.exact ? exact : near);
        const WebImage& original = plan.images[static_cast<size_t>(image.original)];
        EXPECT_EQ(original.person, person);
        EXPECT_EQ(original.original, -1);
        EXPECT_EQ(original.wrong, image.wrong);
        EXPECT_EQ(image.changes.empty(), image.exact);
      } else {
        no_face += image.no_face_seed.has_value();
        namesakes += image.wrong == "namesake";
        wrong += !image.wrong.empty() && image.wrong != "namesake";
      }
    }
    // 40 images: 15 % (of an impure name 50 %), 5 %, 5 %, 10 %; dead 2 %, 1 %, 4 %.
    EXPECT_EQ(wrong, who.impure ? 20 : 6);
    EXPECT_EQ(no_face, 2);
    EXPECT_EQ(exact, 2);
    EXPECT_EQ(near, 4);
    EXPECT_EQ(namesakes, who.homonym ? 10 : 0);  // 40 % of 40 - 6 - 2 - 2 - 4
    EXPECT_EQ(answers[Answer::kHtml], 1);
    EXPECT_EQ(answers[Answer::kTruncated], 0);  // 0.4 of one
    EXPECT_EQ(answers[Answer::kMissing], 2);
  }
  EXPECT_EQ(urls.size(), plan.images.size());
}

TEST(PlanWeb, AnswersCoverTheUrls) {
  const WebPlan plan = PlanWeb(Small()).value();
  ASSERT_EQ(plan.answers.size(), 80u);
  std::map<int64_t, int64_t> times;
  int64_t hits = 0;
  for (const WebAnswer& answer : plan.answers) {
    EXPECT_TRUE(
        absl::StartsWith(answer.query, plan.people[static_cast<size_t>(answer.person)].name.name));
    std::set<int64_t> seen(answer.images.begin(), answer.images.end());
    EXPECT_EQ(seen.size(), answer.images.size());
    for (const int64_t image : answer.images) {
      EXPECT_EQ(plan.images[static_cast<size_t>(image)].person, answer.person);
      ++times[image];
      ++hits;
    }
  }
  EXPECT_EQ(times.size(), plan.images.size());
  // Each of four answers has a URL with probability 0.4, or 1 in the one that is sure: 1 + 3 * 0.4
  // = 2.2 of them; 800 URLs, a standard deviation of 0.03.
  EXPECT_NEAR(static_cast<double>(hits) / 800, 2.2, 0.1);
}

TEST(PlanWeb, ListsFactsAndBenchmark) {
  const WebPlan plan = PlanWeb(Small()).value();
  std::set<std::string> listed;
  size_t entries = 0;
  for (const WebList& list : plan.lists) {
    for (const std::string& name : list.names) listed.insert(Fold(name));
    entries += list.names.size();
  }
  EXPECT_EQ(listed.size(), 20u);
  EXPECT_GT(entries, 30u);  // they overlap
  int64_t homonyms = 0, twice = 0, impure = 0, without = 0, benchmark = 0, excluded = 0;
  for (const WebPerson& person : plan.people) {
    homonyms += person.homonym;
    twice += person.listed_twice;
    impure += person.impure;
    without += !person.has_facts;
    benchmark += person.benchmark;
    EXPECT_LE(person.homonym + person.impure + !person.has_facts + person.benchmark, 1);
  }
  EXPECT_EQ(homonyms, 2);
  EXPECT_EQ(twice, 1);
  EXPECT_EQ(impure, 2);
  EXPECT_EQ(without, 1);
  EXPECT_EQ(benchmark, 2);
  for (const std::string& name : plan.excluded) excluded += listed.count(Fold(name)) > 0;
  EXPECT_EQ(plan.excluded.size(), 4u);
  EXPECT_EQ(excluded, 2);
}

TEST(PlanWeb, AnnotatorsSeeWhatIsThere) {
  WebOptions options = Small();
  options.people = 60;
  options.judged = 120;
  const WebPlan plan = PlanWeb(options).value();
  std::map<std::string, std::pair<int64_t, int64_t>> votes;  // shown, right
  for (const SheetVote& vote : plan.votes) {
    EXPECT_EQ(vote.shown, vote.sheet == 2 ? 20 : 50);
    votes[vote.name].first += vote.shown;
    votes[vote.name].second += vote.right;
  }
  ASSERT_EQ(votes.size(), 60u);
  double pure = 0, impure = 0, num_impure = 0;
  for (const WebPerson& person : plan.people) {
    const auto& [shown, right] = votes[person.name.name];
    EXPECT_EQ(shown, 240);  // two annotators
    if (person.homonym) continue;
    const double purity = static_cast<double>(right) / 240;
    (person.impure ? impure : pure) += purity;
    num_impure += person.impure;
  }
  // 20 % wrong, and the best 16 of 37 living: 0.82 t + 0.18 (t - 0.4) = 16 / 37 gives t = 0.50, and
  // (0.02 * 0.50 + 0.18 * 0.10) / 0.43 = 6.6 % of the best are wrong; 1 % errors.
  EXPECT_NEAR(pure / (60 - num_impure - 6), 0.925, 0.03);
  // 55 % wrong: 0.505 t + 0.495 (t - 0.4) = 16 / 37 gives t = 0.63, and (0.055 * 0.63 + 0.495 *
  // 0.23) / 0.43 = 34 % of the best. Six people with 16 images each: a standard deviation of 0.05.
  EXPECT_NEAR(impure / num_impure, 0.66, 0.12);
}

TEST(PlanWeb, FollowsFromTheSeed) {
  const WebPlan plan = PlanWeb(Small()).value(), again = PlanWeb(Small()).value();
  WebOptions other = Small();
  other.seed = 2;
  const WebPlan another = PlanWeb(other).value();
  for (size_t i = 0; i < plan.images.size(); ++i) {
    EXPECT_EQ(plan.images[i].Url(), again.images[i].Url());
    EXPECT_NE(plan.images[i].Url(), another.images[i].Url());
  }
  // Exact duplicates give the same bytes, near ones others; nobody of the data set `synthetic`.
  for (const WebImage& image : plan.images) {
    if (image.original < 0) continue;
    const Image first = PaintWebImage(plan.images[static_cast<size_t>(image.original)], Small());
    EXPECT_EQ(PaintWebImage(image, Small()).bgr == first.bgr, image.exact);
    if (image.person == 1) break;
  }
  for (const char* part : {"train", "test", "video"}) {
    const auto album = StillAlbum(DeriveSeed(1, part), 20, 1, {});
    for (const FaceShot& shot : album) {
      for (const WebPerson& person : plan.people) {
        EXPECT_NE(shot.identity_seed, person.identity_seed);
      }
    }
  }
}

TEST(PlanWeb, RefusesSharesThatCannotBe) {
  WebOptions options;
  options.near_duplicates = 0.5;
  EXPECT_EQ(PlanWeb(options).status().code(), absl::StatusCode::kInvalidArgument);
  options = {};
  options.impure = 0.9;
  EXPECT_EQ(PlanWeb(options).status().code(), absl::StatusCode::kInvalidArgument);
  options = {};
  options.missing = 0.99;
  EXPECT_EQ(PlanWeb(options).status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace facet
