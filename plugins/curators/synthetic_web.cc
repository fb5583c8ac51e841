// A made-up web to build a data set from: rendered people whose names, search results and images
// have stated faults, and the truth of each. The first of a chain; needs no manifest.
//
// Out, below the folder of images (curators/made_noise/synthetic_web_files.h says how each looks): ranked lists
// of names, facts, annotators' votes, a benchmark's people, result files of two engines for "name"
// and "name actor", a mirror with what the URLs answer, and truth.csv. The curators `candidates`
// and `collect` find them there by themselves. The manifest has no images yet.
//
// `images` URLs per name: shares of them show other people (half of them people of the lists), no
// face, or repeat a right one, byte for byte or resized, recompressed, recoloured, captioned or
// cropped; the rest shows the person in ever new scenes. An engine's answer has each URL with the
// probability `overlap`, wrong ones come late (rank_bias) but for one in ten. Shares of the URLs
// answer with a page, half a JPEG or not at all. Shares of the names are two people's (homonyms: 40
// % of their images are the namesake's, and half of them have two rows of facts), are mostly
// others' (impure), have no facts, or are a benchmark's. Annotators see `judged` images of each
// name, drawn from its best 40 %, and err once in 100.
//
// The people are others than those of the data set `synthetic`, whatever its seed's parts. Equal
// options give equal files; a killed stage goes on with those that are missing.
// Errors: shares that leave no image of a person.
// Example: curation.curator = { use = "synthetic_web", people = 100, images = 80, seed = 1 }
#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/api/curator.h"
#include "core/base/json.h"
#include "core/base/parallel_work.h"
#include "plugins/curators/made_noise/no_face_image.h"
#include "plugins/curators/made_noise/synthetic_web_files.h"
#include "plugins/curators/stage/run.h"
#include "plugins/rendered_faces/style_options.h"

namespace {

using facet::CurationContext;
using facet::CurationResult;
using facet::CurationRun;
using facet::Json;
using facet::SheetSampler;
using facet::WebImage;
using facet::WebPlan;

constexpr int64_t kCells = 48;

struct Options {
  facet::WebOptions web;
  int64_t seed = 1;
  std::string snapshot = "synthetic_web";

  void Visit(facet::OptionVisitor& v) {
    const facet::Constraint share = facet::Range(0, 1);
    v("people", web.people, facet::Range(1, 1e6), "names in the lists");
    v("images", web.images, facet::Range(1, 1e5), "URLs per name");
    v("wrong_people", web.wrong_people, share, "share of a name's URLs that show somebody else");
    v("no_face", web.no_face, share, "share that shows a texture, a logo or a landscape");
    v("exact_duplicates", web.exact_duplicates, share, "share that repeats another one's bytes");
    v("near_duplicates", web.near_duplicates, share, "share that repeats another one, changed");
    v("html", web.html, share, "share of the URLs that answer with a page");
    v("truncated", web.truncated, share, "share that answers with the first half of the file");
    v("missing", web.missing, share, "share that does not answer");
    v("homonyms", web.homonyms, share, "share of the names that are two people's");
    v("impure", web.impure, share, "share of the names half of whose URLs show others");
    v("no_facts", web.no_facts, share, "share of the names that have no facts");
    v("benchmark", web.benchmark, share, "share of the names that are in exclude.txt");
    v("rank_bias", web.rank_bias, facet::Range(0, 1),
      "how far wrong images are put back, share of the answer; 0: not at all");
    v("overlap", web.overlap, share, "probability that an answer has a URL");
    v("judged", web.judged, facet::Range(1, 1e5), "images that annotators see of a name; paper");
    v("image_size", web.image_size_px, facet::Range(32, 1024), "side of a photograph [px]");
    v("seed", seed, facet::AtLeast(0), "of people, images and everything else");
    facet::VisitSceneStyle(v, web.style);
    v("snapshot", snapshot, facet::Any(), "name of the snapshot, which has no images");
  }
};

class SyntheticWeb final : public facet::Curator {
 public:
  static constexpr facet::Traits kTraits = {facet::Trait::kMakesImages};

  static absl::StatusOr<std::unique_ptr<SyntheticWeb>> Create(Options options) {
    FACET_RETURN_IF_ERROR(facet::CheckSceneStyle(options.web.style));
    options.web.seed = static_cast<uint64_t>(options.seed);
    return std::make_unique<SyntheticWeb>(options);
  }
  explicit SyntheticWeb(const Options& options) : options_(options) {}

  absl::StatusOr<CurationResult> Curate(const CurationContext& context) override {
    if (!context.manifest.empty()) {
      return absl::InvalidArgumentError(
          "\"synthetic_web\" begins a chain; leave curation.from out");
    }
    FACET_ASSIGN_OR_RETURN(const WebPlan plan, facet::PlanWeb(options_.web));
    FACET_ASSIGN_OR_RETURN(const auto run,
                           CurationRun::Begin(context, "synthetic_web", facet::Dump(Settings())));
    FACET_RETURN_IF_ERROR(facet::WriteWebTexts(plan, context.image_folder));
    const auto total = static_cast<int64_t>(plan.images.size());
    FACET_RETURN_IF_ERROR(facet::ParallelWork(
        total, context.threads,
        [&](int64_t i) {
          return facet::WriteWebAnswer(plan.images[static_cast<size_t>(i)], options_.web,
                                       context.image_folder);
        },
        [&](int64_t done) { return run->Progress(done, total, "images").ok(); }));
    const std::map<std::string, int64_t> counts = CountsOf(plan);
    FACET_ASSIGN_OR_RETURN(CurationResult result,
                           run->Finish(options_.snapshot, facet::Dump(Json(counts))));
    for (const auto& [name, count] : counts) {
      result.metrics.push_back(facet::CountedMetric(name, static_cast<double>(count), "1", total));
    }
    AddSheets(plan, context.seed, &result);
    return result;
  }

 private:
  // All that the files depend on.
  Json Settings() const {
    const facet::WebOptions& o = options_.web;
    const facet::SceneStyle& s = o.style;
    return {{"people", o.people},
            {"images", o.images},
            {"wrong_people", o.wrong_people},
            {"no_face", o.no_face},
            {"exact_duplicates", o.exact_duplicates},
            {"near_duplicates", o.near_duplicates},
            {"html", o.html},
            {"truncated", o.truncated},
            {"missing", o.missing},
            {"homonyms", o.homonyms},
            {"impure", o.impure},
            {"no_facts", o.no_facts},
            {"benchmark", o.benchmark},
            {"rank_bias", o.rank_bias},
            {"overlap", o.overlap},
            {"judged", o.judged},
            {"image_size", o.image_size_px},
            {"seed", options_.seed},
            {"style",
             {s.yaw_sigma_deg, s.pitch_sigma_deg, s.roll_sigma_deg, s.expression, s.lighting,
              s.face_share_min, s.face_share_max, s.shift_sigma, s.blur_max_px, s.noise_max,
              s.occlusion, s.accessories}}};
  }

  static std::map<std::string, int64_t> CountsOf(const WebPlan& plan) {
    std::map<std::string, int64_t> counts;
    counts["names"] = static_cast<int64_t>(plan.people.size());
    counts["urls"] = static_cast<int64_t>(plan.images.size());
    for (const facet::WebAnswer& answer : plan.answers) {
      counts["hits"] += static_cast<int64_t>(answer.images.size());
    }
    for (const WebImage& image : plan.images) {
      counts["wrong people"] += !image.wrong.empty();
      counts["no face"] += image.no_face_seed.has_value();
      counts["exact duplicates"] += image.exact;
      counts["near duplicates"] += image.original >= 0 && !image.exact;
      counts["dead"] += image.answer != WebImage::Answer::kJpeg;
    }
    return counts;
  }

  static void AddSheets(const WebPlan& plan, uint64_t seed, CurationResult* result) {
    SheetSampler faces(kCells, seed), wrong(kCells, seed), no_face(kCells, seed);
    SheetSampler near(kCells, seed);
    for (const WebImage& image : plan.images) {
      if (image.answer != WebImage::Answer::kJpeg) continue;
      const std::string path = facet::MirrorPath(image);
      const std::string& name = plan.people[static_cast<size_t>(image.person)].name.name;
      if (image.original >= 0) {
        if (!image.exact) near.Add({path, image.changes});
      } else if (image.no_face_seed) {
        no_face.Add({path, facet::NoFaceKind(*image.no_face_seed)});
      } else if (image.wrong.empty()) {
        faces.Add({path, name});
      } else {
        wrong.Add({path, absl::StrCat(name, ": ", image.wrong)});
      }
    }
    result->sheets.push_back(faces.Sheet("right"));
    result->sheets.push_back(wrong.Sheet("wrong person"));
    result->sheets.push_back(no_face.Sheet("no face"));
    result->sheets.push_back(near.Sheet("near duplicate"));
  }

  const Options options_;
};

}  // namespace

FACET_PLUGIN(facet::Curator, SyntheticWeb, Options, "synthetic_web",
             "rendered people, with search results and images of stated faults", "facet")
