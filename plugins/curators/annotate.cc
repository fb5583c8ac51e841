// Annotation: people judge what is left, in blocks of images ranked by a trained network.
//
// In:  a manifest, and log p(identity | image) of its images ("scores"). Each person's images are
//      ranked by it, best first, and judged in blocks of `block_size`; the last one may be shorter.
// Out: marks "impure block" (all of a rejected block), "rejected" (single images of an accepted
//      one, marked by hand), "no face found" (no score: the network's detector saw none; option
//      `unscored`), "not judged"; each image's score; the snapshot `snapshot`; the effort of people
//      in FinishRun. What follows a rejected block is judged like any other: ranks are no proof.
// annotator = "oracle" looks the truth up and accepts a block whose purity is above `min_purity`.
//      It gets the share `oracle_error` of its verdicts wrong and takes `oracle_seconds` for each.
// annotator = "web" serves a page on 127.0.0.1 and waits until people have judged all blocks and
//      say there that they have finished; its address is printed, and in the log of the stage.
//      Decisions go to the file `decisions`, line by line (annotation_log.h), and are found there
//      when the stage runs again.
// Errors: FailedPrecondition without a truth (oracle), or where another stage writes to
//      `decisions`; Cancelled where the stage is stopped: what was decided stays in `decisions`.
// Source: Parkhi, Vedaldi, Zisserman, "Deep Face Recognition", BMVC 2015, section 3, stage 5.
// Example: curation.curator = { use = "annotate", annotator = "web", decisions = "marks.jsonl" }
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/api/curator.h"
#include "core/base/json.h"
#include "plugins/curators/annotation/annotation.h"
#include "plugins/curators/annotation/report.h"
#include "plugins/curators/annotation/web.h"
#include "plugins/curators/stage/run.h"

namespace facet {
namespace {

struct Options {
  std::string annotator = "oracle", decisions, snapshot = "curated";
  int64_t block_size = 200;
  double min_purity = 0.95;
  std::string unscored = "remove", unjudged = "wait";
  int64_t port = 0, votes = 1;
  double oracle_error = 0.0;
  bool oracle_marks = false;
  double oracle_seconds = 30.0;
  void Visit(OptionVisitor& v) {
    v("annotator", annotator, OneOf({"oracle", "web"}),
      "who judges: the manifest's truth, or people on a local web page");
    v("block_size", block_size, Range(1, 1000), "images that are judged together; the paper's 200");
    v("min_purity", min_purity, Range(0, 1),
      "a block is good above this share of right images; the paper's 95 %");
    v("unscored", unscored, OneOf({"remove", "last"}),
      "images without a face: removed unseen, or judged after all others");
    v("decisions", decisions, KeptFile(), "web: the file that decisions are appended to; needed");
    v("port", port, Range(0, 65535), "web: TCP port on 127.0.0.1; 0: a free one");
    v("votes", votes, Range(1, 9),
      "web: annotators who judge each block; the majority decides, a tie rejects");
    v("unjudged", unjudged, OneOf({"wait", "keep", "remove"}),
      "web: the stage ends when all blocks are judged, or on request, keeping or removing the "
      "rest");
    v("oracle_error", oracle_error, Range(0, 1), "share of verdicts (and marks) that are wrong");
    v("oracle_marks", oracle_marks, Any(),
      "the oracle rejects wrong images of good blocks by hand");
    v("oracle_seconds", oracle_seconds, AtLeast(0),
      "effort per verdict [s]; the paper's 10 days (of 8 h) for 2,622 people x 3.6 blocks");
    v("snapshot", snapshot, Any(), "name of the snapshot of what is left");
  }
};

class Annotators final : public Curator {
 public:
  static constexpr facet::Traits kTraits = {facet::Trait::kTakesScores};

  static absl::StatusOr<std::unique_ptr<Annotators>> Create(const Options& options) {
    if (options.annotator == "web" && options.decisions.empty()) {
      return absl::InvalidArgumentError(
          "annotator = \"web\" needs decisions = \"FILE\", where what people decide is "
          "kept");
    }
    return std::unique_ptr<Annotators>(new Annotators(options));
  }

  absl::StatusOr<CurationResult> Curate(const CurationContext& context) override {
    FACET_ASSIGN_OR_RETURN(const auto run, CurationRun::Start(context, "annotate", Settings()));
    std::vector<BlockImage> faceless;
    FACET_ASSIGN_OR_RETURN(std::vector<PersonImages> people, Left(*run, context, &faceless));
    const std::vector<AnnotationBlock> blocks = MakeBlocks(std::move(people), options_.block_size);
    FACET_ASSIGN_OR_RETURN(const ImageTruths truth, ReadTruth(run->manifest()));
    FACET_ASSIGN_OR_RETURN(const Annotation annotation, Judge(blocks, truth, context));
    const auto mark_all = [&]() -> absl::Status {
      FACET_RETURN_IF_ERROR(MarkFaceless(run.get(), faceless));
      return MarkBlocks(run.get(), blocks, annotation.verdicts);
    };
    FACET_RETURN_IF_ERROR(run->manifest().InTransaction(mark_all));
    FACET_ASSIGN_OR_RETURN(
        CurationResult result,
        run->Finish(options_.snapshot, Statistics(annotation.verdicts), annotation.effort_seconds));
    ReportAnnotation({&blocks, &annotation, truth, Task(), context.seed}, &result);
    result.notices = annotation.notices;
    return result;
  }

 private:
  explicit Annotators(Options options) : options_(std::move(options)) {}

  JudgingTask Task() const { return {options_.min_purity, 0}; }

  std::string Settings() const {
    Json settings = {{"annotator", options_.annotator},
                     {"block_size", options_.block_size},
                     {"min_purity", options_.min_purity},
                     {"unscored", options_.unscored}};
    if (options_.annotator == "oracle") {
      settings["oracle_error"] = options_.oracle_error;
      settings["oracle_marks"] = options_.oracle_marks;
      settings["oracle_seconds"] = options_.oracle_seconds;
    } else {
      settings["unjudged"] = options_.unjudged;
      settings["votes"] = options_.votes;
    }
    return Dump(settings);
  }

  static std::string Statistics(const std::vector<BlockVerdict>& verdicts) {
    int64_t accepted = 0, rejected = 0;
    for (const BlockVerdict& verdict : verdicts) {
      accepted += verdict.accepted == true;
      rejected += verdict.accepted == false;
    }
    return Dump({{"blocks", verdicts.size()},
                 {"blocks_accepted", accepted},
                 {"blocks_rejected", rejected}});
  }

  // People with the images to judge, and what is removed unseen.
  absl::StatusOr<std::vector<PersonImages>> Left(const CurationRun& run,
                                                 const CurationContext& context,
                                                 std::vector<BlockImage>* faceless) const {
    std::unordered_map<int64_t, double> scores;
    for (const CurationScore& score : context.scores) scores[score.image] = score.log_probability;
    FACET_ASSIGN_OR_RETURN(const std::vector<ManifestIdentity> identities, run.Identities());
    std::vector<PersonImages> people;
    std::unordered_map<int64_t, size_t> index;
    for (const ManifestIdentity& identity : identities) {
      index[identity.id] = people.size();
      people.push_back({identity.id, identity.name, {}});
    }
    FACET_ASSIGN_OR_RETURN(ManifestImages images, run.Images());
    for (BlockImage image;;) {
      FACET_ASSIGN_OR_RETURN(const bool more, images.Next(&image.row));
      if (!more) return people;
      image.score.reset();
      const auto found = scores.find(image.row.id);
      if (found != scores.end()) image.score = found->second;
      // What has no file cannot be looked at.
      const bool seen =
          image.score.has_value() || (options_.unscored == "last" && !image.row.path.empty());
      (seen ? people[index.at(image.row.identity)].images : *faceless).push_back(image);
    }
  }

  absl::StatusOr<Annotation> Judge(const std::vector<AnnotationBlock>& blocks,
                                   const ImageTruths& truth, const CurationContext& context) const {
    if (options_.annotator == "oracle") {
      return AskOracle(
          blocks, truth,
          {Task(), options_.oracle_error, options_.oracle_marks, options_.oracle_seconds}, context);
    }
    WebAnnotationOptions options;
    options.decisions = options_.decisions;
    options.port = static_cast<int>(options_.port);
    options.task = Task();
    options.votes = options_.votes;
    options.wait_for_all = options_.unjudged == "wait";
    return AnnotateOnTheWeb(blocks, options, context);
  }

  static absl::Status MarkFaceless(CurationRun* run, const std::vector<BlockImage>& images) {
    ManifestMark mark;
    mark.reason = "no face found";
    for (const BlockImage& image : images) {
      mark.image = image.row.id;
      FACET_RETURN_IF_ERROR(run->manifest().Mark(run->id(), mark));
    }
    return absl::OkStatus();
  }

  absl::Status MarkBlocks(CurationRun* run, const std::vector<AnnotationBlock>& blocks,
                          const std::vector<BlockVerdict>& verdicts) const {
    for (size_t i = 0; i < blocks.size(); ++i) {
      const BlockVerdict& verdict = verdicts[i];
      const bool keeps = verdict.accepted.value_or(options_.unjudged == "keep");
      for (const BlockImage& image : blocks[i].images) {
        if (image.score.has_value()) {
          FACET_RETURN_IF_ERROR(run->manifest().SetScore(run->id(), image.row.id, *image.score));
        }
        const bool by_hand = verdict.rejected.count(image.row.path) > 0;
        if (keeps && !by_hand) continue;
        ManifestMark mark;
        mark.image = image.row.id;
        mark.reason = by_hand                        ? "rejected"
                      : verdict.accepted.has_value() ? "impure block"
                                                     : "not judged";
        mark.detail = BlockLabel(blocks[i]);
        FACET_RETURN_IF_ERROR(run->manifest().Mark(run->id(), mark));
      }
    }
    return absl::OkStatus();
  }

  const Options options_;
};

}  // namespace
}  // namespace facet

FACET_PLUGIN(facet::Curator, facet::Annotators, facet::Options, "annotate",
             "People, or the truth, judge blocks of images ranked by a trained network",
             "Parkhi, Vedaldi, Zisserman, BMVC 2015")
