#include "plugins/rendered_faces/album.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/check.h"
#include "plugins/rendered_faces/random.h"

namespace facet {
namespace {

DuplicatePlan PlanOf(const FaceShot& shot, int image_size_px, const Box& face) {
  return DrawDuplicate(*shot.duplicate_seed, image_size_px, image_size_px, face, {});
}

uint64_t Count(double share, int64_t all) {
  return static_cast<uint64_t>(std::llround(share * static_cast<double>(all)));
}

// Ranks the photographs of one name.
void Rank(Random& random, FaceShot* shots, int64_t count) {
  std::vector<std::pair<double, int64_t>> order;
  for (int64_t i = 0; i < count; ++i) {
    order.emplace_back(random.Uniform() + (shots[i].mislabelled ? 0.3 : 0), i);
  }
  std::sort(order.begin(), order.end());
  for (size_t rank = 0; rank < order.size(); ++rank) {
    shots[order[rank].second].rank = static_cast<int64_t>(rank);
  }
}

}  // namespace

std::vector<FaceShot> StillAlbum(uint64_t seed, int64_t people, int64_t curated_per_person,
                                 const WebNoise& noise) {
  const uint64_t people_seed = DeriveSeed(seed, "people");
  const uint64_t scenes_seed = DeriveSeed(seed, "scenes");
  const uint64_t strangers_seed = DeriveSeed(seed, "strangers");
  const int64_t all = curated_per_person + noise.extra_per_person;
  const uint64_t num_wrong = Count(noise.label_noise, all);
  const uint64_t num_repeated = Count(noise.near_duplicates, all);
  FACET_CHECK(num_wrong + num_repeated <= static_cast<uint64_t>(noise.extra_per_person));
  std::vector<FaceShot> shots;
  for (int64_t person = 0; person < people; ++person) {
    const uint64_t own_scenes = MixSeed(scenes_seed, static_cast<uint64_t>(person));
    Random random(DeriveSeed(own_scenes, "web noise"));
    for (int64_t number = 0; number < all; ++number) {
      FaceShot shot;
      shot.person = person;
      shot.number = number;
      shot.curated = number < curated_per_person;
      shot.identity_seed = MixSeed(people_seed, static_cast<uint64_t>(person));
      shot.scene_seed = MixSeed(own_scenes, static_cast<uint64_t>(number));
      const uint64_t extra =
          static_cast<uint64_t>(std::max<int64_t>(0, number - curated_per_person));
      if (!shot.curated && extra < num_wrong) {
        shot.mislabelled = true;
        shot.identity_seed = MixSeed(strangers_seed, random.Bits());
      } else if (!shot.curated && extra < num_wrong + num_repeated) {
        const uint64_t original = random.Index(static_cast<uint64_t>(curated_per_person));
        shot.scene_seed = MixSeed(own_scenes, original);
        shot.duplicate_seed = random.Bits();
      }
      shots.push_back(shot);
    }
    Rank(random, &shots[shots.size() - static_cast<size_t>(all)], all);
  }
  return shots;
}

std::vector<FaceShot> VideoAlbum(uint64_t seed, int64_t people, int64_t videos_per_person,
                                 int64_t frames_per_video) {
  const uint64_t people_seed = DeriveSeed(seed, "people");
  const uint64_t scenes_seed = DeriveSeed(seed, "scenes");
  std::vector<FaceShot> shots;
  for (int64_t person = 0; person < people; ++person) {
    const uint64_t own_scenes = MixSeed(scenes_seed, static_cast<uint64_t>(person));
    for (int64_t video = 0; video < videos_per_person; ++video) {
      for (int64_t frame = 0; frame < frames_per_video; ++frame) {
        FaceShot shot;
        shot.identity_seed = MixSeed(people_seed, static_cast<uint64_t>(person));
        shot.scene_seed = MixSeed(own_scenes, static_cast<uint64_t>(video));
        shot.person = person;
        shot.number = video;
        shot.frame = frame;
        shot.num_frames = frames_per_video;
        shots.push_back(shot);
      }
    }
  }
  return shots;
}

int64_t FoldOfPerson(int64_t person, int64_t people, int64_t num_folds) {
  return person * num_folds / people;
}

absl::StatusOr<std::vector<Pair>> DrawFoldPairs(uint64_t seed, int64_t people, int64_t per_person,
                                                int64_t num_folds, int64_t pairs) {
  Random random(seed);
  std::vector<Pair> out;
  for (int64_t fold = 0, begin = 0; fold < num_folds; ++fold) {
    int64_t end = begin;
    while (end < people && FoldOfPerson(end, people, num_folds) == fold) ++end;
    std::vector<Pair> genuine, impostor;
    for (int64_t a = begin * per_person; a < end * per_person; ++a) {
      for (int64_t b = a + 1; b < end * per_person; ++b) {
        const bool same = a / per_person == b / per_person;
        (same ? genuine : impostor).push_back({a, b, same, fold});
      }
    }
    if (static_cast<int64_t>(std::min(genuine.size(), impostor.size())) < pairs) {
      return absl::InvalidArgumentError(absl::StrCat(
          "pairs = ", pairs, ": fold ", fold, " of ", end - begin, " people with ", per_person,
          " images or videos each has ", genuine.size(), " genuine and ", impostor.size(),
          " impostor pairs; raise `people` or `images`, or lower `pairs`"));
    }
    for (auto* kind : {&genuine, &impostor}) {
      random.Shuffle(*kind);
      out.insert(out.end(), kind->begin(), kind->begin() + pairs);
    }
    begin = end;
  }
  return out;
}

FaceScene SceneOf(const FaceShot& shot, const SceneStyle& style) {
  if (shot.num_frames == 0) return DrawScene(shot.scene_seed, style);
  return DriftScene(shot.scene_seed, static_cast<int>(shot.frame),
                    static_cast<int>(shot.num_frames), style);
}

FaceTruth LocateShot(const FaceShot& shot, const SceneStyle& style, int image_size_px) {
  const FaceTruth truth =
      LocateFace(DrawIdentity(shot.identity_seed), SceneOf(shot, style), image_size_px);
  if (!shot.duplicate_seed) return truth;
  return ApplyDuplicate(PlanOf(shot, image_size_px, truth.box), truth);
}

Image RenderShot(const FaceShot& shot, const SceneStyle& style, int image_size_px) {
  RenderedFace face =
      RenderFace(DrawIdentity(shot.identity_seed), SceneOf(shot, style), image_size_px);
  if (!shot.duplicate_seed) return std::move(face.image);
  return ApplyDuplicate(PlanOf(shot, image_size_px, face.truth.box), face.image);
}

}  // namespace facet
