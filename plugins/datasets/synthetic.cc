// Rendered faces (rendered_faces/renderer.h): no download, any number of people, ground-truth boxes
// and 9 landmarks.
//
//   part = "train"   `people` x `images` clean photographs, snapshot = "curated"; snapshot = "full"
//                    has the same and `extra` more per name, as image search returns them: of all,
//                    `label_noise` show somebody else and `near_duplicates` repeat another one
//   part = "test"    other people; 10 folds of people with `pairs` genuine and as many impostor
//                    pairs each, as in LFW view 2
//   part = "video"   others again; `images` videos of `frames` frames per person in which the pose
//                    drifts; folds and pairs of videos, as in YouTube Faces
//
// Boxes are canonical (detector.h), so that `given` can train what another detector tests.
// Equal seeds give equal people and photographs, whatever the other counts are. Photographs are
// square; near-duplicates have sizes of their own.
// Errors: too few people or images for the pairs of a fold; more noise than `extra` photographs.
// Example: data = { use = "synthetic", part = "train", people = 200, images = 25, seed = 1 }
#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "core/api/dataset.h"
#include "core/api/detector.h"
#include "core/base/parallel_work.h"
#include "plugins/rendered_faces/album.h"
#include "plugins/rendered_faces/style_options.h"

namespace {

using facet::DatasetContents;
using facet::FaceShot;

constexpr int64_t kFolds = 10;
constexpr float kFrontalRad = 0.436f;  // 25 degrees

struct Options {
  std::string part = "train", snapshot = "curated";
  int64_t people = 200, images = 25, extra = 15;
  double label_noise = 0.06, near_duplicates = 0.06;
  int64_t pairs = 300, frames = 20;
  int64_t image_size = 160, seed = 1;
  facet::SceneStyle style;

  void Visit(facet::OptionVisitor& v) {
    v("part", part, facet::OneOf({"train", "test", "video"}), "disjoint people, see the manual");
    v("snapshot", snapshot, facet::OneOf({"curated", "full"}), "train: clean, or clean and noisy");
    v("people", people, facet::Range(1, 1e6), "number of people");
    v("images", images, facet::Range(1, 1e4), "clean photographs, or videos, per person");
    v("extra", extra, facet::Range(0, 1e4), "photographs per name that `full` has beyond `images`");
    v("label_noise", label_noise, facet::Range(0, 1), "full: share that shows somebody else");
    v("near_duplicates", near_duplicates, facet::Range(0, 1),
      "full: share that repeats another one");
    v("pairs", pairs, facet::AtLeast(1), "test, video: genuine pairs per fold, and impostor pairs");
    v("frames", frames, facet::Range(1, 1e4), "video: frames per video");
    v("image_size", image_size, facet::Range(32, 1024), "side of a photograph [px]");
    v("seed", seed, facet::AtLeast(0), "of people and photographs");
    facet::VisitSceneStyle(v, style);
  }
};

// From the renderer's box, brows to chin, to what the frontal cascade of `haar` draws: medians over
// 467 of these faces. The eyes then lie where they lie in that cascade's boxes of LFW's faces.
constexpr facet::BoxConvention kCanonical = {1.05, 0.0, -0.16, true};

class Synthetic final : public facet::Dataset {
 public:
  static absl::StatusOr<std::unique_ptr<Synthetic>> Create(const Options& options) {
    FACET_RETURN_IF_ERROR(facet::CheckSceneStyle(options.style));
    FACET_RETURN_IF_ERROR(CheckNoise(options));
    return std::make_unique<Synthetic>(options);
  }

  explicit Synthetic(const Options& options) : options_(options) {
    const uint64_t seed = facet::DeriveSeed(static_cast<uint64_t>(options.seed), options.part);
    facet::WebNoise noise;
    if (IsNoisy(options)) noise = {options.extra, options.label_noise, options.near_duplicates};
    shots_ = options.part == "video"
                 ? facet::VideoAlbum(seed, options.people, options.images, options.frames)
                 : facet::StillAlbum(seed, options.people, options.images, noise);
    pairs_seed_ = facet::DeriveSeed(seed, "pairs");
  }

  absl::StatusOr<DatasetContents> Load() override {
    DatasetContents contents;
    contents.samples.resize(shots_.size());
    const int threads = static_cast<int>(std::min(8u, std::thread::hardware_concurrency()));
    FACET_RETURN_IF_ERROR(
        facet::ParallelWork(static_cast<int64_t>(shots_.size()), threads, [&](int64_t i) {
          contents.samples[static_cast<size_t>(i)] = Describe(static_cast<size_t>(i));
          return absl::OkStatus();
        }));
    if (options_.part != "train") FACET_RETURN_IF_ERROR(MakeProtocol(contents));
    for (const FaceShot& shot : shots_) {
      contents.counts["label noise"] += shot.mislabelled;
      contents.counts["near-duplicates"] += shot.duplicate_seed.has_value();
    }
    return contents;
  }

  absl::StatusOr<facet::Image> Render(int64_t render) const override {
    if (render < 0 || render >= static_cast<int64_t>(shots_.size())) {
      return absl::InvalidArgumentError(
          absl::StrCat("photograph ", render, " is none of 0 .. ", shots_.size() - 1));
    }
    return facet::RenderShot(shots_[static_cast<size_t>(render)], options_.style, image_size());
  }

 private:
  static bool IsNoisy(const Options& o) { return o.part == "train" && o.snapshot == "full"; }

  static absl::Status CheckNoise(const Options& o) {
    const double all = static_cast<double>(o.images + o.extra);
    const double noisy = std::round(o.label_noise * all) + std::round(o.near_duplicates * all);
    if (!IsNoisy(o) || noisy <= static_cast<double>(o.extra)) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat(
        "label_noise = ", o.label_noise, " and near_duplicates = ", o.near_duplicates, " of ", all,
        " photographs per name are more than extra = ", o.extra, "; raise `extra`"));
  }

  int image_size() const { return static_cast<int>(options_.image_size); }

  facet::Sample Describe(size_t index) const {
    const FaceShot& shot = shots_[index];
    const facet::FaceTruth truth = facet::LocateShot(shot, options_.style, image_size());
    const float yaw = facet::SceneOf(shot, options_.style).yaw_rad;
    facet::Sample sample;
    sample.identity = absl::StrFormat("%s_%05d", options_.part, shot.person);
    sample.key = absl::StrFormat("%s/%04d", sample.identity, shot.number);
    if (shot.num_frames > 0) {
      sample.video = absl::StrCat(sample.identity, "/", shot.number);
      sample.frame = shot.frame;
      absl::StrAppendFormat(&sample.key, "/%04d", shot.frame);
    } else {
      sample.rank = shot.rank;
    }
    sample.render = static_cast<int64_t>(index);
    sample.box = facet::ApplyConvention(kCanonical, truth.box);
    sample.score = 1;
    sample.pose = std::abs(yaw) <= kFrontalRad ? facet::Pose::kFrontal
                  : yaw < 0                    ? facet::Pose::kLeft
                                               : facet::Pose::kRight;
    sample.landmarks.scheme = facet::LandmarkScheme::kPoints9;
    sample.landmarks.points.assign(truth.landmarks.begin(), truth.landmarks.end());
    sample.curated = shot.curated;
    if (options_.part != "train") {
      sample.fold = facet::FoldOfPerson(shot.person, options_.people, kFolds);
    }
    return sample;
  }

  // Templates are photographs or videos, `images` per person in order.
  absl::Status MakeProtocol(DatasetContents& contents) const {
    facet::Protocol& protocol = contents.protocol;
    protocol.kind = facet::Protocol::Kind::kFolds;
    protocol.name = absl::StrCat("synthetic ", options_.part);
    protocol.num_folds = kFolds;
    const int64_t frames = options_.part == "video" ? options_.frames : 1;
    for (int64_t t = 0; t < options_.people * options_.images; ++t) {
      facet::Template entry;
      const facet::Sample& first = contents.samples[static_cast<size_t>(t * frames)];
      entry.name = first.video.empty() ? first.key : first.video;
      for (int64_t f = 0; f < frames; ++f) entry.samples.push_back(t * frames + f);
      protocol.templates.push_back(std::move(entry));
    }
    FACET_ASSIGN_OR_RETURN(
        protocol.pairs, facet::DrawFoldPairs(pairs_seed_, options_.people, options_.images, kFolds,
                                             options_.pairs));
    return absl::OkStatus();
  }

  Options options_;
  std::vector<FaceShot> shots_;
  uint64_t pairs_seed_ = 0;
};

}  // namespace

FACET_PLUGIN(facet::Dataset, Synthetic, Options, "synthetic",
             "faces rendered from shape and texture parameters", "facet")
