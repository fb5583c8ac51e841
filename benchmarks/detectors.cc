// Detectors: images per second, and how many of the faces they find.
//
//   bazel build //benchmarks:detectors
//   [FACET_DATA=DIR] bazel-bin/benchmarks/detectors --benchmark_repetitions=5
//     --benchmark_report_aggregates_only [--benchmark_filter=haar]
//
// BM_Detect/<name>/<width>x<height>: synthetic photographs of that size, one face each. With
// FACET_DATA also BM_Detect/<name>/lfw:250x250, photographs of LFW, and the detectors whose model
// files lie in its folder `models`; without, those that need no file beyond Debian's packages.
//   Time               one image (wall clock)
//   items_per_second   images/s
//   found              share of the images in which a face overlaps the truth by more than 0.5
//                      (LFW: the middle 113.6 px, where it centres its faces)
// OpenCV uses all threads that it likes; `taskset` holds it to fewer. Quote figures of an idle
// machine with processor and repetitions.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/api/dataset.h"
#include "core/api/detector.h"
#include "core/base/json.h"
#include "core/image/image_io.h"
#include "core/plugin/library.h"

namespace facet {
namespace {

constexpr int kImages = 20;  // of a set; each is searched in turn

struct Photograph {
  Image image;
  Sample sample;  // its box is the truth
};
using Photographs = std::vector<Photograph>;

void Require(const absl::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "detectors: %s\n", std::string(status.message()).c_str());
  std::exit(1);
}

std::string PluginFolder() {
  // Bazel keeps a test's files apart from those of the program that it calls.
  const char* const of_test = std::getenv("TEST_SRCDIR");
  const std::string runfiles =
      of_test != nullptr ? of_test
                         : std::filesystem::read_symlink("/proc/self/exe").string() + ".runfiles";
  return runfiles + "/facet/plugins/";
}

template <class Interface>
absl::StatusOr<std::unique_ptr<Interface>> Create(const std::string& folder,
                                                  const std::string& name, const Json& options) {
  FACET_ASSIGN_OR_RETURN(std::unique_ptr<Component> made,
                         CreateComponent(absl::StrCat(PluginFolder(), folder, "/lib", name, ".so"),
                                         Interface::kKind, name, Dump(options)));
  return std::unique_ptr<Interface>(static_cast<Interface*>(made.release()));
}

const Photographs& Synthetic(int64_t size_px) {
  static std::map<int64_t, Photographs> made;
  Photographs& photographs = made[size_px];
  if (!photographs.empty()) return photographs;
  auto dataset = Create<Dataset>("datasets", "synthetic",
                                 {{"people", kImages}, {"images", 1}, {"image_size", size_px}});
  Require(dataset.status());
  absl::StatusOr<DatasetContents> contents = (*dataset)->Load();
  Require(contents.status());
  for (const Sample& sample : contents->samples) {
    absl::StatusOr<Image> image = (*dataset)->Render(sample.render);
    Require(image.status());
    photographs.push_back({*std::move(image), sample});
  }
  return photographs;
}

// The first image of every 100th folder.
const Photographs& Lfw(const std::string& data) {
  static Photographs photographs;
  if (!photographs.empty()) return photographs;
  std::vector<std::filesystem::path> people;
  for (const auto& entry : std::filesystem::directory_iterator(data + "/lfw/images")) {
    people.push_back(entry.path());
  }
  std::sort(people.begin(), people.end());
  for (size_t i = 0; i < people.size() && photographs.size() < kImages; i += 100) {
    std::filesystem::path first;
    for (const auto& entry : std::filesystem::directory_iterator(people[i])) {
      if (first.empty() || entry.path() < first) first = entry.path();
    }
    absl::StatusOr<Image> image = ReadImage(first);
    Require(image.status());
    Photograph photograph = {*std::move(image), {}};
    const double side = photograph.image.width / 2.2;
    photograph.sample.box = Box{(photograph.image.width - 1 - side) / 2,
                                (photograph.image.height - 1 - side) / 2, side, side};
    photographs.push_back(std::move(photograph));
  }
  return photographs;
}

struct Entry {
  std::string name;
  Json options;
};

// Those that need no file, and of the others those that can be made; the rest is named on stderr.
std::vector<Entry> Detectors(const std::string& data) {
  std::vector<Entry> entries = {{"central", Json::object()},
                                {"given", Json::object()},
                                {"haar", Json::object()},
                                {"hog", Json::object()},
                                {"lbp", Json::object()}};
  const std::string models = data + "/models/";
  if (!data.empty()) {
    entries.push_back({"mtcnn",
                       {{"p_net", models + "det1.caffemodel"},
                        {"p_layers", models + "det1.prototxt"},
                        {"r_net", models + "det2.caffemodel"},
                        {"r_layers", models + "det2.prototxt"},
                        {"o_net", models + "det3.caffemodel"},
                        {"o_layers", models + "det3.prototxt"}}});
    entries.push_back({"ssd",
                       {{"model", models + "opencv_face_detector_uint8.pb"},
                        {"config", models + "opencv_face_detector.pbtxt"}}});
    const std::string newer = models + "face_detection_yunet_2023mar.onnx";
    entries.push_back({"yunet",
                       {{"model", std::filesystem::exists(newer)
                                      ? newer
                                      : models + "face_detection_yunet_2022mar.onnx"}}});
    for (const char* file : {"dpm_frontal.xml", "dpm.xml"}) {
      if (!std::filesystem::exists(models + file)) continue;
      entries.push_back({"dpm", {{"models", Json::array({models + file})}}});
      break;
    }
  }
  std::vector<Entry> usable;
  for (Entry& entry : entries) {
    const absl::Status status = Create<Detector>("detectors", entry.name, entry.options).status();
    if (entry.options.empty()) Require(status);
    if (status.ok()) {
      usable.push_back(std::move(entry));
    } else {
      std::fprintf(stderr, "without %s: %s\n", entry.name.c_str(),
                   std::string(status.message()).c_str());
    }
  }
  return usable;
}

void Detect(benchmark::State& state, const Entry& entry, const Photographs& photographs) {
  auto detector = Create<Detector>("detectors", entry.name, entry.options);
  Require(detector.status());
  const BoxConvention convention = (*detector)->convention();
  size_t next = 0;
  int64_t num_images = 0, num_found = 0;
  for (auto iteration : state) {
    static_cast<void>(iteration);
    const Photograph& photograph = photographs[next];
    next = (next + 1) % photographs.size();
    const auto faces = (*detector)->Detect(photograph.image, photograph.sample);
    Require(faces.status());
    ++num_images;
    num_found += std::any_of(faces->begin(), faces->end(), [&](const Face& face) {
      return IntersectionOverUnion(ApplyConvention(convention, face.box), *photograph.sample.box) >
             0.5;
    });
  }
  state.SetItemsProcessed(num_images);
  state.counters["found"] = static_cast<double>(num_found) / static_cast<double>(num_images);
}

void Register() {
  const char* const folder = std::getenv("FACET_DATA");
  const std::string data = folder == nullptr ? "" : folder;
  const bool has_lfw = !data.empty() && std::filesystem::exists(data + "/lfw/images");
  for (const Entry& entry : Detectors(data)) {
    const auto add = [&](const std::string& set, const std::function<const Photographs&()>& get) {
      benchmark::RegisterBenchmark(
          absl::StrCat("BM_Detect/", entry.name, "/", set).c_str(),
          [entry, get](benchmark::State& state) { Detect(state, entry, get()); })
          ->UseRealTime()
          ->Unit(benchmark::kMillisecond);
    };
    for (const int64_t size_px : {160, 320, 640}) {
      add(absl::StrCat(size_px, "x", size_px),
          [size_px]() -> const Photographs& { return Synthetic(size_px); });
    }
    if (has_lfw) add("lfw:250x250", [data]() -> const Photographs& { return Lfw(data); });
  }
}

}  // namespace
}  // namespace facet

int main(int argc, char** argv) {
  facet::Register();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
