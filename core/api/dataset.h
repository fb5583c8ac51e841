// Data sets: options -> samples, and for test sets a protocol.
//
// A sample is one image of one identity. Its pixels come from a file below root() or, where `path`
// is empty, from Render(). A protocol lists pairs of templates (a template is one image, or the
// frames of one video) and how they are scored:
//   kFolds  cross-validation: pairs carry folds 0 .. num_folds-1 (LFW view 2, YouTube Faces)
//   kSplit  fold 0 tunes, fold 1 is reported (LFW view 1)
// Names are UTF-8, never normalised here.
#ifndef FACET_CORE_API_DATASET_H_
#define FACET_CORE_API_DATASET_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/api/component.h"
#include "core/api/geometry.h"
#include "core/api/image.h"

namespace facet {

struct Sample {
  std::string key;       // unique in the data set and stable, "Abel_Pacheco/Abel_Pacheco_0001.jpg"
  std::string identity;  // empty: unknown
  std::string path;      // below root(), '/' between folders; empty: Render() makes the pixels
  int64_t render = -1;   // what Render() is asked for, where path is empty

  // What comes with the data, where it does.
  std::optional<Box> box;
  Pose pose = Pose::kUnknown;
  double score = 0.0;  // of the box, by the detector that made it
  Landmarks landmarks;
  int64_t rank = -1;    // in the search engine's list, from 0; -1: none
  bool curated = true;  // in the curated snapshot
  std::string video;    // "Name/0"; empty: a still
  int64_t frame = -1;   // within the video
  // Test sets: the fold of this sample's identity, for what is trained on the other folds (W');
  // -1: none.
  int64_t fold = -1;
  int64_t image = -1;  // the row's id in the curation manifest that it is from; -1: none
};

struct Template {
  std::string name;
  std::vector<int64_t> samples;  // indices into DatasetContents::samples
};

struct Pair {
  int64_t first = 0, second = 0;  // indices into Protocol::templates
  bool genuine = false;
  int64_t fold = 0;
};

struct Protocol {
  enum class Kind { kNone, kFolds, kSplit };
  Kind kind = Kind::kNone;
  std::string name;  // "LFW view 2"
  int64_t num_folds = 0;
  std::vector<Template> templates;
  std::vector<Pair> pairs;
};

struct DatasetContents {
  std::vector<Sample> samples;
  Protocol protocol;
  // Counted facts for the report, by name: {"missing images": 12}.
  std::map<std::string, int64_t> counts;
  // One sentence each, shown to the user: "12 of 13,233 listed images are missing, first: ...".
  std::vector<std::string> notices;
};

// With Trait::kFromCuration its images are a snapshot of a curation manifest, which comes from its
// option `file` (InputFile) or, where that is empty, from the row's curation.
class Dataset : public Component {
 public:
  static constexpr char kKind[] = "dataset";
  ~Dataset() override;

  // The folder that Sample::path is relative to; empty if there is none.
  virtual std::string root() const { return ""; }
  // Takes the manifest and the folder of images that a curator left; before Load.
  virtual absl::Status LoadCuration(const std::string& manifest, const std::string& image_folder);
  // Called once. NotFound names the folder or file that is missing and what was expected there.
  virtual absl::StatusOr<DatasetContents> Load() = 0;
  // Pixels of a sample without a file. May be called from several threads at once.
  virtual absl::StatusOr<Image> Render(int64_t render) const;
};

}  // namespace facet

#endif  // FACET_CORE_API_DATASET_H_
