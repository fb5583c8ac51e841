// Data sets that load and run, but break the contract of their kind.
#include <algorithm>
#include <atomic>
#include <limits>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "core/api/dataset.h"

namespace {

using facet::DatasetContents;
using facet::NoOptions;
using facet::Protocol;

// Twelve rendered samples of three people, and pairs in two folds.
DatasetContents GoodContents() {
  DatasetContents contents;
  Protocol& protocol = contents.protocol;
  protocol.kind = Protocol::Kind::kFolds;
  protocol.num_folds = 2;
  for (int64_t i = 0; i < 12; ++i) {
    facet::Sample sample;
    sample.key = absl::StrCat("sample", i);
    sample.identity = absl::StrCat("person", i / 4);
    sample.render = i;
    sample.box = facet::Box{1, 2, 3, 4};
    contents.samples.push_back(sample);
    protocol.templates.push_back({sample.key, {i}});
  }
  protocol.pairs = {{0, 1, true, 0}, {0, 4, false, 0}, {8, 9, true, 1}, {8, 5, false, 1}};
  return contents;
}

// The same grey for a number each time.
class Good : public facet::Dataset {
 public:
  explicit Good(const NoOptions&) {}
  absl::StatusOr<DatasetContents> Load() override {
    DatasetContents contents = GoodContents();
    Spoil(contents);
    return contents;
  }
  absl::StatusOr<facet::Image> Render(int64_t render) const override {
    facet::Image image(4, 4);
    std::fill(image.bgr.begin(), image.bgr.end(), static_cast<uint8_t>(render));
    return image;
  }

 protected:
  virtual void Spoil(DatasetContents&) {}
};

std::atomic<int> instances{0};

// Lists folders in whatever order the system gives.
class OtherOrder final : public Good {
 public:
  using Good::Good;

 protected:
  void Spoil(DatasetContents& contents) override {
    if (++instances % 2 == 0) std::swap(contents.samples[7], contents.samples[8]);
  }
};

// Draws its pairs without a seed.
class OtherPairs final : public Good {
 public:
  using Good::Good;

 protected:
  void Spoil(DatasetContents& contents) override {
    contents.protocol.pairs[1].second = 4 + ++instances % 4;
  }
};

class FoldsFromOne final : public Good {
 public:
  using Good::Good;

 protected:
  void Spoil(DatasetContents& contents) override {
    for (facet::Sample& sample : contents.samples) sample.fold = 2;
  }
};

class EmptyFold final : public Good {
 public:
  using Good::Good;

 protected:
  void Spoil(DatasetContents& contents) override { contents.protocol.num_folds = 3; }
};

class NoArea final : public Good {
 public:
  using Good::Good;

 protected:
  void Spoil(DatasetContents& contents) override {
    contents.samples[3].box->width = std::numeric_limits<double>::quiet_NaN();
  }
};

class LostPoint final : public Good {
 public:
  using Good::Good;

 protected:
  void Spoil(DatasetContents& contents) override {
    contents.samples[2].landmarks.scheme = facet::LandmarkScheme::kEyes2;
    contents.samples[2].landmarks.points = {{1, 1}};
  }
};

class SameKeys final : public Good {
 public:
  using Good::Good;

 protected:
  void Spoil(DatasetContents& contents) override {
    contents.samples[5].key = contents.samples[4].key;
  }
};

class Empty final : public Good {
 public:
  using Good::Good;

 protected:
  void Spoil(DatasetContents& contents) override { contents = {}; }
};

class OtherPixels final : public Good {
 public:
  using Good::Good;
  absl::StatusOr<facet::Image> Render(int64_t render) const override {
    return Good::Render(render + ++instances);
  }
};

}  // namespace

#define WRONG(Class, name) \
  FACET_COMPONENT(facet::Dataset, Class, NoOptions, name, "a data set that is wrong", "")

FACET_PLUGIN_COMPONENTS(WRONG(Good, "good"), WRONG(OtherOrder, "other_order"),
                        WRONG(OtherPairs, "other_pairs"), WRONG(FoldsFromOne, "folds_from_one"),
                        WRONG(EmptyFold, "empty_fold"), WRONG(NoArea, "no_area"),
                        WRONG(LostPoint, "lost_point"), WRONG(SameKeys, "same_keys"),
                        WRONG(Empty, "empty"), WRONG(OtherPixels, "other_pixels"))
