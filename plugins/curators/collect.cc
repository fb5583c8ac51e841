// Images of people from search engines: the paper's second stage, the first 500 of each answer to
// name and name + keyword, and what its first stage shows annotators, 200 of one engine's answer to
// the name (engines = ["google"], queries = ["{name}"], top = 200).
//
// Who: the people that the manifest has left; without a manifest, who has a list in vggface_lists.
// Where the manifest has images already, this stage adds to them: a hit that is a row (of this
// person, engine, query and URL) stays that row, with the rank that it had; a URL that the person
// has a file of is not fetched again. Rows tell which run brought them (column `run`), so that
// earlier snapshots stay what they were. Earlier images are part of the new folder too, as hard
// links, and so is what this stage finds of a synthetic web (engines/, mirror/, truth.csv,
// exclude.txt), for the stages after it.
// Where their images are, one of
//   results        a folder of engines' result files (curators/search/engine_results.h; `format`:
//                  as which API returns them; `mapping`: where another engine's JSON or table has
//                  what); empty: engines/ in the folder of the stage before
//   command        a program that prints URLs, best first, run per engine and query without a
//                  shell: "{query}", "{engine}", "{count}" in its words are replaced
//   vggface_lists  the VGG-Face release's <Name>.txt, whose boxes and scores become the images'
// How they come, one of
//   mirror         a folder with <host>/<path> of each URL; empty: mirror/ in the folder of the
//                  stage before, if it is there
//   HTTP           else: parallel, polite to each host, nothing from private networks unless
//                  allowed (curators/download/downloader.h). Hosts that give an image only to who
//                  comes from its page or brings back a cookie: referer = "page", cookies = true
// into the folder of images, which is the option `folder` or else the stage's own.
//
// Out: one row per hit with engine, query, rank and URL, as in the paper, where the same URL found
// by several queries stays several images until duplicates are removed. It is fetched once per
// person: these rows share one file (path), sizes and hash. A hit that failed is a row too, without
// a path, removed with the reason ("html", "http status", "timeout", ...); so are files that cannot
// be decoded ("truncated", "damaged"). Where the truth of URLs is known (`truth`; empty: truth.csv
// in the folder of the stage before; columns in curators/search/collected_truth.h) it becomes a run
// of the stage "truth", of all images so far; repeated URLs are exact duplicates there.
//
// A killed stage goes on from the folder's journal and with the command's answers so far. Finished,
// it is cached by its options: to try failures that may pass (timeouts, refused connections, 5xx)
// again, run it again with `facet run --force` and a `folder`, where everything else is found.
// Metrics: hits that are new, URLs, images there, failures by reason, and where earlier images are,
// their hits that were found again and the URLs fetched. Histograms: hits and failures by rank.
// Errors: no source or two; no answer at all; files of another form.
// Example: curation.curator = { use = "collect", top = 500, folder = "images" }
#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "core/api/curator.h"
#include "core/base/json.h"
#include "plugins/curators/download/settings.h"
#include "plugins/curators/search/earlier_images.h"
#include "plugins/curators/search/image_collection.h"
#include "plugins/curators/search/search_answers.h"
#include "plugins/curators/stage/files.h"
#include "plugins/curators/stage/run.h"
#include "plugins/lists/words.h"

namespace {

using facet::Collection;
using facet::CurationContext;
using facet::CurationResult;
using facet::CurationRun;
using facet::EarlierImages;
using facet::ManifestIdentity;
using facet::StoredCollection;

struct Options {
  std::string results, format = "facet", vggface_lists, mirror, truth, folder;
  std::vector<std::string> mapping;
  std::vector<std::string> command, engines, queries = {"{name}", "{name} actor"};
  std::string snapshot = "collect";
  int64_t top = 500;
  double command_timeout_s = 60;
  facet::DownloadSettings http;

  void Visit(facet::OptionVisitor& v) {
    v("results", results, facet::InputDirectory({"*"}),
      "engines' result files: .json .jsonl .csv .tsv");
    v("format", format, facet::OneOf({"facet", "google", "bing", "serpapi"}), "whose form");
    v("mapping", mapping, facet::Any(),
      "where another engine's files have things: \"url=/image/src\", \"rank=position\", ...");
    v("command", command, facet::Any(), "program and words: prints URLs, best first");
    v("command_timeout_s", command_timeout_s, facet::Above(0), "limit of one run [s]");
    v("vggface_lists", vggface_lists, facet::InputDirectory({"*.txt"}),
      "the VGG-Face release's lists");
    v("engines", engines, facet::Any(), "empty: all that the result files name");
    v("queries", queries, facet::Any(), "what is asked for, {name} replaced; paper");
    v("top", top, facet::AtLeast(1), "hits taken of each answer; paper");
    v("mirror", mirror, facet::InputDirectory(), "what URLs answer, as <host>/<path>");
    v("truth", truth, facet::InputFile(), "table of what URLs show");
    v("folder", folder, facet::KeptFolder(), "where the images are kept; empty: the stage's own");
    http.Visit(v);
    v("snapshot", snapshot, facet::Any(), "name of the snapshot");
  }
};

class Collect final : public facet::Curator {
 public:
  static constexpr facet::Traits kTraits = {facet::Trait::kMakesImages};

  static absl::StatusOr<std::unique_ptr<Collect>> Create(const Options& options) {
    const int sources =
        !options.results.empty() + !options.command.empty() + !options.vggface_lists.empty();
    if (sources <= 1) return std::make_unique<Collect>(options);
    return absl::InvalidArgumentError(
        "results, command and vggface_lists are three sources; give one");
  }
  explicit Collect(const Options& options) : options_(options) {}

  absl::StatusOr<CurationResult> Curate(const CurationContext& context) override {
    FACET_ASSIGN_OR_RETURN(const auto run, CurationRun::Begin(context, "collect", Settings()));
    FACET_ASSIGN_OR_RETURN(const auto earlier, EarlierImages::Read(run->manifest()));
    FACET_ASSIGN_OR_RETURN(Collection collection, Find(context, *run));
    const int64_t known = earlier.LeaveOutKnown(&collection);
    FACET_RETURN_IF_ERROR(HandOn(context, earlier));
    const facet::DownloadPlan plan = facet::PlanDownloads(collection.hits);
    const facet::FetchOptions fetch = {facet::GivenOrFound(options_.mirror, context, "mirror"),
                                       options_.http.Options()};
    EarlierImages::Parted parted = earlier.Part(plan);
    FACET_ASSIGN_OR_RETURN(const auto fetched,
                           facet::FetchImages(parted.requests, fetch, context, *run));
    parted.Take(fetched);
    FACET_ASSIGN_OR_RETURN(StoredCollection stored,
                           facet::StoreCollection(collection, plan, parted.results, context, *run));
    stored.images.insert(stored.images.begin(), earlier.images().begin(), earlier.images().end());
    const std::string truth = facet::GivenOrFound(options_.truth, context, "truth.csv");
    int64_t unknown = 0;
    if (!truth.empty()) {
      FACET_ASSIGN_OR_RETURN(
          unknown, facet::StoreTruth(truth, stored.images, context.fold_name, &run->manifest()));
    }
    FACET_ASSIGN_OR_RETURN(
        CurationResult result,
        run->Finish(options_.snapshot, facet::Dump(facet::Json{{"failures", stored.failures}})));
    Describe(collection, stored, &result);
    if (earlier.size() > 0) {
      AddMetric("hits known", known, stored.urls, &result);
      AddMetric("urls fetched", static_cast<int64_t>(parted.requests.size()), stored.urls, &result);
    }
    if (unknown > 0) {
      result.notices.push_back(absl::StrCat("The truth does not have the URLs of ", unknown,
                                            " images; they are taken for right."));
    }
    return result;
  }

 private:
  // The files of earlier rows, and a synthetic web for those who come after.
  absl::Status HandOn(const CurationContext& context, const EarlierImages& earlier) const {
    FACET_RETURN_IF_ERROR(earlier.HandOnFiles(context.input_folder, context.image_folder));
    return facet::HandOn(context.input_folder, context.image_folder,
                         {"engines", "mirror", "truth.csv", "exclude.txt"});
  }

  std::string Settings() const {
    return facet::Dump({{"format", options_.format},
                        {"mapping", options_.mapping},
                        {"command", options_.command},
                        {"engines", options_.engines},
                        {"queries", options_.queries},
                        {"top", options_.top},
                        {"max_bytes", options_.http.max_bytes}});
  }

  absl::StatusOr<Collection> Find(const CurationContext& context, CurationRun& run) const {
    std::vector<ManifestIdentity> people;
    if (context.manifest.empty()) {
      if (options_.vggface_lists.empty()) {
        return absl::InvalidArgumentError(
            "there is nobody to collect images of: name the row whose manifest has people "
            "(curation.from), or give vggface_lists");
      }
      FACET_ASSIGN_OR_RETURN(people,
                             facet::AddVggFaceIdentities(options_.vggface_lists, &run.manifest()));
    } else {
      FACET_ASSIGN_OR_RETURN(people, run.Identities());
      if (people.empty()) {
        return absl::FailedPreconditionError(
            "\"collect\" wants a manifest with people; this one has none left");
      }
    }
    if (!options_.vggface_lists.empty()) {
      return facet::VggFaceCollection(options_.vggface_lists, people, context.fold_name);
    }
    return Ask(context, people, run);
  }

  absl::StatusOr<Collection> Ask(const CurationContext& context,
                                 const std::vector<ManifestIdentity>& people,
                                 const CurationRun& run) const {
    facet::AnswerSources sources;
    sources.command = options_.command;
    if (sources.command.empty()) {
      sources.results = facet::GivenOrFound(options_.results, context, "engines");
      if (sources.results.empty()) {
        return absl::InvalidArgumentError(
            "there is nothing to collect from: give results, command or vggface_lists");
      }
    }
    sources.format = options_.format;
    sources.mapping = options_.mapping;
    sources.time_limit = absl::Seconds(options_.command_timeout_s);
    sources.command_folder = context.work_folder;
    sources.engines = options_.engines;
    sources.templates = options_.queries;
    sources.top = options_.top;
    std::vector<std::string> names;
    for (const ManifestIdentity& person : people) names.push_back(person.name);
    FACET_ASSIGN_OR_RETURN(
        facet::CandidateImages images,
        facet::FindImages(names, sources, context.fold_name, [&](int64_t done, int64_t total) {
          return run.Progress(done, total, "queries").ok();
        }));
    return facet::CollectionOf(std::move(images), people);
  }

  static void AddMetric(const std::string& name, int64_t value, int64_t of,
                        CurationResult* result) {
    result->metrics.push_back(facet::CountedMetric(name, static_cast<double>(value), "1", of));
  }

  static void Describe(const Collection& collection, const StoredCollection& stored,
                       CurationResult* result) {
    int64_t failed = 0;
    for (const auto& [reason, count] : stored.failures) failed += count;
    const auto add = [&](const std::string& name, int64_t value) {
      AddMetric(name, value, stored.urls, result);
    };
    add("hits", static_cast<int64_t>(collection.rows.size()));
    add("urls", stored.urls);
    add("images there", stored.urls - failed);
    for (const auto& [reason, count] : stored.failures) add("failed: " + reason, count);
    if (stored.ranks.empty()) {
      result->notices.push_back("No hit is new.");
      return;
    }
    const int64_t largest = *std::max_element(stored.ranks.begin(), stored.ranks.end());
    result->histograms.push_back(facet::RankHistogram("hits by rank", stored.ranks, largest));
    result->histograms.push_back(
        facet::RankHistogram("failed hits by rank", stored.failed_ranks, largest));
    if (collection.unanswered.empty()) return;
    facet::Missing missing;
    for (const std::string& query : collection.unanswered) missing.Add(query);
    result->notices.push_back(
        absl::StrCat("No answer to ", missing.count(), " queries: ", missing.Names(), "."));
  }

  const Options options_;
};

}  // namespace

FACET_PLUGIN(facet::Curator, Collect, Options, "collect",
             "images of people by search results, downloaded or from a mirror",
             "Parkhi et al. 2015, section 3")
