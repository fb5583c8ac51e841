// Which photographs a synthetic data set consists of: who is on each, in which scene, under whose
// name. Everything follows from the seed; a photograph can be rendered without the others.
#ifndef FACET_PLUGINS_RENDERED_FACES_ALBUM_H_
#define FACET_PLUGINS_RENDERED_FACES_ALBUM_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "core/api/dataset.h"
#include "plugins/rendered_faces/duplicates.h"
#include "plugins/rendered_faces/renderer.h"

namespace facet {

struct FaceShot {
  uint64_t identity_seed = 0, scene_seed = 0;
  std::optional<uint64_t> duplicate_seed;  // a near-duplicate of that photograph
  int64_t frame = 0, num_frames = 0;       // of a video, where num_frames > 0
  int64_t person = 0;                      // the name it goes by
  int64_t number = 0;                      // among that name's photographs, or of the video
  int64_t rank = -1;                       // in the search engine's list; stills only
  bool mislabelled = false;                // shows somebody else
  bool curated = true;
};

// How the noisy remainder of a web collection is made: of all photographs of a name, `label_noise`
// show somebody else and `near_duplicates` repeat another one; both are shares in [0, 1].
struct WebNoise {
  int64_t extra_per_person = 0;  // photographs beyond the curated ones
  double label_noise = 0, near_duplicates = 0;
};

// `curated_per_person` clean photographs of each person, then the extra ones; ordered by person and
// number. Wrong ones tend to rank low. The clean ones are the same for every WebNoise. (label_noise
// + near_duplicates) times all photographs must not exceed the extra ones.
std::vector<FaceShot> StillAlbum(uint64_t seed, int64_t people, int64_t curated_per_person,
                                 const WebNoise& noise);

std::vector<FaceShot> VideoAlbum(uint64_t seed, int64_t people, int64_t videos_per_person,
                                 int64_t frames_per_video);

// Pairs of templates for cross-validation over people: `per_person` templates each, in order,
// people in `num_folds` folds (FoldOfPerson), `pairs` genuine and as many impostor pairs in each
// fold, drawn without repetition. InvalidArgument if a fold has too few.
int64_t FoldOfPerson(int64_t person, int64_t people, int64_t num_folds);
absl::StatusOr<std::vector<Pair>> DrawFoldPairs(uint64_t seed, int64_t people, int64_t per_person,
                                                int64_t num_folds, int64_t pairs);

FaceScene SceneOf(const FaceShot& shot, const SceneStyle& style);
FaceTruth LocateShot(const FaceShot& shot, const SceneStyle& style, int image_size_px);
Image RenderShot(const FaceShot& shot, const SceneStyle& style, int image_size_px);

}  // namespace facet

#endif  // FACET_PLUGINS_RENDERED_FACES_ALBUM_H_
