// Curators: images per second, and how good what they leave is.
//
//   bazel build //:dist
//   bazel-bin/dist/benchmarks/curator --benchmark_repetitions=9
//     --benchmark_enable_random_interleaving [--use=purify,deduplicate] [--sizes=2000]
//     [--option='purify.form="full"']
//
// Each is given the first of these that it does not refuse, made before; sizes are N, 24 at least,
// 200 by default.
//   curator/<name>/images:<N>   a manifest of N images of N / 20 people (at least 4) with its
//                               truth, 160 px a side: files, faces and scores. purify: Fisher
//                               vectors and linear SVMs. deduplicate: hashes, VLAD, pixels laid
//                               over each other. annotate: the truth in place of people;
//                               --option=block_size=5 has more than one block a person
//   curator/<name>/urls:<N>     a synthetic web of N URLs and the people that `candidates` has left
//                               of its lists; what it collects comes from files
//   curator/<name>/people:<P>   a synthetic web and its lists of P = N / 20 names
//   curator/<name>/made:<N>     nothing: it begins a chain. N images of P people for one that has
//                               the options people and images, which then are set
//   curator/<name>/made         the same without these options: as its options say
//   Time               one curation (wall clock, one thread)
//   items_per_second   images/s, URLs/s, people/s. What does not grow with N counts: of 200 images
//                      purify and deduplicate take most of their time for the vocabulary that they
//                      learn
//   precision, recall  of what it leaves, where the truth is known [%]
// Those that refuse all of these, because they need files that no --option names, and those that
// wait for people are left out.
#include "core/api/curator.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "benchmarks/components.h"
#include "benchmarks/made_collection.h"
#include "benchmarks/measured_case.h"
#include "benchmarks/photographs.h"
#include "core/base/scratch_folder.h"
#include "core/base/status.h"
#include "core/image/image_io.h"
#include "plugins/manifest/manifest.h"

namespace facet::bench {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kImagesEach = 20, kMinPeople = 4, kWebSidePx = 96;
constexpr int64_t kTriedImages = 24;  // of what is made to find out what a curator takes

enum class Stage : uint8_t { kImages, kPeople, kLists, kNothing };
constexpr Stage kStages[] = {Stage::kImages, Stage::kPeople, Stage::kLists, Stage::kNothing};

// What a curator goes on with.
struct Input {
  std::string manifest, folder;                // empty: nothing
  const MadeCollection* collection = nullptr;  // null: no faces, no scores
};

int64_t PeopleOf(int64_t num_images) { return std::max(kMinPeople, num_images / kImagesEach); }
// Of a web, or what makes one.
int64_t ImagesEach(int64_t num_images) {
  return std::max<int64_t>(1, num_images / PeopleOf(num_images));
}

std::string FoldName(const std::string& text) {
  std::string folded;
  for (const char c : text) {
    folded += c == '_' ? ' ' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return folded;
}

// Runs a curator in `folder`, which is emptied. `may_go_on`: false stops it.
absl::StatusOr<CurationResult> Curate(Curator& curator, bool makes_images, const Input& input,
                                      const std::string& folder, bool may_go_on = true) {
  CurationContext context;
  context.manifest = input.manifest;
  context.output_folder = folder + "/out";
  context.work_folder = folder + "/work";
  context.input_folder = input.folder;
  context.image_folder = makes_images || input.folder.empty() ? folder + "/images" : input.folder;
  context.seed = 1;
  if (input.collection != nullptr) {
    context.faces = &input.collection->faces();
    context.scores = input.collection->scores();
  }
  context.read_image = [images = context.image_folder](const std::string& path) {
    return ReadImage(absl::StrCat(images, "/", path));
  };
  context.fold_name = &FoldName;
  bool asks = false;
  context.progress = [&](int64_t, int64_t, const std::string&, const std::string&) {
    return may_go_on && !asks;
  };
  context.ask = [&asks](const std::string&) { asks = true; };
  absl::StatusOr<CurationResult> result = curator.Curate(context);
  if (asks) return absl::FailedPreconditionError("it waits for people");
  return result;
}

absl::Status EmptyFolder(const std::string& folder) {
  std::error_code error;
  fs::remove_all(folder, error);
  for (const char* name : {"/out", "/work", "/images"}) {
    if (!error) fs::create_directories(folder + name, error);
  }
  if (!error) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat(folder, ": ", error.message()));
}

// What curators are given, each made when it is first asked for; they share a folder.
class Inputs {
 public:
  static absl::StatusOr<std::unique_ptr<Inputs>> Create(const Request& request) {
    FACET_ASSIGN_OR_RETURN(std::unique_ptr<ScratchFolder> folder, ScratchFolder::Create());
    return std::unique_ptr<Inputs>(new Inputs(request, std::move(folder)));
  }

  absl::StatusOr<Input> Of(Stage stage, int64_t num_images) {
    if (stage == Stage::kNothing) return Input();
    if (stage == Stage::kImages) return Images(num_images);
    FACET_ASSIGN_OR_RETURN(const Input web, Run("synthetic_web", true, Input(), num_images,
                                                {{"people", PeopleOf(num_images)},
                                                 {"images", ImagesEach(num_images)},
                                                 {"image_size", kWebSidePx}}));
    if (stage == Stage::kLists) return web;
    return Run("candidates", false, web, num_images, {{"images_judged", 1}, {"min_purity", 0}});
  }

  // For what one curation leaves.
  std::string scratch() const { return folder_->path() + "/scratch"; }

 private:
  Inputs(const Request& request, std::unique_ptr<ScratchFolder> folder)
      : request_(request), folder_(std::move(folder)) {}

  absl::StatusOr<Input> Images(int64_t num_images) {
    std::unique_ptr<const MadeCollection>& made = collections_[num_images];
    if (made == nullptr) {
      FACET_ASSIGN_OR_RETURN(made, MadeCollection::Make(num_images));
    }
    return Input{made->manifest(), made->image_folder(), made.get()};
  }

  // What the curator `name` leaves.
  absl::StatusOr<Input> Run(const std::string& name, bool makes_images, const Input& input,
                            int64_t num_images, const Json& options) {
    const std::string folder = absl::StrCat(folder_->path(), "/", name, "_", num_images);
    const Input left = {folder + "/out/manifest.sqlite",
                        makes_images ? folder + "/images" : input.folder};
    if (fs::exists(left.manifest)) return left;
    FACET_ASSIGN_OR_RETURN(const std::unique_ptr<Component> made,
                           MakeOther(request_, Curator::kKind, name, options));
    FACET_RETURN_IF_ERROR(EmptyFolder(folder));
    FACET_RETURN_IF_ERROR(
        Annotate(Curate(static_cast<Curator&>(*made), makes_images, input, folder).status(), name));
    return left;
  }

  const Request& request_;
  const std::unique_ptr<ScratchFolder> folder_;
  std::map<int64_t, std::unique_ptr<const MadeCollection>> collections_;
};

// A curator, what it is given, and how that is called.
struct Task {
  Stage stage = Stage::kNothing;
  int64_t num_images = 0;  // 0: its options say how many it makes
  std::string name;
  int64_t num_items = 0;
  Json options = Json::object();
};

bool TakesCounts(const Subject& subject) {
  return subject.HasOption("people") && subject.HasOption("images");
}

Task TaskOf(const Subject& subject, Stage stage, int64_t num_images) {
  const int64_t people = PeopleOf(num_images), urls = people * ImagesEach(num_images);
  switch (stage) {
    case Stage::kImages:
      return {stage, num_images, absl::StrCat("images:", num_images), num_images};
    case Stage::kPeople:
      return {stage, num_images, absl::StrCat("urls:", urls), urls};
    case Stage::kLists:
      return {stage, num_images, absl::StrCat("people:", people), people};
    case Stage::kNothing:
      break;
  }
  if (!TakesCounts(subject)) return {stage, 0, "made"};
  return {stage,
          num_images,
          absl::StrCat("made:", urls),
          urls,
          {{"people", people}, {"images", ImagesEach(num_images)}}};
}

absl::StatusOr<CurationResult> Perform(const Subject& subject, const Task& task, const Input& input,
                                       const std::string& folder, bool may_go_on) {
  FACET_ASSIGN_OR_RETURN(const auto curator, subject.Make<Curator>(task.options));
  const bool makes_images = subject.info().traits.Has(Trait::kMakesImages);
  return Curate(*curator, makes_images, input, folder, may_go_on);
}

absl::Status Measure(const Subject& subject, const Task& task, Inputs& inputs,
                     benchmark::State& state) {
  FACET_ASSIGN_OR_RETURN(const Input input, inputs.Of(task.stage, task.num_images));
  CurationResult result;
  for (auto _ : state) {
    state.PauseTiming();
    FACET_RETURN_IF_ERROR(EmptyFolder(inputs.scratch()));
    state.ResumeTiming();
    FACET_ASSIGN_OR_RETURN(result, Perform(subject, task, input, inputs.scratch(), true));
  }
  int64_t num_items = task.num_items;
  if (num_items == 0) {
    FACET_ASSIGN_OR_RETURN(const auto manifest,
                           Manifest::OpenFrozen(inputs.scratch() + "/out/manifest.sqlite"));
    FACET_ASSIGN_OR_RETURN(const ManifestCounts counts, manifest->Counts(""));
    num_items = counts.images;
  }
  state.SetItemsProcessed(state.iterations() * num_items);
  for (const Metric& metric : result.metrics) {
    if (metric.name == "precision" || metric.name == "recall") {
      state.counters[metric.name] = metric.value;
    }
  }
  return absl::OkStatus();
}

// The stage that the curator goes on after: it is tried on little, and stopped as soon as it works.
absl::StatusOr<Stage> FindStage(const Subject& subject, Inputs& inputs) {
  std::vector<std::string> refusals;
  for (const Stage stage : kStages) {
    const Task task = TaskOf(subject, stage, kTriedImages);
    const absl::StatusOr<Input> input = inputs.Of(stage, kTriedImages);
    absl::Status status = input.status();
    if (status.ok()) {
      FACET_RETURN_IF_ERROR(EmptyFolder(inputs.scratch()));
      status = Perform(subject, task, *input, inputs.scratch(), false).status();
    }
    if (status.ok() || absl::IsCancelled(status)) return stage;
    const std::string refusal(status.message());
    if (std::count(refusals.begin(), refusals.end(), refusal) == 0) refusals.push_back(refusal);
  }
  return absl::FailedPreconditionError(absl::StrJoin(refusals, "; "));
}

absl::Status Register(const Request& request, const Subject& subject) {
  UseOneThread();
  FACET_RETURN_IF_ERROR(subject.Make<Curator>().status());
  // All curators share what they are given; it goes with the last case.
  static std::weak_ptr<Inputs> made;
  std::shared_ptr<Inputs> inputs = made.lock();
  if (inputs == nullptr) {
    FACET_ASSIGN_OR_RETURN(inputs, Inputs::Create(request));
    made = inputs;
  }
  FACET_ASSIGN_OR_RETURN(const Stage stage, FindStage(subject, *inputs));
  std::vector<std::string> names;
  for (const int64_t num_images : request.SizesOr({200})) {
    const Task task = TaskOf(subject, stage, std::max<int64_t>(kTriedImages, num_images));
    if (std::count(names.begin(), names.end(), task.name) > 0) continue;
    names.push_back(task.name);
    AddCase(subject, task.name, benchmark::kMillisecond,
            [&subject, task, inputs](benchmark::State& state) {
              return Measure(subject, task, *inputs, state);
            });
  }
  return absl::OkStatus();
}

}  // namespace
}  // namespace facet::bench

int main(int argc, char** argv) {
  return facet::bench::Main(argc, argv, facet::Curator::kKind, "images", &facet::bench::Register);
}
