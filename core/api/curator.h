// Curators: one stage of building a data set. Manifest in, manifest and statistics out.
//
// A manifest is one SQLite file with a row per image, identity and stage
// (plugins/manifest/manifest.h); the host hands it on without reading it. Nothing in it is deleted:
// a curator marks what it removes, with the reason. Images are files below one folder, which the
// host keeps beside the artifacts.
//
// Traits (trait.h) say what the host must bring or keep:
//   kMakesImages  `image_folder` is its own, all others find it. It is kept, also when the stage is
//                 killed, so that it can go on where it was. Where its option `folder` names one
//                 (KeptFolder), it is that one, which outlives changes of the other options.
//   kTakesFaces   faces of the images left, framed by the row's detector and aligner
//   kTakesScores  what a trained classifier says of the images left
#ifndef FACET_CORE_API_CURATOR_H_
#define FACET_CORE_API_CURATOR_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/api/component.h"
#include "core/api/evaluator.h"
#include "core/api/geometry.h"
#include "core/api/image.h"

namespace facet {

// Faces of the manifest's images, one each, of images in which one was found.
class CurationFaces {
 public:
  virtual ~CurationFaces();
  virtual int64_t size() const = 0;
  // The manifest's id of the image; 0 <= index < size(). Ascending.
  virtual int64_t image(int64_t index) const = 0;
  // The crop, its shorter side as the row's `curation.crops.size_px` says. Any thread.
  virtual absl::StatusOr<Image> Get(int64_t index) const = 0;
};

// log p(identity of the image | image) by the network of the row's `curation.scores`.
struct CurationScore {
  int64_t image = 0;  // the manifest's id
  double log_probability = 0.0;
};

struct CurationContext {
  std::string manifest;       // what the stage before left, frozen; empty: this is the first one
  std::string output_folder;  // gets "manifest.sqlite", frozen
  std::string image_folder;   // what the paths in the manifest are below
  std::string input_folder;   // the same for `manifest`, where this curator makes another one
  std::string work_folder;    // for this curator alone; survives a crash of the stage
  uint64_t seed = 0;
  int threads = 1;

  const CurationFaces* faces = nullptr;  // Trait::kTakesFaces
  // Trait::kTakesScores; ascending by image, those with a face.
  std::vector<CurationScore> scores;

  // An image file, decoded with all checks of the host (formats, size, damage). Any thread.
  std::function<absl::StatusOr<Image>(const std::string& path)> read_image;
  // Names are one person's if this makes the same text of both ("Beyonc\u00e9_Knowles", "beyonce
  // knowles"); empty for what is no name.
  std::function<std::string(const std::string& name)> fold_name;
  // False: stop, and return absl::CancelledError. `note` may be empty. From one thread.
  std::function<bool(int64_t done, int64_t total, const std::string& unit, const std::string& note)>
      progress;
  // Tells people, at once, what only they can do ("open http://127.0.0.1:..."). From one thread.
  std::function<void(const std::string& sentence)> ask;
};

// Images to show: those that were removed for one reason, say.
struct ContactSheet {
  struct Cell {
    std::string path;     // below image_folder
    std::string caption;  // a few words
  };
  std::string title;  // "removed: near duplicate (312)"
  std::vector<Cell> cells;
};

struct Histogram {
  std::string name;  // "cluster sizes"
  std::string x_label;
  std::vector<double> edges;  // ascending, one more than counts: [edges[i], edges[i + 1])
  std::vector<int64_t> counts;
};

struct CurationResult {
  // Columns of the table; names are one curator's own or those of
  // plugins/curators/stage/summary.h. Without a standard error: counted.
  std::vector<Metric> metrics;
  std::vector<Curve> curves;
  std::vector<Histogram> histograms;
  std::vector<ContactSheet> sheets;  // at most some dozens of cells each: samples
  std::vector<std::string> notices;
};

class Curator : public Component {
 public:
  static constexpr char kKind[] = "curator";
  ~Curator() override;

  // Equal inputs, options and seed give equal bytes of the manifest, whatever the number of
  // threads; except what comes from outside (the web, people).
  virtual absl::StatusOr<CurationResult> Curate(const CurationContext& context) = 0;
};

}  // namespace facet

#endif  // FACET_CORE_API_CURATOR_H_
