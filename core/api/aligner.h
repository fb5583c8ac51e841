// Aligners: image and face -> a canonical crop.
//
// The crop is a rectangle in units of its shorter side: [0, w] x [0, h] with min(w, h) = 1 and
// aspect = w / h, its corner at (0, 0). `crop_from_image` maps image px to crop units. The host
// renders the crop at the sizes that stages ask for: pixel (i, j) of a crop whose shorter side has
// S pixels is the point ((i + 0.5) / S, (j + 0.5) / S) of the crop. Where the crop leaves the
// image, the border pixels are repeated.
#ifndef FACET_CORE_API_ALIGNER_H_
#define FACET_CORE_API_ALIGNER_H_

#include <cstdint>
#include <functional>
#include <string>

#include "core/api/component.h"
#include "core/api/detector.h"
#include "core/api/geometry.h"
#include "core/api/image.h"

namespace facet {

struct Alignment {
  Affine crop_from_image;
  double aspect = 1.0;      // width / height of the crop
  bool aligned = false;     // false: fell back to the box alone
  Landmarks landmarks;      // px of the image, those that the crop was made from
  double confidence = 0.0;  // of the landmarks; the scale is the aligner's (see its comment)
};

// The crop that a box spans after scaling by `extend` about its centre, aspect kept.
Alignment CropOfBox(const Box& box, double extend);

// A face whose landmarks are known, as a trainable aligner learns from it.
struct LandmarkExample {
  Image image;
  Face face;  // `box` is canonical, found by the detector that the aligner will be used with
  Landmarks landmarks;  // px of the image; the scheme is the data set's
};

// The examples of a training, read one at a time: millions of images need no memory of their size.
class LandmarkExamples {
 public:
  virtual ~LandmarkExamples();
  virtual int64_t size() const = 0;
  // 0 <= index < size(); the same example each time. Any thread.
  virtual absl::StatusOr<LandmarkExample> Get(int64_t index) const = 0;
};

struct TrainingContext {
  uint64_t seed = 0;
  int threads = 1;
  // False: stop, and return absl::CancelledError.
  std::function<bool(int64_t done, int64_t total, const std::string& unit)> progress;
};

// With Trait::kTrainable what it learns is a model file, which comes from its option `model`
// (InputFile) or, where that is empty, from Train, which the host runs as a stage of its own on the
// row's `landmarks` data.
class Aligner : public Component {
 public:
  static constexpr char kKind[] = "aligner";
  ~Aligner() override;

  // `face.box` is canonical (detector.h). An aligner that finds no landmarks returns CropOfBox
  // with `aligned` false, which the host counts.
  virtual absl::StatusOr<Alignment> Align(const Image& image, const Face& face) = 0;

  // Learns from `examples` and writes a model to `path`, a new file. Equal examples, options and
  // seed give equal bytes, whatever the number of threads.
  virtual absl::Status Train(const LandmarkExamples& examples, const TrainingContext& context,
                             const std::string& path);
  // Takes the model that Train wrote; before Align. A wrong file is InvalidArgument or DataLoss.
  virtual absl::Status LoadModel(const std::string& path);
};

}  // namespace facet

#endif  // FACET_CORE_API_ALIGNER_H_
