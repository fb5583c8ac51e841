// The paper's first stage: from ranked lists of names to the people that images are collected of.
// 5,000 popular people, as many women as men; 3,250 whose images annotators found pure; 2,622 that
// no benchmark has.
//
// In: what each option names, or where it is empty the file of this name in the folder of the stage
// before (a synthetic web), or else the step is left out:
//   lists    a folder of ranked lists; the best rank counts, spellings that differ in case, accents
//            or '_' are one person's, the first by name of list counts. CSV, TSV, JSON, results of
//            SPARQL 1.1 and of the Knowledge Graph Search API, IMDb's name.basics.tsv, ranked by
//            the votes of what people are known for where title.ratings.tsv is beside it
//            (curators/names/people_tables.h; columns: `name_columns`, `sex_columns`,
//            `popularity_columns`)
//   facts    a table with sex and attributes of one of these forms: who has none is out, and so is
//            whom several rows name that are not of one subject
//   women, men   the best ranked of each that are kept; both 0, or sexes unknown to lists and
//            facts: no balance
//   votes    annotators' sheets (name, sheet, annotator, shown, right): kept are `min_purity` right
//            of `images_judged` images. Votes for people whom an earlier step removed are passed
//            over.
//   exclude  names of a benchmark's people, one a line ("#": a comment); exclude_lists: a folder of
//            such files (.txt)
// steps = ["intersect", "balance"] leaves out what people judge later: their images are collected,
// `annotate_people` shows them in sheets, and `exclude` removes the benchmarks' people (the order
// of the paper).
// (curators/names/candidate_names.h says how tables look.)
//
// Out: everybody of the lists as identities, in order of rank; who was removed is marked, the
// reason in the words of that file, with the step as detail. Images are passed on. Metrics: people
// after each step.
// Errors: no lists; a table that is none, by file and line; a vote for nobody; a manifest that has
// people already.
// Example: curation.curator = { use = "candidates", women = 2500, men = 2500 }
#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/api/curator.h"
#include "core/base/json.h"
#include "plugins/curators/names/candidate_names.h"
#include "plugins/curators/names/excluded_names.h"
#include "plugins/curators/stage/files.h"
#include "plugins/curators/stage/run.h"

namespace {

using facet::Candidate;
using facet::CandidateFunnel;
using facet::CurationContext;
using facet::CurationResult;
using facet::CurationRun;
using facet::FunnelStep;
using facet::Json;

struct Options {
  std::string lists, facts, votes, exclude, exclude_lists;
  std::vector<std::string> steps = {"intersect", "balance", "purity", "exclude"};
  std::vector<std::string> name_columns = facet::PeopleColumns().name;
  std::vector<std::string> sex_columns = facet::PeopleColumns().sex;
  std::vector<std::string> popularity_columns = facet::PeopleColumns().popularity;
  int64_t women = 2500, men = 2500;
  int64_t images_judged = 200, sheet_size = 50;
  double min_purity = 0.9;
  std::string snapshot = "candidates";

  void Visit(facet::OptionVisitor& v) {
    v("lists", lists, facet::InputDirectory({"*"}), "ranked lists of names: .csv .tsv .json .srj");
    v("facts", facts, facet::InputFile(), "table of sex and attributes, of the same forms");
    v("name_columns", name_columns, facet::Any(), "of lists and facts: the first that is there");
    v("sex_columns", sex_columns, facet::Any(), "the same");
    v("popularity_columns", popularity_columns, facet::Any(),
      "the same; larger comes first, where there is no column rank");
    v("votes", votes, facet::InputFile(), "annotators' sheets, .csv");
    v("exclude", exclude, facet::InputFile(), "names of people to leave out, one a line");
    v("exclude_lists", exclude_lists, facet::InputDirectory({"*"}), "a folder of such lists, .txt");
    v("steps", steps, facet::Any(), "those taken of intersect, balance, purity, exclude");
    v("women", women, facet::AtLeast(0), "the best ranked women kept; paper");
    v("men", men, facet::AtLeast(0), "the best ranked men kept; paper");
    v("images_judged", images_judged, facet::AtLeast(1),
      "who has fewer images on all sheets together is out; paper");
    v("sheet_size", sheet_size, facet::AtLeast(1), "images on a sheet at most; paper");
    v("min_purity", min_purity, facet::Range(0, 1), "right images of those shown; paper");
    v("snapshot", snapshot, facet::Any(), "name of the snapshot");
  }
};

class Candidates final : public facet::Curator {
 public:
  static absl::StatusOr<std::unique_ptr<Candidates>> Create(const Options& options) {
    const std::vector<std::string> known = Options().steps;
    for (const std::string& step : options.steps) {
      if (std::count(known.begin(), known.end(), step) > 0) continue;
      return absl::InvalidArgumentError(
          absl::StrCat("steps: unknown step \"", step, "\"; known: ", absl::StrJoin(known, ", ")));
    }
    return std::make_unique<Candidates>(options);
  }
  explicit Candidates(const Options& options) : options_(options) {}

  absl::StatusOr<CurationResult> Curate(const CurationContext& context) override {
    FACET_ASSIGN_OR_RETURN(const auto run,
                           CurationRun::Begin(context, "candidates", facet::Dump(Settings())));
    FACET_ASSIGN_OR_RETURN(const auto known, run->manifest().Identities(""));
    if (!known.empty()) {
      return absl::FailedPreconditionError(
          absl::StrCat("the manifest has ", known.size(), " people already, the first is \"",
                       known[0].name, "\"; \"candidates\" begins a chain or follows one without"));
    }
    CandidateFunnel funnel(context.fold_name);
    FACET_RETURN_IF_ERROR(Filter(context, &funnel));
    FACET_RETURN_IF_ERROR(funnel.AddTo(&run->manifest(), run->id()));
    FACET_ASSIGN_OR_RETURN(CurationResult result,
                           run->Finish(options_.snapshot, funnel.Statistics()));
    Describe(funnel, &result);
    return result;
  }

 private:
  Json Settings() const {
    return {{"women", options_.women},
            {"men", options_.men},
            {"images_judged", options_.images_judged},
            {"sheet_size", options_.sheet_size},
            {"min_purity", options_.min_purity},
            {"steps", options_.steps}};
  }

  facet::PeopleColumns Columns() const {
    facet::PeopleColumns columns;
    columns.name = options_.name_columns;
    columns.sex = options_.sex_columns;
    columns.popularity = options_.popularity_columns;
    return columns;
  }

  bool Takes(const char* step) const {
    return std::count(options_.steps.begin(), options_.steps.end(), step) > 0;
  }

  absl::Status Filter(const CurationContext& context, CandidateFunnel* funnel) const {
    const auto found = [&](const char* step, const std::string& given, const std::string& name) {
      return Takes(step) ? facet::GivenOrFound(given, context, name) : "";
    };
    const std::string facts = found("intersect", options_.facts, "facts.csv");
    const std::string votes = found("purity", options_.votes, "votes.csv");
    FACET_ASSIGN_OR_RETURN(std::vector<Candidate> people, ReadLists(context));
    FACET_RETURN_IF_ERROR(funnel->Start(std::move(people)));
    if (!facts.empty()) {
      FACET_ASSIGN_OR_RETURN(const std::vector<Candidate> rows,
                             facet::ReadCandidates(facts, Columns(), {}));
      funnel->Intersect(rows);
    }
    const FunnelStep& counts = funnel->steps().back();
    if (Takes("balance") && options_.women + options_.men > 0 && counts.women + counts.men > 0) {
      funnel->Balance(options_.women, options_.men);
    }
    if (!votes.empty()) FACET_RETURN_IF_ERROR(Judge(context, votes, funnel));
    return Takes("exclude") ? Exclude(context, funnel) : absl::OkStatus();
  }

  absl::StatusOr<std::vector<Candidate>> ReadLists(const CurationContext& context) const {
    const std::string folder = facet::GivenOrFound(options_.lists, context, "lists");
    if (folder.empty()) {
      return absl::InvalidArgumentError(
          "there are no lists of names: give lists = \"FOLDER\" with ranked .csv, .tsv or .json "
          "files, "
          "or begin with a stage that makes them (synthetic_web)");
    }
    return facet::ReadRankedLists(folder, Columns(), context.fold_name);
  }

  absl::Status Judge(const CurationContext& context, const std::string& path,
                     CandidateFunnel* funnel) const {
    FACET_ASSIGN_OR_RETURN(std::vector<facet::SheetVote> votes, facet::ReadSheetVotes(path));
    std::set<std::string> out;
    for (const facet::RemovedCandidate& removed : funnel->removed()) {
      out.insert(context.fold_name(removed.candidate.name));
    }
    votes.erase(std::remove_if(votes.begin(), votes.end(),
                               [&](const facet::SheetVote& vote) {
                                 return out.count(context.fold_name(vote.name)) > 0;
                               }),
                votes.end());
    const absl::Status status = funnel->JudgePurity(
        votes, {options_.images_judged, options_.sheet_size, options_.min_purity});
    return facet::Annotate(status, path);
  }

  absl::Status Exclude(const CurationContext& context, CandidateFunnel* funnel) const {
    FACET_ASSIGN_OR_RETURN(
        const std::vector<facet::ExcludedNames> lists,
        facet::ReadExcludedNames(options_.exclude, options_.exclude_lists, context));
    for (const facet::ExcludedNames& excluded : lists) {
      funnel->Exclude(excluded.names, excluded.list);
    }
    return absl::OkStatus();
  }

  static void Describe(const CandidateFunnel& funnel, CurationResult* result) {
    const std::vector<FunnelStep>& steps = funnel.steps();
    facet::Histogram histogram = {"people after each step", "", {0}, {}};
    for (size_t i = 0; i < steps.size(); ++i) {
      absl::StrAppend(&histogram.x_label, i == 0 ? "" : ", ", i, " ", steps[i].step);
      histogram.counts.push_back(steps[i].people);
      histogram.edges.push_back(static_cast<double>(i + 1));
      // Of several lists of benchmarks, what the last one leaves.
      if (i + 1 < steps.size() && steps[i].step == steps[i + 1].step) continue;
      AddMetric("people after " + steps[i].step, steps[i].people, steps[0].people, result);
    }
    AddMetric("women", steps.back().women, steps.back().people, result);
    AddMetric("men", steps.back().men, steps.back().people, result);
    result->histograms.push_back(std::move(histogram));
  }

  static void AddMetric(const std::string& name, int64_t value, int64_t of,
                        CurationResult* result) {
    result->metrics.push_back(facet::CountedMetric(name, static_cast<double>(value), "1", of));
  }

  const Options options_;
};

}  // namespace

FACET_PLUGIN(facet::Curator, Candidates, Options, "candidates",
             "people from ranked lists of names, facts and annotators' votes",
             "Parkhi et al. 2015, section 3")
