// Real photographs, one folder per person, mixed with noise whose truth is known: what a search
// engine would have found, to try the later stages of curation on. The first of a chain.
//
// In: root, with a folder of photographs per person (not of faces cut out: captions and crops need
// room). People with fewer than `min_images` and a share `held_out` of the others are not listed;
// their photographs only serve as wrong ones. Of each person listed at most `images` photographs
// are taken, and mixed with others so that of all under the name
//   wrong_people      show somebody else, by half each other listed people and those not listed
//   exact_duplicates  repeat a right one byte for byte
//   near_duplicates   repeat a right one resized, recoloured, captioned, cropped (little of the
//                     top, where heads are) or only recompressed
// Ranks are drawn: wrong ones come late (rank_bias) but for one in ten, which any rank may have.
//
// Out, below the folder of images: <person>/<rank>.<ext>, copies; a row each with source
// "contaminate", the name as query, rank, sizes and hash; the truth as flags of a run "truth"
// (curators/stage/summary.h), in so far as the folders tell it: their own errors are not known.
// What cannot be decoded is removed as "damaged", and not repeated. Equal folders and options give
// the same images; a killed stage goes on.
// Errors: no folders of photographs; shares that leave no right image; too few people.
// Example: curation.curator = { use = "contaminate", root = "celeba", wrong_people = 0.2 }
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/api/curator.h"
#include "core/base/json.h"
#include "plugins/curators/made_noise/contamination_files.h"
#include "plugins/curators/made_noise/contamination_plan.h"
#include "plugins/curators/stage/files.h"
#include "plugins/curators/stage/run.h"
#include "plugins/curators/stage/summary.h"

namespace {

using facet::ContaminatedImage;
using facet::ContaminationPlan;
using facet::CurationContext;
using facet::CurationResult;
using facet::CurationRun;
using facet::ImageFacts;
using facet::ManifestMark;

constexpr int64_t kCells = 48;

struct Options {
  std::string root, snapshot = "contaminate";
  facet::ContaminationOptions mix;
  int64_t seed = 1;

  void Visit(facet::OptionVisitor& v) {
    const facet::Constraint share = facet::Range(0, 0.95);
    v("root", root, facet::Required(facet::InputDirectory({"*/*"})),
      "a folder of photographs per person");
    v("max_identities", mix.max_identities, facet::AtLeast(0), "people listed at most; 0: all");
    v("images", mix.images, facet::AtLeast(0), "right photographs of each at most; 0: all");
    v("min_images", mix.min_images, facet::AtLeast(1), "who has fewer is not listed");
    v("wrong_people", mix.wrong_people, share, "share of a name's images that show others");
    v("exact_duplicates", mix.exact_duplicates, share, "share that repeats another one's bytes");
    v("near_duplicates", mix.near_duplicates, share, "share that repeats another one, changed");
    v("held_out", mix.held_out, facet::Range(0, 1), "share of the people who are not listed");
    v("rank_bias", mix.rank_bias, facet::Range(0, 1), "how far wrong images are put back");
    v("seed", seed, facet::AtLeast(0), "of the choice, the changes and the ranks");
    v("snapshot", snapshot, facet::Any(), "name of the snapshot");
  }
};

class Contaminate final : public facet::Curator {
 public:
  static constexpr facet::Traits kTraits = {facet::Trait::kMakesImages};

  explicit Contaminate(const Options& options) : options_(options) {
    options_.mix.seed = static_cast<uint64_t>(options.seed);
  }

  absl::StatusOr<CurationResult> Curate(const CurationContext& context) override {
    if (!context.manifest.empty()) {
      return absl::InvalidArgumentError("\"contaminate\" begins a chain; leave curation.from out");
    }
    FACET_ASSIGN_OR_RETURN(const auto folders, facet::ListPersonFolders(options_.root));
    const absl::StatusOr<ContaminationPlan> plan = facet::PlanContamination(folders, options_.mix);
    if (!plan.ok()) return facet::Annotate(plan.status(), options_.root);
    FACET_ASSIGN_OR_RETURN(const auto run,
                           CurationRun::Begin(context, "contaminate", facet::Dump(Settings())));
    FACET_ASSIGN_OR_RETURN(const std::vector<std::string> changes,
                           facet::WriteContamination(*plan, options_.root, context));
    std::vector<std::string> paths;
    for (size_t i = 0; i < changes.size(); ++i) {
      if (changes[i] != facet::kImpossible) {
        paths.push_back(facet::ContaminatedPath(*plan, plan->images[i]));
      }
    }
    FACET_ASSIGN_OR_RETURN(const std::vector<ImageFacts> facts,
                           facet::MeasureImages(paths, context));
    FACET_RETURN_IF_ERROR(
        run->manifest().InTransaction([&] { return Store(*plan, changes, facts, *run); }));
    FACET_ASSIGN_OR_RETURN(CurationResult result, run->Finish(options_.snapshot, "{}"));
    Describe(*plan, changes, context.seed, &result);
    return result;
  }

 private:
  facet::Json Settings() const {
    const facet::ContaminationOptions& o = options_.mix;
    return {{"max_identities", o.max_identities},
            {"images", o.images},
            {"min_images", o.min_images},
            {"wrong_people", o.wrong_people},
            {"exact_duplicates", o.exact_duplicates},
            {"near_duplicates", o.near_duplicates},
            {"held_out", o.held_out},
            {"rank_bias", o.rank_bias},
            {"seed", options_.seed}};
  }

  absl::Status Store(const ContaminationPlan& plan, const std::vector<std::string>& changes,
                     const std::vector<ImageFacts>& facts, CurationRun& run) const {
    facet::Manifest& manifest = run.manifest();
    std::vector<int64_t> people, ids(plan.images.size(), -1);
    for (const std::string& name : plan.people) {
      facet::ManifestIdentity identity;
      identity.name = name;
      FACET_ASSIGN_OR_RETURN(const int64_t id, manifest.AddIdentity(identity));
      people.push_back(id);
    }
    for (size_t i = 0, next = 0; i < plan.images.size(); ++i) {
      if (changes[i] == facet::kImpossible) continue;
      const ImageFacts& fact = facts[next++];
      facet::ManifestImage row;
      row.identity = people[static_cast<size_t>(plan.images[i].person)];
      row.source = "contaminate";
      row.query = plan.people[static_cast<size_t>(plan.images[i].person)];
      row.rank = plan.images[i].rank;
      row.path = facet::ContaminatedPath(plan, plan.images[i]);
      row.width_px = fact.width_px;
      row.height_px = fact.height_px;
      row.num_bytes = fact.num_bytes;
      row.bytes_sha256 = fact.bytes_sha256;
      row.run = run.id();
      FACET_ASSIGN_OR_RETURN(ids[i], manifest.AddImage(row));
      if (fact.damage.empty()) continue;
      ManifestMark mark;
      mark.image = ids[i];
      mark.reason = "damaged";
      mark.detail = fact.damage;
      FACET_RETURN_IF_ERROR(manifest.Mark(run.id(), mark));
    }
    return StoreTruth(plan, changes, ids, &manifest);
  }

  static absl::Status StoreTruth(const ContaminationPlan& plan,
                                 const std::vector<std::string>& changes,
                                 const std::vector<int64_t>& ids, facet::Manifest* manifest) {
    FACET_ASSIGN_OR_RETURN(const int64_t run, manifest->StartRun(facet::kTruthStage, "{}"));
    for (size_t i = 0; i < ids.size(); ++i) {
      const ContaminatedImage& image = plan.images[i];
      if (ids[i] < 0 || (image.wrong.empty() && image.original < 0)) continue;
      ManifestMark mark;
      mark.image = ids[i];
      mark.removes = false;
      mark.reason = image.original < 0 ? facet::kTruthWrongPerson
                    : image.exact      ? facet::kTruthExactDuplicate
                                       : facet::kTruthNearDuplicate;
      mark.detail = image.original < 0 ? image.wrong : changes[i];
      if (image.original >= 0) mark.other = ids[static_cast<size_t>(image.original)];
      FACET_RETURN_IF_ERROR(manifest->Mark(run, mark));
    }
    return manifest->FinishRun(run, "{}");
  }

  static void Describe(const ContaminationPlan& plan, const std::vector<std::string>& changes,
                       uint64_t seed, CurationResult* result) {
    std::map<std::string, int64_t> counts = {
        {"wrong people", 0}, {"exact duplicates", 0}, {"near duplicates", 0}};
    facet::SheetSampler wrong(kCells, seed), near(kCells, seed);
    for (size_t i = 0; i < plan.images.size(); ++i) {
      const ContaminatedImage& image = plan.images[i];
      const std::string& name = plan.people[static_cast<size_t>(image.person)];
      if (changes[i] == facet::kImpossible) continue;
      counts["exact duplicates"] += image.exact;
      if (!image.wrong.empty()) {
        ++counts["wrong people"];
        wrong.Add({facet::ContaminatedPath(plan, image), absl::StrCat(name, ": ", image.wrong)});
      } else if (image.IsNear()) {
        ++counts["near duplicates"];
        near.Add({facet::ContaminatedPath(plan, image), changes[i]});
      }
    }
    for (const auto& [name, count] : counts) {
      result->metrics.push_back(facet::CountedMetric(name, static_cast<double>(count), "1",
                                                     static_cast<int64_t>(plan.images.size())));
    }
    result->sheets.push_back(wrong.Sheet("wrong person"));
    result->sheets.push_back(near.Sheet("near duplicate"));
  }

  Options options_;
};

}  // namespace

FACET_PLUGIN(facet::Curator, Contaminate, Options, "contaminate",
             "real photographs mixed with wrong people and duplicates, truth known", "facet")
