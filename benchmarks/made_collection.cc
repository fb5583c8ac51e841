#include "benchmarks/made_collection.h"

#include <algorithm>
#include <filesystem>
#include <map>

#include "absl/strings/str_cat.h"
#include "core/api/aligner.h"
#include "core/base/file.h"
#include "core/base/hash.h"
#include "core/base/random.h"
#include "core/image/image_io.h"
#include "plugins/curators/stage/summary.h"
#include "plugins/manifest/manifest.h"
#include "plugins/rendered_faces/album.h"

namespace facet::bench {
namespace {

constexpr int64_t kImagesEach = 20, kMinPeople = 4, kMinImages = 8;
constexpr int kSidePx = 160, kFacePx = 112, kJpegQuality = 92;
// From the renderer's box to the canonical one, as the data set `synthetic` has it, and around that
// as the aligner `none`.
constexpr BoxConvention kCanonical = {1.05, 0.0, -0.16, true};
constexpr double kFaceExtend = 1.1;

std::vector<FaceShot> Album(int64_t num_images) {
  const int64_t people = std::max(kMinPeople, num_images / kImagesEach);
  const int64_t each = (num_images + people - 1) / people;
  const int64_t noisy = each / 10;  // of each sort
  WebNoise noise;
  noise.extra_per_person = 2 * noisy;
  noise.label_noise = noise.near_duplicates =
      static_cast<double>(noisy) / static_cast<double>(each);
  std::vector<FaceShot> shots = StillAlbum(1, people, each - 2 * noisy, noise);
  shots.resize(static_cast<size_t>(num_images));
  return shots;
}

absl::StatusOr<int64_t> AddShot(const FaceShot& shot, const Image& image,
                                const std::string& image_folder,
                                std::map<int64_t, int64_t>* identities, Manifest* manifest) {
  const std::string name = absl::StrCat("Person_", shot.person);
  if (identities->count(shot.person) == 0) {
    ManifestIdentity identity;
    identity.name = name;
    identity.rank = shot.person;
    FACET_ASSIGN_OR_RETURN((*identities)[shot.person], manifest->AddIdentity(identity));
    std::filesystem::create_directories(absl::StrCat(image_folder, "/", name));
  }
  FACET_ASSIGN_OR_RETURN(const std::string bytes, EncodeJpeg(image, kJpegQuality));
  ManifestImage row;
  row.identity = (*identities)[shot.person];
  row.source = "made";
  row.query = name;
  row.rank = shot.rank;
  row.path = absl::StrCat(name, "/", shot.number, ".jpg");
  row.width_px = image.width;
  row.height_px = image.height;
  row.num_bytes = static_cast<int64_t>(bytes.size());
  row.bytes_sha256 = Sha256Hex(bytes);
  FACET_RETURN_IF_ERROR(WriteFileAtomically(absl::StrCat(image_folder, "/", row.path), bytes));
  return manifest->AddImage(row);
}

// Flags what is not a first photograph of its person; `ids` of the shots' images.
absl::Status TellTruth(const std::vector<FaceShot>& shots, const std::vector<int64_t>& ids,
                       Manifest* manifest) {
  FACET_ASSIGN_OR_RETURN(const int64_t run, manifest->StartRun(kTruthStage, "{}"));
  std::map<std::pair<uint64_t, uint64_t>, int64_t> originals;
  for (size_t i = 0; i < shots.size(); ++i) {
    if (!shots[i].duplicate_seed) {
      originals[{shots[i].identity_seed, shots[i].scene_seed}] = ids[i];
    }
  }
  for (size_t i = 0; i < shots.size(); ++i) {
    const FaceShot& shot = shots[i];
    ManifestMark mark;
    mark.image = ids[i];
    mark.removes = false;
    if (shot.mislabelled) {
      mark.reason = kTruthWrongPerson;
    } else if (const auto original = originals.find({shot.identity_seed, shot.scene_seed});
               shot.duplicate_seed && original != originals.end()) {
      mark.reason = kTruthNearDuplicate;
      mark.other = original->second;
    } else {
      continue;
    }
    FACET_RETURN_IF_ERROR(manifest->Mark(run, mark));
  }
  return manifest->FinishRun(run, "{}");
}

}  // namespace

absl::StatusOr<std::unique_ptr<const MadeCollection>> MadeCollection::Make(int64_t num_images) {
  FACET_ASSIGN_OR_RETURN(std::unique_ptr<ScratchFolder> folder, ScratchFolder::Create());
  std::unique_ptr<MadeCollection> made(new MadeCollection(std::move(folder)));
  FACET_ASSIGN_OR_RETURN(const auto working,
                         Manifest::Create(made->folder_->path() + "/working.sqlite"));
  FACET_RETURN_IF_ERROR(working->InTransaction(
      [&] { return made->AddImages(std::max(kMinImages, num_images), working.get()); }));
  FACET_RETURN_IF_ERROR(working->Freeze(made->manifest()));
  return std::unique_ptr<const MadeCollection>(std::move(made));
}

absl::Status MadeCollection::AddImages(int64_t num_images, Manifest* manifest) {
  const std::vector<FaceShot> shots = Album(num_images);
  Random random(1);
  std::map<int64_t, int64_t> identities;
  std::vector<int64_t> ids;
  for (const FaceShot& shot : shots) {
    const Image image = RenderShot(shot, SceneStyle(), kSidePx);
    FACET_ASSIGN_OR_RETURN(const int64_t id,
                           AddShot(shot, image, image_folder(), &identities, manifest));
    const Box box = LocateShot(shot, SceneStyle(), kSidePx).box;
    const Alignment crop = CropOfBox(ApplyConvention(kCanonical, box), kFaceExtend);
    faces_.Add(id, RenderCrop(image, crop.crop_from_image.m, crop.aspect, kFacePx));
    scores_.push_back({id, -random.Uniform() - (shot.mislabelled ? 3.0 : 0.0)});
    ids.push_back(id);
  }
  FACET_RETURN_IF_ERROR(TellTruth(shots, ids, manifest));
  FACET_ASSIGN_OR_RETURN(const int64_t run, manifest->StartRun("made", "{}"));
  FACET_RETURN_IF_ERROR(manifest->FinishRun(run, "{}"));
  return manifest->DefineSnapshot("made", {run});
}

}  // namespace facet::bench
