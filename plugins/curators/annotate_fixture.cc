// annotate_fixture FOLDER PEOPLE IMAGES BLOCK [PORT]: the curator annotate on rendered faces, for
// people to look at and for the test that drives its page. Makes FOLDER on the first call: IMAGES
// photographs of each of PEOPLE persons, a tenth of them of somebody else, with scores as a network
// would give them. The page's address is on stderr; decisions go to FOLDER/decisions.jsonl; metrics
// are on stdout at the end.
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <opencv2/imgcodecs.hpp>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "core/base/json.h"
#include "core/base/parallel_work.h"
#include "core/base/random.h"
#include "plugins/curators/stage/curator_testing.h"
#include "plugins/curators/stage/summary.h"
#include "plugins/manifest/manifest.h"
#include "plugins/opencv/opencv.h"
#include "plugins/plugin_testing.h"
#include "plugins/rendered_faces/album.h"

namespace facet {
namespace {

constexpr uint64_t kSeed = 11;
constexpr int kSidePx = 160;

volatile std::sig_atomic_t stopped = 0;

std::string PathOf(const FaceShot& shot) {
  return absl::StrFormat("Person_%02d/%04d.jpg", shot.person, shot.number);
}

void RenderAll(const std::string& folder, const std::vector<FaceShot>& album) {
  constexpr int kThreads = 2;
  const auto render = [&](int64_t i) {
    const FaceShot& shot = album[static_cast<size_t>(i)];
    const Image image = RenderShot(shot, SceneStyle(), kSidePx);
    cv::imwrite(folder + "/" + PathOf(shot), View(image));
    return absl::OkStatus();
  };
  ParallelWork(static_cast<int64_t>(album.size()), kThreads, render).IgnoreError();  // never one
}

// Images in the manifest are the album's, from 1.
absl::Status MakeManifest(const std::string& path, const std::vector<FaceShot>& album) {
  FACET_ASSIGN_OR_RETURN(const auto manifest, Manifest::Create(path + ".working"));
  FACET_ASSIGN_OR_RETURN(const int64_t truth, manifest->StartRun(kTruthStage, "{}"));
  const auto add_all = [&]() -> absl::Status {
    int64_t identity = 0;
    for (const FaceShot& shot : album) {
      if (shot.number == 0) {
        ManifestIdentity person;
        person.name = absl::StrFormat("Person_%02d", shot.person);
        FACET_ASSIGN_OR_RETURN(identity, manifest->AddIdentity(person));
      }
      ManifestImage image;
      image.identity = identity;
      image.path = PathOf(shot);
      FACET_ASSIGN_OR_RETURN(const int64_t id, manifest->AddImage(image));
      if (!shot.mislabelled) continue;
      ManifestMark mark;
      mark.image = id;
      mark.reason = kTruthWrongPerson;
      mark.removes = false;
      FACET_RETURN_IF_ERROR(manifest->Mark(truth, mark));
    }
    return absl::OkStatus();
  };
  FACET_RETURN_IF_ERROR(manifest->InTransaction(add_all));
  FACET_RETURN_IF_ERROR(manifest->FinishRun(truth, "{}"));
  return manifest->Freeze(path);
}

absl::Status Run(const std::string& folder, int64_t people, int64_t images, int64_t block,
                 int64_t port) {
  CuratorSurroundings surroundings(folder);
  CurationContext& context = surroundings.context;
  WebNoise noise;
  noise.extra_per_person = images / 5;
  noise.label_noise = 0.1;
  const auto album = StillAlbum(kSeed, people, images - noise.extra_per_person, noise);
  if (!std::filesystem::exists(context.manifest)) {
    for (const FaceShot& shot : album) {
      std::filesystem::create_directories(
          std::filesystem::path(context.image_folder + "/" + PathOf(shot)).parent_path());
    }
    RenderAll(context.image_folder, album);
    FACET_RETURN_IF_ERROR(MakeManifest(context.manifest, album));
  }
  Random random(kSeed);
  for (size_t i = 0; i < album.size(); ++i) {
    const double surprise = std::abs(random.Normal());
    context.scores.push_back(
        {static_cast<int64_t>(i) + 1, album[i].mislabelled ? -2 - 3 * surprise : -0.8 * surprise});
  }
  context.progress = [](int64_t, int64_t, const std::string&, const std::string&) {
    return stopped == 0;
  };
  std::filesystem::remove(surroundings.output());
  const Json options = {{"annotator", "web"},
                        {"block_size", block},
                        {"decisions", folder + "/decisions.jsonl"},
                        {"port", port}};
  FACET_ASSIGN_OR_RETURN(const auto curator, MakeComponent<Curator>(Dump(options)));
  FACET_ASSIGN_OR_RETURN(const CurationResult result, curator->Curate(context));
  Json metrics;
  for (const Metric& metric : result.metrics) metrics[metric.name] = metric.value;
  std::printf("%s\n", Dump(metrics).c_str());
  return absl::OkStatus();
}

}  // namespace
}  // namespace facet

int main(int argc, char** argv) {
  if (argc != 5 && argc != 6) {
    std::fprintf(stderr, "usage: annotate_fixture FOLDER PEOPLE IMAGES BLOCK [PORT]\n");
    return 2;
  }
  const auto stop = [](int) { facet::stopped = 1; };
  std::signal(SIGINT, stop);
  std::signal(SIGTERM, stop);
  const absl::Status status = facet::Run(argv[1], std::atoll(argv[2]), std::atoll(argv[3]),
                                         std::atoll(argv[4]), argc == 6 ? std::atoll(argv[5]) : 0);
  if (!status.ok()) std::fprintf(stderr, "%s\n", status.ToString().c_str());
  return status.ok() ? 0 : 1;
}
