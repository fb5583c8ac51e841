// Do detectors frame faces alike? Derives the convention of each detector's boxes from faces with
// landmarks, and measures what differs between any two on other faces.
//
//   bazel run //benchmarks:detector_framing -- --data=$FACET_DATA [--faces=100] [--seed=1]
//     [--boxes=FILE] [--check=TOLERANCE] [--write]
//
// --data holds lfw/images, celeba, landmarks68 and models as experiments/DATA.md has them, and may
// hold vggface (lists and images of the release). `--faces` of each are drawn to derive from, and
// as many others to measure. What the detectors find is kept in --boxes, and not searched for again
// where it is there: delete it after a change to a detector.
//
// The canonical box of a face (core/api/detector.h) by five points: its side is k times the root of
// e^2 + m^2, e the distance of the eyes' centres and m that from between these to between the
// mouth's corners; its centre lies on the latter line, t of its length below the eyes, and u sides
// to the right of that. The points are the data's (landmarks68), else those of YuNet. k, t and u
// are the medians against the boxes of `haar`, which so has the convention that changes nothing;
// those of the others are medians against these canonical boxes (box_agreement.h).
//
// On stdout: the conventions and the tables that plugins/detectors/README.md shows. --write puts
// them there, into plugins/detectors/canonical_boxes.h, which the detectors include, and into
// plugins/aligners/patches/box_spread.h. --check: exit code 1 if a convention of the plugins
// differs from what was derived by more than TOLERANCE (of the logarithm of the scale, and of the
// shifts), or if the canonical boxes of a pair of detectors differ in the mean by more than 3 times
// that.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "benchmarks/box_agreement.h"
#include "benchmarks/components.h"
#include "benchmarks/framing_tables.h"
#include "core/api/dataset.h"
#include "core/api/detector.h"
#include "core/base/random.h"
#include "core/base/status.h"
#include "core/image/image_io.h"

namespace facet::bench {
namespace {

namespace fs = std::filesystem;

struct Arguments {
  std::string data, boxes;
  size_t faces = 100;
  uint64_t seed = 1;
  double check = 0.0;  // 0: no check
  bool write = false;
};

struct Photo {
  std::string set, path;
  Sample sample;
};

// What each detector found, its own boxes; "given": what came with the data.
using Detections = std::map<std::string, std::vector<Face>>;

struct DetectorUse {
  std::string name;
  Json options;
  std::string only;  // the one set of photographs that it is for; empty: all
};

std::vector<DetectorUse> Detectors(const std::string& data) {
  const auto file = [&data](const std::string& name) { return data + "/models/" + name; };
  Json mtcnn = Json::object();
  for (const auto& [net, number] : {std::pair("p", 1), std::pair("r", 2), std::pair("o", 3)}) {
    mtcnn[absl::StrCat(net, "_net")] = file(absl::StrCat("det", number, ".caffemodel"));
    mtcnn[absl::StrCat(net, "_layers")] = file(absl::StrCat("det", number, ".prototxt"));
  }
  return {{"haar", Json::object(), ""},
          {"lbp", Json::object(), ""},
          {"hog", Json::object(), ""},
          {"yunet", {{"model", file("face_detection_yunet_2022mar.onnx")}}, ""},
          {"ssd",
           {{"model", file("opencv_face_detector_uint8.pb")},
            {"config", file("opencv_face_detector.pbtxt")}},
           ""},
          {"mtcnn", mtcnn, ""},
          {"central", Json::object(), "lfw"}};
}

class Photos {
 public:
  Photos(const Request& request, const Arguments& arguments)
      : request_(request), arguments_(arguments) {}

  // Twice --faces of each set, or all that there are, in an order drawn by the seed.
  absl::StatusOr<std::vector<Photo>> Draw() {
    FACET_RETURN_IF_ERROR(AddFolder("lfw", "lfw/images"));
    FACET_RETURN_IF_ERROR(AddFolder("celeba", "celeba"));
    FACET_RETURN_IF_ERROR(AddDataset("landmarks68", "landmarks_300w", "landmarks68"));
    if (fs::exists(arguments_.data + "/vggface")) {
      FACET_RETURN_IF_ERROR(AddDataset("vggface", "vggface", "vggface"));
    }
    return std::move(photos_);
  }

 private:
  absl::Status AddFolder(const std::string& set, const std::string& folder) {
    const std::string root = absl::StrCat(arguments_.data, "/", folder);
    std::vector<std::string> paths;
    std::error_code error;
    for (fs::recursive_directory_iterator entry(root, error), end; !error && entry != end;
         entry.increment(error)) {
      if (entry->path().extension() == ".jpg") paths.push_back(entry->path());
    }
    if (error) return absl::NotFoundError(absl::StrCat(root, ": ", error.message()));
    std::sort(paths.begin(), paths.end());
    std::vector<Photo> photos;
    for (std::string& path : paths) photos.push_back({set, std::move(path), {}});
    Keep(std::move(photos));
    return absl::OkStatus();
  }

  absl::Status AddDataset(const std::string& set, const std::string& name,
                          const std::string& folder) {
    const std::string root = absl::StrCat(arguments_.data, "/", folder);
    FACET_ASSIGN_OR_RETURN(const std::unique_ptr<Component> made,
                           MakeOther(request_, Dataset::kKind, name, {{"root", root}}));
    auto& dataset = static_cast<Dataset&>(*made);
    FACET_ASSIGN_OR_RETURN(DatasetContents contents, dataset.Load());
    std::vector<Photo> photos;
    for (Sample& sample : contents.samples) {
      const std::string path = absl::StrCat(dataset.root(), "/", sample.path);
      photos.push_back({set, path, std::move(sample)});
    }
    Keep(std::move(photos));
    return absl::OkStatus();
  }

  void Keep(std::vector<Photo> photos) {
    Random random(arguments_.seed);
    random.Shuffle(photos);
    photos.resize(std::min(photos.size(), 2 * arguments_.faces));
    photos_.insert(photos_.end(), photos.begin(), photos.end());
  }

  const Request& request_;
  const Arguments& arguments_;
  std::vector<Photo> photos_;
};

// A line of --boxes: [path, detector, [[x, y, width, height, points ...] ...]].
class KeptBoxes {
 public:
  absl::Status Open(const std::string& path) {
    if (path.empty()) return absl::OkStatus();
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
      FACET_ASSIGN_OR_RETURN(const Json json, ParseJson(line, path));
      std::vector<Face>& faces = kept_[{json[0], json[1]}];
      for (const Json& each : json[2]) {
        Face face;
        face.box = {each[0], each[1], each[2], each[3]};
        for (size_t i = 4; i + 1 < each.size(); i += 2) {
          face.landmarks.scheme = LandmarkScheme::kPoints5;
          face.landmarks.points.push_back({each[i], each[i + 1]});
        }
        faces.push_back(std::move(face));
      }
    }
    out_.open(path, std::ios::app);
    if (out_.good()) return absl::OkStatus();
    return absl::UnavailableError(absl::StrCat("cannot write ", path));
  }

  const std::vector<Face>* Find(const std::string& photo, const std::string& detector) const {
    const auto found = kept_.find({photo, detector});
    return found == kept_.end() ? nullptr : &found->second;
  }

  void Add(const std::string& photo, const std::string& detector, const std::vector<Face>& faces) {
    if (!out_.is_open()) return;
    Json lines = Json::array();
    for (const Face& face : faces) {
      Json line = {face.box.x, face.box.y, face.box.width, face.box.height};
      for (const Point& point : face.landmarks.points) {
        line.push_back(point.x);
        line.push_back(point.y);
      }
      lines.push_back(line);
    }
    out_ << Dump({photo, detector, lines}) << std::endl;
  }

 private:
  std::map<std::pair<std::string, std::string>, std::vector<Face>> kept_;
  std::ofstream out_;
};

class Searched {
 public:
  Searched(const Request& request, const Arguments& arguments)
      : uses_(Detectors(arguments.data)), request_(request), arguments_(arguments) {}

  absl::Status Make() {
    for (const DetectorUse& use : uses_) {
      FACET_ASSIGN_OR_RETURN(std::unique_ptr<Component> made,
                             MakeOther(request_, Detector::kKind, use.name, use.options));
      detectors_.emplace_back(static_cast<Detector*>(made.release()));
    }
    return kept_.Open(arguments_.boxes);
  }

  absl::StatusOr<Detections> In(const Photo& photo) {
    Detections found;
    std::optional<Image> image;
    for (size_t i = 0; i < uses_.size(); ++i) {
      const DetectorUse& use = uses_[i];
      if (!use.only.empty() && use.only != photo.set) continue;
      if (const std::vector<Face>* const faces = kept_.Find(photo.path, use.name)) {
        found[use.name] = *faces;
        continue;
      }
      if (!image) {
        FACET_ASSIGN_OR_RETURN(image, ReadImage(photo.path));
      }
      FACET_ASSIGN_OR_RETURN(found[use.name], detectors_[i]->Detect(*image, photo.sample));
      kept_.Add(photo.path, use.name, found[use.name]);
    }
    if (photo.sample.box) {
      Face given;
      given.box = *photo.sample.box;
      found[absl::StrCat("given (", photo.set, ")")] = {given};
    }
    return found;
  }

  std::map<std::string, BoxConvention> conventions() const {
    std::map<std::string, BoxConvention> conventions;
    for (size_t i = 0; i < uses_.size(); ++i) {
      conventions[uses_[i].name] = detectors_[i]->convention();
    }
    return conventions;
  }

 private:
  const std::vector<DetectorUse> uses_;
  const Request& request_;
  const Arguments& arguments_;
  std::vector<std::unique_ptr<Detector>> detectors_;
  KeptBoxes kept_;
};

// The true points, or YuNet's of its largest face; none: it found no face.
std::optional<std::vector<Point>> FivePointsOf(const Photo& photo, const Detections& found) {
  const auto own = ConvertLandmarks(photo.sample.landmarks, LandmarkScheme::kPoints5);
  if (own.ok()) return own->points;
  const std::vector<Face>& faces = found.at("yunet");
  const auto largest =
      std::max_element(faces.begin(), faces.end(), [](const Face& a, const Face& b) {
        return a.box.width * a.box.height < b.box.width * b.box.height;
      });
  if (largest == faces.end()) return std::nullopt;
  return largest->landmarks.points;
}

// Of each detector the box of the face that has these points: the one that agrees most with it.
std::map<std::string, Box> OwnBoxes(const Detections& found, const std::vector<Point>& points,
                                    const std::map<std::string, BoxConvention>& conventions) {
  std::map<std::string, Box> own;
  const Box face = CanonicalBoxOf(points, {});
  for (const auto& [name, faces] : found) {
    std::vector<Box> boxes;
    const auto convention = conventions.find(name);
    for (const Face& each : faces) {
      boxes.push_back(convention == conventions.end()
                          ? each.box
                          : ApplyConvention(convention->second, each.box));
    }
    const std::optional<size_t> best = BoxOfFace(boxes, face);
    if (best) own[name] = faces[*best].box;
  }
  return own;
}

absl::StatusOr<std::vector<FramedFace>> Frame(Searched& searched,
                                              const std::vector<Photo>& photos) {
  std::vector<FramedFace> faces;
  for (size_t i = 0; i < photos.size(); ++i) {
    if (i % 50 == 0) std::fprintf(stderr, "%zu of %zu photographs\n", i, photos.size());
    FACET_ASSIGN_OR_RETURN(const Detections found, searched.In(photos[i]));
    const auto points = FivePointsOf(photos[i], found);
    if (!points) continue;
    faces.push_back({photos[i].set, *points, OwnBoxes(found, *points, searched.conventions())});
  }
  return faces;
}

absl::StatusOr<int> Run(const Arguments& arguments) {
  Request request;
  request.plugin_folders = {"plugins/detectors", "plugins/datasets"};
  FACET_ASSIGN_OR_RETURN(const std::vector<Photo> photos, Photos(request, arguments).Draw());
  Searched searched(request, arguments);
  FACET_RETURN_IF_ERROR(searched.Make());
  FACET_ASSIGN_OR_RETURN(const std::vector<FramedFace> faces, Frame(searched, photos));
  // Of each set the first half to derive from, the others to measure.
  std::map<std::string, size_t> drawn;
  for (const FramedFace& face : faces) ++drawn[face.set];
  std::map<std::string, size_t> taken;
  std::vector<FramedFace> derived_from, measured;
  for (const FramedFace& face : faces) {
    (2 * taken[face.set]++ < drawn[face.set] ? derived_from : measured).push_back(face);
  }
  const Framing framing = DeriveFraming(derived_from);
  const FramingReport report(framing, searched.conventions(), measured);
  std::fputs(report.Text().c_str(), stdout);
  if (arguments.write) FACET_RETURN_IF_ERROR(report.Write());
  if (arguments.check == 0) return 0;
  const std::vector<std::string> differences = report.Differences(arguments.check);
  for (const std::string& line : differences) std::printf("differs: %s\n", line.c_str());
  return differences.empty() ? 0 : 1;
}

// `bazel run` starts the program among its own files, and says where it was called.
std::string FromWhereItWasCalled(const std::string& path) {
  const char* folder = std::getenv("BUILD_WORKING_DIRECTORY");
  if (path.empty() || folder == nullptr) return path;
  return (fs::path(folder) / path).lexically_normal();
}

std::optional<Arguments> Parse(int argc, char** argv) {
  Arguments arguments;
  const char* data = std::getenv("FACET_DATA");
  if (data != nullptr) arguments.data = data;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    const std::string value =
        argument.substr(std::min(argument.find('='), argument.size() - 1) + 1);
    if (absl::StartsWith(argument, "--data=")) {
      arguments.data = value;
    } else if (absl::StartsWith(argument, "--boxes=")) {
      arguments.boxes = value;
    } else if (argument == "--write") {
      arguments.write = true;
    } else if (!(absl::StartsWith(argument, "--faces=") &&
                 absl::SimpleAtoi(value, &arguments.faces) && arguments.faces > 0) &&
               !(absl::StartsWith(argument, "--seed=") &&
                 absl::SimpleAtoi(value, &arguments.seed)) &&
               !(absl::StartsWith(argument, "--check=") &&
                 absl::SimpleAtod(value, &arguments.check) && arguments.check > 0)) {
      return std::nullopt;
    }
  }
  if (arguments.data.empty()) return std::nullopt;
  arguments.data = FromWhereItWasCalled(arguments.data);
  arguments.boxes = FromWhereItWasCalled(arguments.boxes);
  return arguments;
}

}  // namespace
}  // namespace facet::bench

int main(int argc, char** argv) {
  const auto arguments = facet::bench::Parse(argc, argv);
  if (!arguments) {
    std::fputs(
        "usage: detector_framing --data=DIR [--faces=N] [--seed=N] [--boxes=FILE] "
        "[--check=TOLERANCE] [--write]\n",
        stderr);
    return 2;
  }
  const absl::StatusOr<int> code = facet::bench::Run(*arguments);
  if (code.ok()) return *code;
  std::fprintf(stderr, "detector_framing: %s\n", std::string(code.status().message()).c_str());
  return 1;
}
