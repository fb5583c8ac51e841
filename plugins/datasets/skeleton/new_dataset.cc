// Cartoon faces, drawn when they are asked for: no files, and a person is what the seed makes of it.
// A data set of files gives each sample a `path` below root() instead of a `render`.
//
// Out: `people` identities with `images` each; box (canonical) and eyes of each. With part = "test"
//      (other people than "train") a protocol of 5 folds by person: of each person all pairs of
//      neighbouring images, and as many with the next person of the fold.
// Errors: InvalidArgument where a test set has fewer than 2 people a fold or 2 images a person.
// Source: none.
// Example:  data = { use = "new_dataset", part = "test", people = 40, images = 3 }
#include <algorithm>
#include <cmath>
#include <memory>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/api/dataset.h"
#include "core/base/random.h"

namespace {

using facet::Image;
using facet::Random;

constexpr int64_t kFolds = 5;

struct Options {
  std::string part = "train";
  int64_t people = 40;
  int64_t images = 8;
  int64_t image_size = 64;

  void Visit(facet::OptionVisitor& v) {
    v("part", part, facet::OneOf({"train", "test"}), "other people; test: with a protocol");
    v("people", people, facet::Range(1, 1e6), "number of people");
    v("images", images, facet::Range(1, 1e4), "of each");
    v("image_size", image_size, facet::Range(32, 1024), "side of an image [px]");
  }
};

// What is drawn, px: one person's looks, and how this image shows them.
struct Drawing {
  cv::Scalar skin, hair, background;
  int x = 0, y = 0, half_width = 0, half_height = 0;  // of the head
  int eye_x = 0, eye_y = 0, eye = 0;                  // from the middle; half an eye's size
  int mouth = 0, mouth_y = 0;
};

class NewDataset final : public facet::Dataset {
 public:
  static absl::StatusOr<std::unique_ptr<NewDataset>> Create(const Options& options) {
    if (options.part == "test" && (options.people < 2 * kFolds || options.images < 2)) {
      return absl::InvalidArgumentError(
          absl::StrCat("a test set needs at least ", 2 * kFolds, " people and 2 images of each; ",
                       "people = ", options.people, ", images = ", options.images));
    }
    return std::make_unique<NewDataset>(options);
  }

  explicit NewDataset(const Options& options) : options_(options) {}

  absl::StatusOr<facet::DatasetContents> Load() override {
    facet::DatasetContents contents;
    for (int64_t i = 0; i < options_.people * options_.images; ++i) {
      contents.samples.push_back(Describe(i));
    }
    if (options_.part == "test") AddProtocol(&contents);
    return contents;
  }

  // A function of the options and `render`: several threads may call at once.
  absl::StatusOr<Image> Render(int64_t render) const override {
    if (render < 0 || render >= options_.people * options_.images) {
      return absl::InvalidArgumentError(absl::StrCat("there is no image ", render));
    }
    const Drawing d = Draw(render);
    const int size = static_cast<int>(options_.image_size);
    Image image(size, size);
    cv::Mat pixels(size, size, CV_8UC3, image.bgr.data());  // not copied
    pixels.setTo(d.background);
    const auto ellipse = [&](int x, int y, int half_width, int half_height,
                             const cv::Scalar& what) {
      cv::ellipse(pixels, {x, y}, {half_width, half_height}, 0, 0, 360, what, cv::FILLED);
    };
    ellipse(d.x, d.y - d.half_height / 4, d.half_width + 2, d.half_height, d.hair);
    ellipse(d.x, d.y, d.half_width, d.half_height, d.skin);
    for (const int side : {-1, 1}) {
      ellipse(d.x + side * d.eye_x, d.y + d.eye_y, 2 * d.eye, d.eye, cv::Scalar(240, 240, 240));
      ellipse(d.x + side * d.eye_x, d.y + d.eye_y, d.eye, d.eye, cv::Scalar(40, 30, 20));
    }
    ellipse(d.x, d.y + d.mouth_y, d.mouth, std::max(1, d.mouth / 4), cv::Scalar(60, 50, 170));
    return image;
  }

 private:
  // Shares of the image's side; each person and each image has a random stream of its own.
  Drawing Draw(int64_t index) const {
    const auto stream = [&](const std::string& what) {
      return Random(facet::DeriveSeed(1, absl::StrCat(options_.part, " ", what)));
    };
    Random looks = stream(absl::StrCat("person ", index / options_.images));
    Random view = stream(absl::StrCat("image ", index));
    const double light = view.Uniform(0.7, 1.2);
    const auto colour = [&](Random& random, double low, double high) {
      const double blue = random.Uniform(low, high);
      return cv::Scalar(blue, blue + random.Uniform(0, 40), blue + random.Uniform(20, 80)) * light;
    };
    const auto pixels = [&](double share) {
      return static_cast<int>(std::lround(share * static_cast<double>(options_.image_size)));
    };
    const double scale = view.Uniform(0.8, 1.0);
    Drawing d;
    d.skin = colour(looks, 60, 170);
    d.hair = colour(looks, 0, 120);
    d.background = colour(view, 0, 200);
    d.x = pixels(view.Uniform(0.45, 0.55));
    d.y = pixels(view.Uniform(0.5, 0.58));
    d.half_width = pixels(scale * looks.Uniform(0.2, 0.3));
    d.half_height = pixels(scale * looks.Uniform(0.3, 0.38));
    d.eye_x = pixels(scale * looks.Uniform(0.08, 0.14));
    d.eye_y = -pixels(scale * looks.Uniform(0.02, 0.1));
    d.eye = std::max(1, pixels(scale * looks.Uniform(0.015, 0.035)));
    d.mouth = pixels(scale * looks.Uniform(0.05, 0.14));
    d.mouth_y = pixels(scale * looks.Uniform(0.14, 0.2));
    return d;
  }

  facet::Sample Describe(int64_t index) const {
    const Drawing d = Draw(index);
    facet::Sample sample;
    const int64_t person = index / options_.images;
    sample.identity = absl::StrCat(options_.part, "_", person);
    sample.key = absl::StrCat(sample.identity, "/", index % options_.images);
    sample.render = index;
    // Canonical (core/api/detector.h): from mid-forehead, 0.6 above the middle, to the chin.
    const double side = 1.6 * d.half_height;
    sample.box = facet::Box{d.x - side / 2, d.y + d.half_height - side, side, side};
    const double y = d.y + d.eye_y;
    sample.landmarks = {
        facet::LandmarkScheme::kEyes2,
        {{static_cast<double>(d.x - d.eye_x), y}, {static_cast<double>(d.x + d.eye_x), y}}};
    if (options_.part == "test") sample.fold = FoldOf(person);
    return sample;
  }

  int64_t FoldOf(int64_t person) const { return person * kFolds / options_.people; }

  void AddProtocol(facet::DatasetContents* contents) const {
    facet::Protocol& protocol = contents->protocol;
    protocol.kind = facet::Protocol::Kind::kFolds;
    protocol.name = "cartoons";
    protocol.num_folds = kFolds;
    for (size_t i = 0; i < contents->samples.size(); ++i) {  // a template is one image
      protocol.templates.push_back({contents->samples[i].key, {static_cast<int64_t>(i)}});
    }
    for (int64_t person = 0; person < options_.people; ++person) {
      const int64_t fold = FoldOf(person), first = person * options_.images;
      const bool last = person + 1 == options_.people || FoldOf(person + 1) != fold;
      const int64_t other = (last ? person - 1 : person + 1) * options_.images;
      for (int64_t i = 0; i + 1 < options_.images; ++i) {
        protocol.pairs.push_back({first + i, first + i + 1, true, fold});
        protocol.pairs.push_back({first + i, other + i + 1, false, fold});
      }
    }
  }

  const Options options_;
};

}  // namespace

FACET_PLUGIN(facet::Dataset, NewDataset, Options, "new_dataset", "cartoon faces, drawn on demand",
             "none")
