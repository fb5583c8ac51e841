// Data sets: loading, and reading or rendering of their images.
//
//   bazel build //:dist
//   bazel-bin/dist/benchmarks/dataset --benchmark_repetitions=9
//     --benchmark_enable_random_interleaving [--use=lfw] [--option='lfw.root="DIR"'] [--sizes=1000]
//
// dataset/<name>/load: the data set is made and loaded, with its options as they are; for one whose
// images are a curator's and which names no manifest, a made one of 200 rendered faces.
//   Time               one loading (wall clock; its files come from the system's cache)
//   items_per_second   samples/s
// dataset/<name>/images:<N>: N of its images at equal steps, or all if it has fewer, decoded from
// their files or rendered. Sizes are N, 64 by default.
//   Time               all of them (one thread)
//   items_per_second   images/s
// Those whose files no --option names are left out; a folder that is not what the option means is
// an error of the benchmark.
#include "core/api/dataset.h"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "benchmarks/components.h"
#include "benchmarks/made_collection.h"
#include "benchmarks/measured_case.h"
#include "core/base/status.h"
#include "core/image/image_io.h"

namespace facet::bench {
namespace {

constexpr int64_t kCollected = 200;

struct Opened {
  std::unique_ptr<Dataset> dataset;
  std::string image_folder;  // what its samples' paths are below
  DatasetContents contents;  // once it is loaded

  absl::StatusOr<Image> Read(const Sample& sample) const {
    if (sample.path.empty()) return dataset->Render(sample.render);
    return ReadImage(absl::StrCat(image_folder, "/", sample.path));
  }
};

// Gives it a made manifest if it takes one and names none.
absl::StatusOr<Opened> Open(const Subject& subject) {
  Opened opened;
  FACET_ASSIGN_OR_RETURN(opened.dataset, subject.Make<Dataset>());
  opened.image_folder = opened.dataset->root();
  if (!subject.info().traits.Has(Trait::kFromCuration) || !opened.image_folder.empty()) {
    return opened;
  }
  static std::unique_ptr<const MadeCollection> collection;
  if (collection == nullptr) {
    FACET_ASSIGN_OR_RETURN(collection, MadeCollection::Make(kCollected));
  }
  FACET_RETURN_IF_ERROR(
      opened.dataset->LoadCuration(collection->manifest(), collection->image_folder()));
  opened.image_folder = collection->image_folder();
  return opened;
}

absl::Status Load(const Subject& subject, benchmark::State& state) {
  int64_t num_samples = 0;
  FACET_RETURN_IF_ERROR(Open(subject).status());  // what it reads is made before
  for (auto _ : state) {
    FACET_ASSIGN_OR_RETURN(const Opened opened, Open(subject));
    FACET_ASSIGN_OR_RETURN(const DatasetContents contents, opened.dataset->Load());
    num_samples += static_cast<int64_t>(contents.samples.size());
  }
  state.SetItemsProcessed(num_samples);
  return absl::OkStatus();
}

absl::Status ReadImages(const Opened& opened, int64_t num_images, benchmark::State& state) {
  const std::vector<Sample>& samples = opened.contents.samples;
  const auto num_samples = static_cast<int64_t>(samples.size());
  const int64_t count = std::min(num_images, num_samples);
  for (auto _ : state) {
    for (int64_t i = 0; i < count; ++i) {
      const Sample& sample = samples[static_cast<size_t>(i * num_samples / count)];
      FACET_RETURN_IF_ERROR(Annotate(opened.Read(sample).status(), sample.key));
    }
  }
  state.SetItemsProcessed(state.iterations() * count);
  return absl::OkStatus();
}

// Whether files may be missing without an error so far: some option names one, and none must. What
// takes a curation gets a made one.
bool MayLackFiles(const Subject& subject) {
  if (subject.info().traits.Has(Trait::kFromCuration)) return false;
  bool named = false;
  for (const OptionSpec& option : subject.info().options) {
    if (option.required) return false;
    named = named || !option.role.empty();
  }
  return named;
}

absl::Status Register(const Request& request, const Subject& subject) {
  FACET_ASSIGN_OR_RETURN(const std::unique_ptr<Dataset> tried, subject.Make<Dataset>());
  if (MayLackFiles(subject)) FACET_RETURN_IF_ERROR(tried->Load().status());
  AddCase(subject, "load", benchmark::kMillisecond,
          [&subject](benchmark::State& state) { return Load(subject, state); });
  // The cases of a data set and their repetitions share it, loaded once.
  const auto shared = std::make_shared<Opened>();
  for (const int64_t num_images : request.SizesOr({64})) {
    AddCase(subject, absl::StrCat("images:", num_images), benchmark::kMillisecond,
            [&subject, shared, num_images](benchmark::State& state) -> absl::Status {
              if (shared->contents.samples.empty()) {
                FACET_ASSIGN_OR_RETURN(*shared, Open(subject));
                FACET_ASSIGN_OR_RETURN(shared->contents, shared->dataset->Load());
              }
              return ReadImages(*shared, num_images, state);
            });
  }
  return absl::OkStatus();
}

}  // namespace
}  // namespace facet::bench

int main(int argc, char** argv) {
  return facet::bench::Main(argc, argv, facet::Dataset::kKind, "images read at a time",
                            &facet::bench::Register);
}
