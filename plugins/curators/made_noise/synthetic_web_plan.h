// What a made-up web holds: people with names and lists of them, what two search engines find for
// each name, and what the URLs answer. Everything follows from the seed; an image is painted
// without the others.
#ifndef FACET_PLUGINS_CURATORS_MADE_NOISE_SYNTHETIC_WEB_PLAN_H_
#define FACET_PLUGINS_CURATORS_MADE_NOISE_SYNTHETIC_WEB_PLAN_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "plugins/curators/made_noise/invented_names.h"
#include "plugins/curators/names/candidate_names.h"
#include "plugins/rendered_faces/album.h"

namespace facet {

struct WebOptions {
  int64_t people = 50;
  int64_t images = 60;  // URLs per name
  // Shares of a name's URLs. The rest shows the person, each time in another scene; duplicates are
  // of these (of a homonym's, also of the namesake).
  double wrong_people = 0.15, no_face = 0.05;
  double exact_duplicates = 0.05, near_duplicates = 0.10;
  // Shares of a name's URLs that answer with something else, whatever they had.
  double html = 0.02, truncated = 0.01, missing = 0.04;
  // Shares of the names, none of which is two of these.
  double homonyms = 0.06, impure = 0.10, no_facts = 0.06, benchmark = 0.10;
  double rank_bias = 0.4;  // DrawRanks
  double overlap = 0.4;    // probability that an answer has a URL; each is in one at least
  int64_t judged = 200;    // images of a name that each annotator sees
  int64_t image_size_px = 160;
  uint64_t seed = 1;
  SceneStyle style;
};

inline constexpr double kNamesakeShare = 0.4;    // of a homonym's own images: the other person
inline constexpr double kImpureShare = 0.5;      // wrong people of an impure name's URLs
inline constexpr double kJudgedShare = 0.4;      // annotators see the best ranked: 200 of 500
inline constexpr double kAnnotatorError = 0.01;  // probability of a wrong answer on one image
inline constexpr int64_t kSheetSize = 50;

struct WebPerson {
  InventedName name;
  uint64_t identity_seed = 0;
  std::string sex;
  bool homonym = false, listed_twice = false;  // the latter: in the facts
  bool impure = false, has_facts = true, benchmark = false;
};

struct WebImage {
  enum class Answer { kJpeg, kHtml, kTruncated, kMissing };
  int64_t person = 0;  // the name that was searched
  std::string host, path;
  std::optional<uint64_t> no_face_seed;  // else `shot` is painted
  FaceShot shot;
  std::string wrong;      // who it is instead: "Mira Kolane", "stranger", "namesake"; or empty
  int64_t original = -1;  // index of the image that it repeats
  bool exact = false;
  std::string changes;  // of a near duplicate
  Answer answer = Answer::kJpeg;

  std::string Url() const { return "http://" + host + path; }
  bool IsRight() const { return wrong.empty() && !no_face_seed; }
};

struct WebAnswer {
  int64_t person = 0;
  std::string engine, query;
  std::vector<int64_t> images;  // best first
};

struct WebList {
  std::string name;  // "film"
  std::vector<std::string> names;
};

struct WebPlan {
  std::vector<WebPerson> people;
  std::vector<WebImage> images;  // by person
  std::vector<WebAnswer> answers;
  std::vector<WebList> lists;
  std::vector<SheetVote> votes;
  std::vector<std::string> excluded;  // the benchmark people, and as many others
};

// InvalidArgument: shares that leave no image of a person, or names that are two things.
absl::StatusOr<WebPlan> PlanWeb(const WebOptions& options);

// What `image` answers when its URL works.
Image PaintWebImage(const WebImage& image, const WebOptions& options);

}  // namespace facet

#endif  // FACET_PLUGINS_CURATORS_MADE_NOISE_SYNTHETIC_WEB_PLAN_H_
