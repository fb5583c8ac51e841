// The first stage of a data set: from ranked lists of names and tables of facts to the people that
// images are collected of (Parkhi, Vedaldi, Zisserman 2015, section 3: 5,000 popular people, as
// many women as men; 3,250 whose images annotators found pure; 2,622 that no benchmark has).
//
//   CandidateFunnel funnel(normalize);
//   funnel.Start(MergeRankedLists(lists, normalize));  // the best rank counts
//   funnel.Intersect(attributes);                    // who has facts; takes sex and facts over
//   funnel.Balance(2500, 2500);                      // the best ranked women and men
//   funnel.JudgePurity(votes, rule);                 // sheets of 50, kept at 90 %
//   funnel.Exclude(benchmark_names, "LFW");
//   funnel.AddTo(&manifest, settings);
//
// Two names are one person's if `normalize` makes the same text of both; the caller says which
// spellings that joins. All is in order of rank, ties in order of the input.
#ifndef FACET_PLUGINS_CURATORS_NAMES_CANDIDATE_NAMES_H_
#define FACET_PLUGINS_CURATORS_NAMES_CANDIDATE_NAMES_H_

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "plugins/curators/names/people_tables.h"
#include "plugins/manifest/manifest.h"

namespace facet {

// Empty for what is no name.
using NameNormalizer = std::function<std::string(const std::string&)>;

struct Candidate {
  std::string name;                               // as first spelled
  std::string sex;                                // "female", "male" or, unknown, empty
  int64_t rank = 0;                               // from 0
  std::map<std::string, std::string> attributes;  // other columns that are not empty
  int64_t images_judged = -1, images_right = -1;  // by JudgePurity
};

// A table of people (people_tables.h: which files, which columns). Without a rank or popularity the
// place in the table is the rank; columns that are not empty are attributes. InvalidArgument by
// file and line, or by file and number of the entry in JSON.
absl::StatusOr<std::vector<Candidate>> ReadCandidates(const std::string& path,
                                                      const PeopleColumns& columns = {},
                                                      const TitleVotes& votes = {});

// Everybody of all lists, each once: with the first spelling, the best rank of all lists, and facts
// of the first list that has them. A sex that two lists disagree about is unknown. Ranks are then
// counted anew from 0. Names that fold to nothing are left out.
std::vector<Candidate> MergeRankedLists(const std::vector<std::vector<Candidate>>& lists,
                                        const NameNormalizer& normalize);

// Those of all tables of a folder, by name of file; IMDb's title.ratings.tsv is none, but ranks its
// names. NotFound: no name in any; InvalidArgument: a table that is still packed (.gz).
absl::StatusOr<std::vector<Candidate>> ReadRankedLists(const std::string& folder,
                                                       const PeopleColumns& columns,
                                                       const NameNormalizer& normalize);

// What one annotator says of one sheet of one person's images.
struct SheetVote {
  std::string name;
  int64_t sheet = 0;  // from 0
  std::string annotator;
  int64_t shown = 0, right = 0;  // images
};
// CSV with the columns name, sheet, annotator, shown, right.
absl::StatusOr<std::vector<SheetVote>> ReadSheetVotes(const std::string& path);

struct PurityRule {
  int64_t num_images = 200;  // a person with fewer on all sheets together has too few
  int64_t sheet_size = 50;   // at most so many on one
  double min_purity = 0.9;   // right / shown, over all sheets and annotators
};
// First and last index + 1 of each sheet of `num_images` images: {0, 50}, {50, 100}, ...
std::vector<std::pair<int64_t, int64_t>> Sheets(int64_t num_images, int64_t sheet_size);

struct FunnelStep {
  std::string step;  // "start", "intersect", ...
  int64_t people = 0, women = 0, men = 0, sex_unknown = 0;
  std::map<std::string, int64_t> removed;  // reason -> people
};
struct RemovedCandidate {
  Candidate candidate;
  std::string step, reason;
};

class CandidateFunnel {
 public:
  explicit CandidateFunnel(NameNormalizer normalize) : normalize_(std::move(normalize)) {}

  // Names must fold to different texts (MergeRankedLists sees to that): InvalidArgument.
  absl::Status Start(std::vector<Candidate> people);
  // Removes who is not in `facts` ("no facts") and whom several rows of it name ("homonyms": the
  // facts, and the images that an engine would find, are of several people).
  void Intersect(const std::vector<Candidate>& facts);
  // Keeps the best ranked; removes the rest ("rank") and who has no known sex ("sex unknown").
  void Balance(int64_t women, int64_t men);
  // Removes who has no votes ("not judged"), too few images ("too few images") or too many wrong
  // ones ("impure"). An annotator votes once per sheet; all annotators of a sheet count alike, and
  // num_images counts a sheet once. InvalidArgument: a vote for nobody left, a second one for the
  // same sheet, more right than shown, more shown than a sheet holds.
  absl::Status JudgePurity(const std::vector<SheetVote>& votes, const PurityRule& rule);
  // Removes who is in `names` ("in <list>").
  void Exclude(const std::vector<std::string>& names, const std::string& list);

  const std::vector<Candidate>& people() const { return people_; }
  const std::vector<RemovedCandidate>& removed() const { return removed_; }
  const std::vector<FunnelStep>& steps() const { return steps_; }

  // Everybody, in order of rank, as identities; one run of the stage "candidates" marks who was
  // removed, with the reason, and has the counts after each step as statistics. The run's id.
  absl::StatusOr<int64_t> AddTo(Manifest* manifest, const std::string& settings) const;
  // The same in a run that has been started and is finished by the caller, with Statistics().
  absl::Status AddTo(Manifest* manifest, int64_t run) const;
  std::string Statistics() const;

 private:
  // Removes those that `reason_of` gives a reason for.
  void Keep(const std::string& step,
            const std::function<std::string(Candidate* candidate)>& reason_of);

  const NameNormalizer normalize_;
  std::vector<Candidate> people_;
  std::vector<RemovedCandidate> removed_;
  std::vector<FunnelStep> steps_;
};

}  // namespace facet

#endif  // FACET_PLUGINS_CURATORS_NAMES_CANDIDATE_NAMES_H_
