// Time and memory of the stages that rank the images of each name (plugins/curators/purity/stage.h)
// and that remove duplicates (duplicate_stage.h), from the number of images: how both grow, and
// where they lead.
//
//   bazel build //benchmarks:curation_scale
//   bazel-bin/benchmarks/curation_scale images=10000 [stage=purify|deduplicate] [threads=1]
//       [form=reduced|full] [per_identity=200] [photographs=4] [local_descriptors=0]
//       [folder=/tmp/curation_scale]
//
// Images are made while they are read: some photographs of each rendered person, turned, shifted,
// scaled and made darker or lighter at random, 96 px a side, a fifth of them of somebody else. That
// costs 0.1 ms each. For duplicates take photographs=40: five images of each, which are copies or
// not as the check finds. A line for each part of the stage:
//   seconds      wall clock
//   ms/image     the same by the number of images
//   peak MB      largest resident memory during the part (VmHWM, set back at its beginning), pages
//                of the memory-mapped file among them
// and at the end the size of the working folder and what was kept. Quote figures with
// the processor, and of an idle machine. Descriptors and ranking grow with the images (the ranking
// with the identities, too); vocabulary and components do not.
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <opencv2/imgproc.hpp>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/hash.h"
#include "core/base/random.h"
#include "plugins/curators/duplicates/stage.h"
#include "plugins/curators/purity/stage.h"
#include "plugins/curators/stage/run.h"
#include "plugins/curators/stage/summary.h"
#include "plugins/manifest/manifest.h"
#include "plugins/opencv/opencv.h"
#include "plugins/rendered_faces/album.h"

namespace facet {
namespace {

constexpr int kSide = 96;
constexpr double kWrong = 0.2;

void Require(const absl::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "curation_scale: %s\n", std::string(status.message()).c_str());
  std::exit(1);
}

template <class T>
T Require(absl::StatusOr<T> made) {
  Require(made.status());
  return std::move(made).value();
}

int64_t PeakMegabytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind("VmHWM:", 0) == 0) return std::atoll(line.c_str() + 6) / 1024;
  }
  return -1;
}

void ResetPeak() { std::ofstream("/proc/self/clear_refs") << "5"; }

// The face, as a detector frames it.
cv::Mat Photograph(uint64_t person, uint64_t number) {
  FaceShot shot;
  shot.identity_seed = person + 1;
  shot.scene_seed = 1000 * person + number;
  const Image image = RenderShot(shot, SceneStyle(), 160);
  const Box box = LocateShot(shot, SceneStyle(), 160).box;
  const double scale = kSide / (1.2 * std::max(box.width, box.height));
  const cv::Matx23d warp(scale, 0, kSide / 2.0 - scale * (box.x + box.width / 2), 0, scale,
                         kSide / 2.0 - scale * (box.y + box.height / 2));
  cv::Mat face;
  cv::warpAffine(View(image), face, warp, {kSide, kSide}, cv::INTER_LINEAR, cv::BORDER_REPLICATE);
  return face;
}

class MadeFaces final : public CurationFaces {
 public:
  MadeFaces(int64_t count, int64_t per_identity, int64_t photographs)
      : count_(count), per_identity_(per_identity), photographs_each_(photographs) {
    const int64_t identities = (count + per_identity - 1) / per_identity;
    for (int64_t i = 0; i < identities * photographs; ++i) {
      photographs_.push_back(Photograph(static_cast<uint64_t>(i / photographs),
                                        static_cast<uint64_t>(i % photographs)));
    }
  }
  int64_t size() const override { return count_; }
  int64_t image(int64_t index) const override { return index + 1; }
  bool IsWrong(int64_t index) const { return DrawOf(index).first != index / per_identity_; }

  absl::StatusOr<Image> Get(int64_t index) const override {
    auto [person, random] = DrawOf(index);
    const cv::Mat& photograph =
        photographs_[static_cast<size_t>(person * photographs_each_) +
                     random.Index(static_cast<uint64_t>(photographs_each_))];
    cv::Matx23d warp = cv::getRotationMatrix2D({kSide / 2.0F, kSide / 2.0F}, 5 * random.Normal(),
                                               1.0 + 0.06 * random.Normal());
    warp(0, 2) += 2.5 * random.Normal();
    warp(1, 2) += 2.5 * random.Normal();
    cv::Mat face;
    cv::warpAffine(photograph, face, warp, {kSide, kSide}, cv::INTER_LINEAR, cv::BORDER_REPLICATE);
    face.convertTo(face, CV_8U, random.Uniform(0.7, 1.2), random.Uniform(-15.0, 25.0));
    Image image(kSide, kSide);
    std::copy(face.datastart, face.dataend, image.bgr.begin());
    return image;
  }

 private:
  // Who it shows, and the random numbers for the rest.
  std::pair<int64_t, Random> DrawOf(int64_t index) const {
    Random random(DeriveSeed(1, absl::StrCat(index)));
    const auto people = static_cast<int64_t>(photographs_.size()) / photographs_each_;
    const int64_t own = index / per_identity_;
    if (!random.Bernoulli(kWrong)) return {own, random};
    const auto other = static_cast<int64_t>(random.Index(static_cast<uint64_t>(people)));
    return {other, random};
  }
  int64_t count_, per_identity_, photographs_each_;
  std::vector<cv::Mat> photographs_;
};

// With the truth of who is on the images; which of them are copies nobody has told.
void WriteManifest(const MadeFaces& faces, int64_t per_identity, bool with_truth,
                   const std::string& folder) {
  const auto manifest = Require(Manifest::Create(folder + "/making.sqlite"));
  Require(manifest->InTransaction([&]() -> absl::Status {
    int64_t identity = 0;
    for (int64_t i = 0; i < faces.size(); ++i) {
      if (i % per_identity == 0) {
        ManifestIdentity row;
        row.name = absl::StrCat("person ", i / per_identity);
        identity = Require(manifest->AddIdentity(row));
      }
      ManifestImage image;
      image.identity = identity;
      image.rank = i % per_identity;
      image.path = absl::StrCat(i);  // no file: MadeFaces::Get(i)
      image.bytes_sha256 = Sha256Hex(image.path);
      image.num_bytes = 1;
      Require(manifest->AddImage(image).status());
    }
    return absl::OkStatus();
  }));
  if (with_truth) {
    const int64_t run = Require(manifest->StartRun(kTruthStage, "{}"));
    Require(manifest->InTransaction([&]() -> absl::Status {
      ManifestMark mark;
      mark.reason = kTruthWrongPerson;
      mark.removes = false;
      for (int64_t i = 0; i < faces.size(); ++i) {
        mark.image = faces.image(i);
        if (faces.IsWrong(i)) Require(manifest->Mark(run, mark));
      }
      return absl::OkStatus();
    }));
    Require(manifest->FinishRun(run, "{}"));
  }
  Require(manifest->Freeze(folder + "/manifest.sqlite"));
}

CurationResult RemoveDuplicates(const CurationContext& context) {
  const auto run = Require(CurationRun::Start(context, "deduplicate", "{}"));
  DuplicateStage stage(context, {}, run.get(), "scale");
  Require(stage.Run());
  CurationResult result = Require(run->Finish("deduplicate", stage.Statistics()));
  Require(stage.Describe(&result));
  return result;
}

class Parts {
 public:
  explicit Parts(int64_t images) : images_(images) {
    std::printf("%-16s %10s %10s %10s\n", "part", "seconds", "ms/image", "peak MB");
  }
  void Begin(const std::string& part) {
    if (part == part_) return;
    if (!part_.empty()) {
      const double seconds = std::chrono::duration<double>(Clock::now() - begin_).count();
      std::printf("%-16s %10.1f %10.3f %10lld\n", part_.c_str(), seconds,
                  1e3 * seconds / static_cast<double>(images_),
                  static_cast<long long>(PeakMegabytes()));
      std::fflush(stdout);
    }
    part_ = part;
    begin_ = Clock::now();
    ResetPeak();
  }

 private:
  using Clock = std::chrono::steady_clock;
  int64_t images_;
  std::string part_;
  Clock::time_point begin_;
};

int Main(std::map<std::string, std::string> arguments) {
  const auto number = [&](const char* name, int64_t otherwise) {
    return arguments.count(name) > 0 ? std::atoll(arguments[name].c_str()) : otherwise;
  };
  const int64_t images = number("images", 2000);
  const int64_t per_identity = number("per_identity", 200);
  std::string folder = arguments["folder"];
  if (folder.empty()) {
    folder =
        absl::StrCat(std::filesystem::temp_directory_path().string(), "/curation_scale_", getpid());
  }
  for (const char* part : {"/in", "/out", "/work"}) {
    std::filesystem::create_directories(folder + part);
  }
  PurityStageOptions options;
  if (!arguments["form"].empty()) options.form = arguments["form"];
  options.local_descriptors = number("local_descriptors", 0);

  const bool deduplicate = arguments["stage"] == "deduplicate";
  Parts parts(images);
  parts.Begin("(photographs)");
  const MadeFaces faces(images, per_identity, number("photographs", 4));
  parts.Begin("(manifest)");
  WriteManifest(faces, per_identity, /*with_truth=*/!deduplicate, folder + "/in");

  CurationContext context;
  context.manifest = folder + "/in/manifest.sqlite";
  context.output_folder = folder + "/out";
  context.work_folder = folder + "/work";
  context.threads = static_cast<int>(number("threads", 1));
  context.seed = 1;
  context.faces = &faces;
  context.read_image = [&](const std::string& path) { return faces.Get(std::atoll(path.c_str())); };
  context.progress = [&](int64_t done, int64_t total, const std::string&, const std::string& note) {
    parts.Begin(note == "ranking" && done == total ? "marks, report"
                : note.empty()                     ? "search"
                                                   : note);
    return true;
  };
  parts.Begin("images");
  const CurationResult result =
      deduplicate ? RemoveDuplicates(context) : Require(Purify(context, options));
  parts.Begin("end");
  uintmax_t bytes = 0;
  for (const auto& file : std::filesystem::directory_iterator(context.work_folder)) {
    bytes += file.file_size();
  }
  std::printf("work folder: %.1f MB\n", static_cast<double>(bytes) / 1e6);
  for (const Metric& metric : result.metrics) {
    std::printf("%s: %.2f %s\n", metric.name.c_str(), metric.value, metric.unit.c_str());
  }
  std::filesystem::remove_all(folder);
  return 0;
}

}  // namespace
}  // namespace facet

int main(int argc, char** argv) {
  std::map<std::string, std::string> arguments;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    const size_t equals = argument.find('=');
    if (equals == std::string::npos) {
      std::fprintf(stderr, "curation_scale: \"%s\" is not of the form name=value\n", argv[i]);
      return 1;
    }
    arguments[argument.substr(0, equals)] = argument.substr(equals + 1);
  }
  return facet::Main(std::move(arguments));
}
