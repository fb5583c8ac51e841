// The other side of benchmarks/peers/packing.py: what facet's stages detect, align and pack do, as
// a loop over OpenCV's calls, each photograph decoded once and nothing asked of it twice. It answers
// turns (turns.h).
//
//   packing loop FOLDER images|opencv   threads: one an image, or those inside OpenCV's functions
//   packing render FOLDER COUNT SIDE    photographs of rendered faces, as JPEG files of 95 %
//
// FOLDER/<person>/<file> are the photographs. For each: cv::imread; the frontal cascade and, where
// that finds nothing, the profile cascade on the image and on its mirror image, as `haar` asks for
// them; of the faces the one nearest to the centre; its box 1.1 times as large by cv::warpAffine at
// 256 px; cv::imencode as a JPEG of 95 %. All crops go into one file. Where a crop is smaller than
// its face, facet's crop averages more than the two by two pixels of cv::warpAffine.
#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <opencv2/objdetect.hpp>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "benchmarks/process_memory.h"
#include "benchmarks/turns.h"
#include "core/base/parallel_work.h"
#include "plugins/opencv/opencv.h"
#include "plugins/rendered_faces/album.h"

namespace facet::bench {
namespace {

namespace fs = std::filesystem;

constexpr char kCascades[] = "/usr/share/opencv4/haarcascades/haarcascade_";
constexpr int kCropPx = 256;
constexpr double kProfileScale = 0.8, kCentralSide = 0.454, kExtend = 1.1;

struct Found {
  cv::Rect2d box;  // in the coordinates of pixel centres
  double score = 0.0;
};

// Of overlapping faces the better one.
void Add(const std::vector<Found>& faces, std::vector<Found>* kept) {
  for (const Found& face : faces) {
    const bool covered = std::any_of(kept->begin(), kept->end(), [&](const Found& other) {
      const double both = (face.box & other.box).area();
      return both > 0.3 * (face.box.area() + other.box.area() - both);
    });
    if (!covered) kept->push_back(face);
  }
}

void SortByScore(std::vector<Found>* faces) {
  std::stable_sort(faces->begin(), faces->end(),
                   [](const Found& a, const Found& b) { return a.score > b.score; });
}

std::vector<Found> Search(cv::CascadeClassifier& cascade, const cv::Mat& grey, double scale) {
  std::vector<cv::Rect> boxes;
  std::vector<int> levels;
  std::vector<double> weights;
  const int side = static_cast<int>(std::lround(0.15 * std::min(grey.cols, grey.rows)));
  cascade.detectMultiScale(grey, boxes, levels, weights, 1.1, 3, 0, {side, side}, {}, true);
  std::vector<Found> all, kept;
  for (size_t i = 0; i < boxes.size(); ++i) {
    const cv::Rect& box = boxes[i];
    const double grown = (scale - 1) * box.width / 2;
    all.push_back({cv::Rect2d(box.x - 0.5 - grown, box.y - 0.5 - grown, box.width * scale,
                              box.height * scale),
                   weights[i]});
  }
  SortByScore(&all);
  Add(all, &kept);
  return kept;
}

// One for each thread.
class Cascades {
 public:
  Cascades()
      : frontal_(absl::StrCat(kCascades, "frontalface_alt2.xml")),
        profile_(absl::StrCat(kCascades, "profileface.xml")) {}

  std::vector<Found> Detect(const cv::Mat& image) {
    cv::Mat grey, mirrored;
    cv::cvtColor(image, grey, cv::COLOR_BGR2GRAY);
    std::vector<Found> faces = Search(frontal_, grey, 1.0);
    if (!faces.empty()) return faces;
    std::vector<Found> turned = Search(profile_, grey, kProfileScale);
    cv::flip(grey, mirrored, 1);
    for (Found face : Search(profile_, mirrored, kProfileScale)) {
      face.box.x = grey.cols - 1 - face.box.x - face.box.width;
      turned.push_back(face);
    }
    SortByScore(&turned);
    Add(turned, &faces);
    return faces;
  }

 private:
  cv::CascadeClassifier frontal_, profile_;
};

struct Packed {
  bool found = false;
  cv::Rect2d box;
  std::vector<uint8_t> jpeg;
};

cv::Rect2d Central(const cv::Mat& image) {
  const double side = kCentralSide * std::min(image.cols, image.rows);
  return {(image.cols - 1 - side) / 2, (image.rows - 1 - side) / 2, side, side};
}

Packed Pack(const std::string& path, Cascades& cascades) {
  const cv::Mat image = cv::imread(path);
  const std::vector<Found> faces = cascades.Detect(image);
  Packed packed;
  packed.found = !faces.empty();
  packed.box = Central(image);
  double nearest = HUGE_VAL;
  for (const Found& face : faces) {
    const cv::Point2d centre = (face.box.tl() + face.box.br()) / 2;
    const double far =
        std::hypot(centre.x - (image.cols - 1) / 2.0, centre.y - (image.rows - 1) / 2.0);
    if (far < nearest) packed.box = face.box;
    nearest = std::min(nearest, far);
  }
  const double scale = kExtend * packed.box.width / kCropPx;
  const cv::Point2d corner =
      packed.box.tl() - (kExtend - 1) / 2 * cv::Point2d(packed.box.width, packed.box.height);
  const cv::Matx23d image_from_crop(scale, 0, corner.x + scale / 2, 0, scale, corner.y + scale / 2);
  cv::Mat crop;
  cv::warpAffine(image, crop, image_from_crop, {kCropPx, kCropPx},
                 cv::INTER_LINEAR | cv::WARP_INVERSE_MAP, cv::BORDER_REPLICATE);
  cv::imencode(".jpg", crop, packed.jpeg, {cv::IMWRITE_JPEG_QUALITY, 95});
  return packed;
}

Findings PackAll(const std::vector<std::string>& paths, std::vector<Cascades>& cascades,
                 const std::string& output) {
  std::vector<Packed> all(paths.size());
  std::atomic<size_t> next{0};
  const auto work = [&](Cascades& own) {
    for (size_t i; (i = next++) < paths.size();) all[i] = Pack(paths[i], own);
  };
  std::vector<std::thread> threads;
  for (size_t i = 1; i < cascades.size(); ++i) threads.emplace_back(work, std::ref(cascades[i]));
  work(cascades[0]);
  for (std::thread& thread : threads) thread.join();
  std::ofstream file(output, std::ios::binary);
  double found = 0, sides = 0, corners = 0;
  for (const Packed& packed : all) {
    file.write(reinterpret_cast<const char*>(packed.jpeg.data()),
               static_cast<std::streamsize>(packed.jpeg.size()));
    found += packed.found;
    sides += packed.box.width;
    corners += packed.box.x + packed.box.y;
  }
  return {{"faces", found}, {"sides", sides}, {"corners", corners}};
}

std::vector<std::string> Photographs(const std::string& folder) {
  std::vector<std::string> paths;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

int Loop(const std::string& folder, bool of_images) {
  const double idle_mib = MemoryMib("VmRSS");
  const std::vector<std::string> paths = Photographs(folder);
  const unsigned threads = std::max(1U, std::thread::hardware_concurrency());
  if (of_images) cv::setNumThreads(1);
  std::vector<Cascades> cascades(of_images ? threads : 1);
  const std::string output = folder + ".crops";
  return TakeTurns(idle_mib, [&] { return PackAll(paths, cascades, output); });
}

int RenderPhotographs(const std::string& folder, int64_t count, int side_px) {
  constexpr int64_t kEach = 10;
  const std::vector<FaceShot> shots = StillAlbum(1, (count + kEach - 1) / kEach, kEach, {});
  const absl::Status status = ParallelWork(
      count, static_cast<int>(std::thread::hardware_concurrency()), [&](int64_t i) -> absl::Status {
        const std::string person = absl::StrFormat("%s/person_%04d", folder, i / kEach);
        fs::create_directories(person);
        const std::string path = absl::StrFormat("%s/%02d.jpg", person, i % kEach);
        const Image image = RenderShot(shots[static_cast<size_t>(i)], SceneStyle(), side_px);
        if (cv::imwrite(path, View(image), {cv::IMWRITE_JPEG_QUALITY, 95})) return absl::OkStatus();
        return absl::UnavailableError("cannot write " + path);
      });
  if (!status.ok()) std::fprintf(stderr, "%s\n", std::string(status.message()).c_str());
  return status.ok() ? 0 : 1;
}

}  // namespace
}  // namespace facet::bench

int main(int argc, char** argv) {
  const std::string verb = argc > 1 ? argv[1] : "", last = argc > 3 ? argv[argc - 1] : "";
  int64_t count = 0;
  int side_px = 0;
  if (verb == "loop" && argc == 4 && (last == "images" || last == "opencv")) {
    return facet::bench::Loop(argv[2], last == "images");
  }
  if (verb == "render" && argc == 5 && absl::SimpleAtoi(argv[3], &count) &&
      absl::SimpleAtoi(last, &side_px)) {
    return facet::bench::RenderPhotographs(argv[2], count, side_px);
  }
  std::fprintf(stderr, "usage: packing loop FOLDER images|opencv | render FOLDER COUNT SIDE\n");
  return 2;
}
