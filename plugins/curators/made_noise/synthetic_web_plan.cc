#include "plugins/curators/made_noise/synthetic_web_plan.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "core/base/random.h"
#include "plugins/curators/made_noise/no_face_image.h"
#include "plugins/curators/made_noise/web_noise.h"
#include "plugins/rendered_faces/random.h"

namespace facet {
namespace {

const char* const kEngines[] = {"finda", "lookla"};
const char* const kLists[] = {"film", "music", "press"};
const char* const kAnnotators[] = {"ada", "ben"};
constexpr int64_t kHosts = 24;
constexpr double kListShare = 0.7;   // of all people in each list
constexpr double kRankSpread = 0.1;  // lists' ranks differ: standard deviation, share of the people

int64_t Count(double share, int64_t all) { return std::llround(share * static_cast<double>(all)); }

absl::Status CheckShares(const WebOptions& o) {
  const double names = o.homonyms + o.impure + o.no_facts + o.benchmark;
  if (names > 1) {
    return absl::InvalidArgumentError(absl::StrCat(
        "homonyms, impure, no_facts and benchmark are shares of the names and sum up to ", names,
        "; at most 1"));
  }
  const double dead = o.html + o.truncated + o.missing;
  if (dead > 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("html, truncated and missing sum up to ", dead, "; at most 1"));
  }
  const double wrong = o.impure > 0 ? std::max(o.wrong_people, kImpureShare) : o.wrong_people;
  const int64_t others = Count(wrong, o.images) + Count(o.no_face, o.images) +
                         Count(o.exact_duplicates, o.images) + Count(o.near_duplicates, o.images);
  if (others < o.images) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "of ", o.images, " images per name, ", others,
      " are wrong or repeat another one (of an impure name half are wrong people); lower "
      "wrong_people, no_face, exact_duplicates or near_duplicates, or raise images"));
}

class Planner {
 public:
  explicit Planner(const WebOptions& options)
      : o_(options), seed_(DeriveSeed(options.seed, "web")) {}

  WebPlan Plan() {
    DrawPeople();
    MakeLists();
    for (int64_t person = 0; person < o_.people; ++person) {
      Random random(MixSeed(DeriveSeed(seed_, "images"), static_cast<uint64_t>(person)));
      const size_t begin = plan_.images.size();
      DrawImages(person, random);
      DrawAnswers(person, begin, random);
      Vote(person, begin, random);
    }
    return std::move(plan_);
  }

 private:
  void DrawPeople();
  void MakeLists();
  void DrawImages(int64_t person, Random& random);
  FaceShot NewShot(int64_t person, Random& random) const;
  void MakeWrong(WebImage& image, Random& random) const;
  void Repeat(WebImage& image, size_t begin, size_t end, bool exact, Random& random) const;
  void DrawAnswers(int64_t person, size_t begin, Random& random);
  void Vote(int64_t person, size_t begin, Random& random);
  std::vector<bool> WrongFrom(const std::vector<int64_t>& images) const;

  const WebOptions& o_;
  const uint64_t seed_;
  WebPlan plan_;
};

void Planner::DrawPeople() {
  const int64_t num_benchmark = Count(o_.benchmark, o_.people);
  std::vector<InventedName> names = InventNames(seed_, o_.people + num_benchmark);
  Random random(DeriveSeed(seed_, "people"));
  for (int64_t i = 0; i < o_.people; ++i) {
    WebPerson person;
    person.name = names[static_cast<size_t>(i)];
    person.identity_seed = MixSeed(DeriveSeed(seed_, "faces"), static_cast<uint64_t>(i));
    const FaceIdentity face = DrawIdentity(person.identity_seed);
    const bool beard = face.beard + face.moustache + face.goatee + face.stubble > 0.3f;
    // Who has no beard is a woman often enough for both to be as many.
    person.sex = beard || random.Bernoulli(0.25) ? "male" : "female";
    plan_.people.push_back(std::move(person));
  }
  std::vector<size_t> order(plan_.people.size());
  std::iota(order.begin(), order.end(), size_t{0});
  random.Shuffle(order);
  auto next = order.begin();
  const auto take = [&](double share, const auto& mark) {
    for (int64_t i = Count(share, o_.people); i > 0 && next != order.end(); --i) {
      mark(plan_.people[*next++], i);
    }
  };
  take(o_.homonyms, [](WebPerson& person, int64_t i) {
    person.homonym = true;
    person.listed_twice = i % 2 == 1;
  });
  take(o_.impure, [](WebPerson& person, int64_t) { person.impure = true; });
  take(o_.no_facts, [](WebPerson& person, int64_t) { person.has_facts = false; });
  take(o_.benchmark, [&](WebPerson& person, int64_t) {
    person.benchmark = true;
    plan_.excluded.push_back(OtherSpelling(person.name, random.Bits()));
  });
  for (int64_t i = 0; i < num_benchmark; ++i) {
    plan_.excluded.push_back(names[static_cast<size_t>(o_.people + i)].name);
  }
}

void Planner::MakeLists() {
  Random random(DeriveSeed(seed_, "lists"));
  std::vector<std::vector<std::pair<double, std::string>>> ranked(std::size(kLists));
  for (size_t i = 0; i < plan_.people.size(); ++i) {
    const uint64_t sure = random.Index(ranked.size());
    for (size_t list = 0; list < ranked.size(); ++list) {
      if (!random.Bernoulli(kListShare) && list != sure) continue;
      const double spread = kRankSpread * static_cast<double>(o_.people);
      ranked[list].emplace_back(static_cast<double>(i) + spread * random.Normal(),
                                OtherSpelling(plan_.people[i].name, random.Bits()));
    }
  }
  for (size_t list = 0; list < ranked.size(); ++list) {
    std::sort(ranked[list].begin(), ranked[list].end());
    WebList made = {kLists[list], {}};
    for (auto& [key, name] : ranked[list]) made.names.push_back(std::move(name));
    plan_.lists.push_back(std::move(made));
  }
}

FaceShot Planner::NewShot(int64_t person, Random& random) const {
  FaceShot shot;
  shot.person = person;
  shot.identity_seed = plan_.people[static_cast<size_t>(person)].identity_seed;
  shot.scene_seed = random.Bits();
  return shot;
}

// Half of the wrong ones are other people of the lists.
void Planner::MakeWrong(WebImage& image, Random& random) const {
  const auto other = static_cast<int64_t>(random.Index(plan_.people.size()));
  if (random.Bernoulli(0.5) && other != image.person) {
    image.shot.identity_seed = plan_.people[static_cast<size_t>(other)].identity_seed;
    image.wrong = plan_.people[static_cast<size_t>(other)].name.name;
  } else {
    image.shot.identity_seed = MixSeed(DeriveSeed(seed_, "strangers"), random.Bits());
    image.wrong = "stranger";
  }
}

// One of the images from `begin` on, up to `end`.
void Planner::Repeat(WebImage& image, size_t begin, size_t end, bool exact, Random& random) const {
  const size_t original = begin + random.Index(end - begin);
  image.shot = plan_.images[original].shot;
  image.wrong = plan_.images[original].wrong;
  image.original = static_cast<int64_t>(original);
  image.exact = exact;
  if (exact) return;
  image.shot.duplicate_seed = random.Bits();
  const int size = static_cast<int>(o_.image_size_px);
  const FaceTruth face = LocateFace(DrawIdentity(image.shot.identity_seed),
                                    DrawScene(image.shot.scene_seed, o_.style), size);
  image.changes = DescribeDuplicate(
      DrawDuplicate(*image.shot.duplicate_seed, size, size, face.box, {}), size, size);
}

// Faces first, wrong ones before all others; then what repeats one of the others, so that the
// shares are exact; then what has no face.
void Planner::DrawImages(int64_t person, Random& random) {
  const WebPerson& who = plan_.people[static_cast<size_t>(person)];
  const double wrong_share = who.impure ? std::max(o_.wrong_people, kImpureShare) : o_.wrong_people;
  const int64_t wrong = Count(wrong_share, o_.images), no_face = Count(o_.no_face, o_.images);
  const int64_t exact = Count(o_.exact_duplicates, o_.images);
  const int64_t near = Count(o_.near_duplicates, o_.images);
  const int64_t faces = o_.images - exact - near - no_face;
  const int64_t namesakes = who.homonym ? Count(kNamesakeShare, faces - wrong) : 0;
  const size_t begin = plan_.images.size(), end = begin + static_cast<size_t>(faces);
  const std::string slug = absl::AsciiStrToLower(absl::StrReplaceAll(who.name.plain, {{" ", "-"}}));
  for (int64_t i = 0; i < o_.images; ++i) {
    WebImage image;
    image.person = person;
    image.host = absl::StrCat("img", random.Index(kHosts), ".example");
    image.path = absl::StrFormat("/%s/%08x%04d.jpg", slug, random.Bits() >> 32, i);
    if (i < faces) image.shot = NewShot(person, random);
    if (i < wrong) {
      MakeWrong(image, random);
    } else if (i < wrong + namesakes) {
      image.shot.identity_seed =
          MixSeed(DeriveSeed(seed_, "namesakes"), static_cast<uint64_t>(person));
      image.wrong = "namesake";
    } else if (i >= faces && i < faces + exact + near) {
      Repeat(image, begin + static_cast<size_t>(wrong), end, i < faces + exact, random);
    } else if (i >= faces) {
      image.no_face_seed = random.Bits();
    }
    plan_.images.push_back(std::move(image));
  }
  std::vector<size_t> order(static_cast<size_t>(o_.images));
  std::iota(order.begin(), order.end(), begin);
  random.Shuffle(order);
  auto next = order.begin();
  for (const auto& [share, answer] : {std::pair(o_.html, WebImage::Answer::kHtml),
                                      std::pair(o_.truncated, WebImage::Answer::kTruncated),
                                      std::pair(o_.missing, WebImage::Answer::kMissing)}) {
    for (int64_t i = Count(share, o_.images); i > 0 && next != order.end(); --i) {
      plan_.images[*next++].answer = answer;
    }
  }
}

// An engine takes a namesake for right.
std::vector<bool> Planner::WrongFrom(const std::vector<int64_t>& images) const {
  std::vector<bool> wrong;
  for (const int64_t index : images) {
    const WebImage& image = plan_.images[static_cast<size_t>(index)];
    wrong.push_back(!image.IsRight() && image.wrong != "namesake");
  }
  return wrong;
}

void Planner::DrawAnswers(int64_t person, size_t begin, Random& random) {
  std::vector<WebAnswer> answers;
  for (const char* engine : kEngines) {
    for (const char* query : {"%s", "%s actor"}) {
      const std::string& name = plan_.people[static_cast<size_t>(person)].name.name;
      answers.push_back({person, engine, absl::StrReplaceAll(query, {{"%s", name}}), {}});
    }
  }
  for (size_t i = begin; i < plan_.images.size(); ++i) {
    const uint64_t sure = random.Index(answers.size());
    for (size_t a = 0; a < answers.size(); ++a) {
      const bool found = random.Bernoulli(o_.overlap);
      if (found || a == sure) answers[a].images.push_back(static_cast<int64_t>(i));
    }
  }
  for (WebAnswer& answer : answers) {
    const std::vector<int64_t> ranks = DrawRanks(random, WrongFrom(answer.images), o_.rank_bias);
    std::vector<int64_t> sorted(ranks.size());
    for (size_t i = 0; i < ranks.size(); ++i) {
      sorted[static_cast<size_t>(ranks[i])] = answer.images[i];
    }
    answer.images = std::move(sorted);
    plan_.answers.push_back(std::move(answer));
  }
}

void Planner::Vote(int64_t person, size_t begin, Random& random) {
  std::vector<int64_t> living;
  for (size_t i = begin; i < plan_.images.size(); ++i) {
    if (plan_.images[i].answer == WebImage::Answer::kJpeg)
      living.push_back(static_cast<int64_t>(i));
  }
  if (living.empty()) return;
  const std::vector<int64_t> ranks = DrawRanks(random, WrongFrom(living), o_.rank_bias);
  std::vector<int64_t> best;
  for (size_t i = 0; i < living.size(); ++i) {
    const int64_t limit = std::max<int64_t>(1, Count(kJudgedShare, o_.images));
    if (ranks[i] < limit) best.push_back(living[i]);
  }
  // A sheet's images are drawn from the best ones: there may be fewer than annotators see.
  for (int64_t sheet = 0; sheet * kSheetSize < o_.judged; ++sheet) {
    const int64_t shown = std::min(kSheetSize, o_.judged - sheet * kSheetSize);
    int64_t right[std::size(kAnnotators)] = {};
    for (int64_t i = 0; i < shown; ++i) {
      const bool truth =
          plan_.images[static_cast<size_t>(best[random.Index(best.size())])].IsRight();
      for (int64_t& count : right) count += truth != random.Bernoulli(kAnnotatorError);
    }
    for (size_t a = 0; a < std::size(kAnnotators); ++a) {
      plan_.votes.push_back({plan_.people[static_cast<size_t>(person)].name.name, sheet,
                             kAnnotators[a], shown, right[a]});
    }
  }
}

}  // namespace

absl::StatusOr<WebPlan> PlanWeb(const WebOptions& options) {
  FACET_RETURN_IF_ERROR(CheckShares(options));
  return Planner(options).Plan();
}

Image PaintWebImage(const WebImage& image, const WebOptions& options) {
  const int size = static_cast<int>(options.image_size_px);
  if (!image.no_face_seed) return RenderShot(image.shot, options.style, size);
  FaceRandom random(MixSeed(*image.no_face_seed, 7));
  const int height = static_cast<int>(size * random.Uniform(0.6, 1));
  return PaintNoFace(*image.no_face_seed, size, std::max(16, height));
}

}  // namespace facet
