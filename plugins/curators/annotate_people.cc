// Annotation of people: is a person's set of images pure enough to be worth collecting? By the
// images that search engines rank first, in sheets; no network is trained for it.
//
// In:  a manifest whose people have images (collect: 200 of one engine). Each person's first
//      `sheets` x `sheet_size` images by the engines' rank, a file that several queries found once.
// Out: people are removed with all their images, for the reasons "impure", "not judged" and, not
//      looked at, "too few images" (fewer than `min_images`); single images stay, wrong ones are a
//      later stage's. Identities get images_judged and images_right, where they had none; the
//      snapshot `snapshot`; the effort of people in FinishRun.
// annotator = "oracle" looks the truth up and accepts from the purity `min_purity` on (180 of 200).
//      It gets the share `oracle_error` of its verdicts wrong and takes `oracle_seconds` a sheet.
// annotator = "web" serves a page on 127.0.0.1 that shows a person's sheets, and waits until people
//      have judged everybody and say that they have finished. Keys, undo, several annotators and
//      going on after a stop are those of "annotate"; so is the file `decisions`, whose verdicts
//      say who was judged on how many sheets and images, the estimated purity, by whom and in how
//      many seconds (curators/annotation/log.h). The estimate is the share of images not marked.
// Errors: FailedPrecondition without a truth (oracle), or where another stage writes to
//      `decisions`; Cancelled where the stage is stopped: what was decided stays in `decisions`.
// Source: Parkhi, Vedaldi, Zisserman, "Deep Face Recognition", BMVC 2015, section 3, stage 1: four
//      sheets of 50 images, about 90 % pure; 3,250 of 5,000 people are left. min_images is open
//      there.
// Example: curation.curator = { use = "annotate_people", annotator = "web", decisions = "p.jsonl" }
#include <algorithm>
#include <cmath>
#include <iterator>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "core/api/curator.h"
#include "core/base/json.h"
#include "plugins/curators/annotation/annotation.h"
#include "plugins/curators/annotation/people_report.h"
#include "plugins/curators/annotation/web.h"
#include "plugins/curators/stage/run.h"

namespace facet {
namespace {

struct Options {
  std::string annotator = "oracle", decisions, snapshot = "people";
  int64_t sheets = 4, sheet_size = 50, min_images = 100;
  double min_purity = 0.9;
  std::string unjudged = "wait";
  int64_t port = 0, votes = 1;
  double oracle_error = 0.0, oracle_seconds = 5.76;

  void Visit(OptionVisitor& v) {
    v("annotator", annotator, OneOf({"oracle", "web"}),
      "who judges: the manifest's truth, or people on a local web page");
    v("sheets", sheets, Range(1, 9), "of a person; the paper's 4");
    v("sheet_size", sheet_size, Range(1, 1000), "images on a sheet; the paper's 50");
    v("min_purity", min_purity, Range(0, 1), "right images of those shown; the paper's 90 %");
    v("min_images", min_images, AtLeast(1), "who has fewer is removed unseen");
    v("decisions", decisions, KeptFile(), "web: the file that decisions are appended to; needed");
    v("port", port, Range(0, 65535), "web: TCP port on 127.0.0.1; 0: a free one");
    v("votes", votes, Range(1, 9),
      "web: annotators who judge each person; the majority decides, a tie rejects");
    v("unjudged", unjudged, OneOf({"wait", "keep", "remove"}),
      "web: the stage ends when all people are judged, or on request, keeping or removing the "
      "rest");
    v("oracle_error", oracle_error, Range(0, 1), "share of verdicts that are wrong");
    v("oracle_seconds", oracle_seconds, AtLeast(0),
      "effort per sheet [s]; the paper's 4 days (of 8 h) for 5,000 people x 4 sheets");
    v("snapshot", snapshot, Any(), "name of the snapshot of who is left");
  }
};

class AnnotatePeople final : public Curator {
 public:
  static absl::StatusOr<std::unique_ptr<AnnotatePeople>> Create(const Options& options) {
    if (options.annotator == "web" && options.decisions.empty()) {
      return absl::InvalidArgumentError(
          "annotator = \"web\" needs decisions = \"FILE\", where what people decide is kept");
    }
    return std::unique_ptr<AnnotatePeople>(new AnnotatePeople(options));
  }

  absl::StatusOr<CurationResult> Curate(const CurationContext& context) override {
    FACET_ASSIGN_OR_RETURN(const auto run,
                           CurationRun::Start(context, "annotate_people", Settings()));
    FACET_ASSIGN_OR_RETURN(std::vector<AnnotationBlock> people, People(*run));
    std::vector<AnnotationBlock> few;
    const auto has_enough = [&](const AnnotationBlock& person) {
      return static_cast<int64_t>(person.images.size()) >= options_.min_images;
    };
    const auto begin_few = std::stable_partition(people.begin(), people.end(), has_enough);
    few.assign(std::make_move_iterator(begin_few), std::make_move_iterator(people.end()));
    people.erase(begin_few, people.end());
    FACET_ASSIGN_OR_RETURN(const ImageTruths truth, ReadTruth(run->manifest()));
    FACET_ASSIGN_OR_RETURN(const Annotation annotation, Judge(people, truth, context));
    const auto mark_all = [&]() -> absl::Status {
      FACET_RETURN_IF_ERROR(RemoveFew(few, run.get()));
      return Store(people, annotation.verdicts, run.get());
    };
    FACET_RETURN_IF_ERROR(run->manifest().InTransaction(mark_all));
    const Json statistics = {{"people", people.size()}, {"too few images", few.size()}};
    FACET_ASSIGN_OR_RETURN(CurationResult result, run->Finish(options_.snapshot, Dump(statistics),
                                                              annotation.effort_seconds));
    ReportPeople({&people, &annotation, truth, Task(), context.seed}, &result);
    result.metrics.push_back(CountedMetric("too few images", static_cast<double>(few.size()), "1",
                                           static_cast<int64_t>(people.size() + few.size())));
    result.notices = annotation.notices;
    return result;
  }

 private:
  explicit AnnotatePeople(Options options) : options_(std::move(options)) {}

  JudgingTask Task() const { return {options_.min_purity, options_.sheet_size}; }

  std::string Settings() const {
    Json settings = {{"annotator", options_.annotator},
                     {"sheets", options_.sheets},
                     {"sheet_size", options_.sheet_size},
                     {"min_images", options_.min_images},
                     {"min_purity", options_.min_purity}};
    if (options_.annotator == "oracle") {
      settings["oracle_error"] = options_.oracle_error;
      settings["oracle_seconds"] = options_.oracle_seconds;
    } else {
      settings["unjudged"] = options_.unjudged;
      settings["votes"] = options_.votes;
    }
    return Dump(settings);
  }

  // Everybody who is left, with the images to show; who has none comes without.
  absl::StatusOr<std::vector<AnnotationBlock>> People(const CurationRun& run) const {
    FACET_ASSIGN_OR_RETURN(const std::vector<ManifestIdentity> identities, run.Identities());
    std::vector<PersonImages> people;
    std::unordered_map<int64_t, size_t> index;
    for (const ManifestIdentity& identity : identities) {
      index[identity.id] = people.size();
      people.push_back({identity.id, identity.name, {}});
    }
    FACET_ASSIGN_OR_RETURN(ManifestImages images, run.Images(ManifestQuery::Order::kRank));
    for (BlockImage image;;) {
      FACET_ASSIGN_OR_RETURN(const bool more, images.Next(&image.row));
      if (!more) return MakePersonBlocks(std::move(people), options_.sheets * options_.sheet_size);
      if (!image.row.path.empty()) people[index.at(image.row.identity)].images.push_back(image);
    }
  }

  absl::StatusOr<Annotation> Judge(const std::vector<AnnotationBlock>& people,
                                   const ImageTruths& truth, const CurationContext& context) const {
    if (options_.annotator == "oracle") {
      return AskOracle(people, truth,
                       {Task(), options_.oracle_error, /*marks=*/false, options_.oracle_seconds},
                       context);
    }
    WebAnnotationOptions options;
    options.decisions = options_.decisions;
    options.port = static_cast<int>(options_.port);
    options.task = Task();
    options.votes = options_.votes;
    options.wait_for_all = options_.unjudged == "wait";
    return AnnotateOnTheWeb(people, options, context);
  }

  absl::Status RemoveFew(const std::vector<AnnotationBlock>& few, CurationRun* run) const {
    for (const AnnotationBlock& person : few) {
      FACET_RETURN_IF_ERROR(run->manifest().MarkIdentity(
          run->id(), person.identity, "too few images",
          absl::StrCat(person.images.size(), " of ", options_.min_images)));
    }
    return absl::OkStatus();
  }

  absl::Status Store(const std::vector<AnnotationBlock>& people,
                     const std::vector<BlockVerdict>& verdicts, CurationRun* run) const {
    for (size_t i = 0; i < people.size(); ++i) {
      const AnnotationBlock& person = people[i];
      const BlockVerdict& verdict = verdicts[i];
      const auto shown = static_cast<int64_t>(person.images.size());
      if (verdict.accepted.has_value()) {
        FACET_RETURN_IF_ERROR(StoreCounts(person.name, shown, verdict.purity, run));
      }
      if (verdict.accepted.value_or(options_.unjudged == "keep")) continue;
      const bool judged = verdict.accepted.has_value();
      FACET_RETURN_IF_ERROR(run->manifest().MarkIdentity(
          run->id(), person.identity, judged ? "impure" : "not judged",
          judged ? absl::StrFormat("%d sheets, %d images, purity %.3f", Task().NumSheets(shown),
                                   shown, verdict.purity)
                 : ""));
    }
    return absl::OkStatus();
  }

  static absl::Status StoreCounts(const std::string& name, int64_t shown, double purity,
                                  CurationRun* run) {
    FACET_ASSIGN_OR_RETURN(auto identity, run->manifest().FindIdentity(name));
    if (!identity.has_value() || identity->images_judged >= 0) return absl::OkStatus();
    identity->images_judged = shown;
    identity->images_right = std::llround(purity * static_cast<double>(shown));
    return run->manifest().UpdateIdentity(*identity);
  }

  const Options options_;
};

}  // namespace
}  // namespace facet

FACET_PLUGIN(facet::Curator, facet::AnnotatePeople, facet::Options, "annotate_people",
             "People, or the truth, judge persons by sheets of their first images",
             "Parkhi, Vedaldi, Zisserman, BMVC 2015")
