#include <algorithm>
#include <cmath>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "core/base/file.h"
#include "core/base/file_patterns.h"
#include "core/base/parallel_work.h"
#include "core/base/utf8.h"
#include "core/image/image_io.h"
#include "core/pipeline/bad_images.h"
#include "core/pipeline/context.h"
#include "core/records/blob_file.h"
#include "core/records/image_root.h"
#include "core/records/record_lines.h"
#include "core/records/samples.h"
#include "core/stages/dataset/dataset.h"
#include "core/stages/dataset/holdout.h"

namespace facet {
namespace {

constexpr size_t kImagesPerThreadAndRound = 64;

template <class... Parts>
absl::Status Broken(const Parts&... parts) {
  return absl::InvalidArgumentError(absl::StrCat(parts...));
}

// Relative, '/' between folders, never out of the root.
bool IsBelowRoot(const std::string& path) {
  for (const absl::string_view part : absl::StrSplit(path, '/')) {
    if (part.empty() || part == "." || part == "..") return false;
  }
  return true;
}

absl::Status CheckSample(const Sample& sample, int64_t num_folds) {
  if (sample.key.empty()) return Broken("its key is empty");
  if (!IsUtf8(sample.key) || !IsUtf8(sample.identity) || !IsUtf8(sample.path) ||
      !IsUtf8(sample.video)) {
    return Broken("a name is not UTF-8");
  }
  if (sample.path.empty() ? sample.render < 0 : !IsBelowRoot(sample.path)) {
    return Broken("it has neither a path below the root (\"", sample.path,
                  "\") nor a number to render (", sample.render, ")");
  }
  FACET_RETURN_IF_ERROR(CheckRecord(sample));
  // Training sets may keep folds for their own use; a protocol bounds them.
  if (sample.fold < -1 || (num_folds > 0 && sample.fold >= num_folds)) {
    return Broken("its fold ", sample.fold, " is outside -1 .. ", num_folds - 1);
  }
  return absl::OkStatus();
}

absl::Status CheckTemplates(const Protocol& protocol, size_t num_samples) {
  for (const Template& each : protocol.templates) {
    if (each.samples.empty()) return Broken("template \"", each.name, "\" has no samples");
    for (const int64_t sample : each.samples) {
      if (sample < 0 || static_cast<size_t>(sample) >= num_samples) {
        return Broken("template \"", each.name, "\" names sample ", sample, " of ", num_samples);
      }
    }
  }
  return absl::OkStatus();
}

absl::Status CheckPairs(const Protocol& protocol) {
  std::vector<int64_t> pairs_of_fold(static_cast<size_t>(protocol.num_folds));
  const auto num_templates = static_cast<int64_t>(protocol.templates.size());
  for (size_t i = 0; i < protocol.pairs.size(); ++i) {
    const Pair& pair = protocol.pairs[i];
    if (std::min(pair.first, pair.second) < 0 ||
        std::max(pair.first, pair.second) >= num_templates || pair.first == pair.second) {
      return Broken("pair ", i, " is of the templates ", pair.first, " and ", pair.second, " of ",
                    num_templates);
    }
    if (pair.fold < 0 || pair.fold >= protocol.num_folds) {
      return Broken("pair ", i, " is in fold ", pair.fold, " of ", protocol.num_folds);
    }
    ++pairs_of_fold[static_cast<size_t>(pair.fold)];
  }
  const auto empty = std::find(pairs_of_fold.begin(), pairs_of_fold.end(), 0);
  if (empty != pairs_of_fold.end()) {
    return Broken("fold ", empty - pairs_of_fold.begin(), " of ", protocol.num_folds,
                  " has no pairs");
  }
  return absl::OkStatus();
}

absl::Status CheckProtocol(const Protocol& protocol, size_t num_samples) {
  if (!IsUtf8(protocol.name)) return Broken("its name is not UTF-8");
  if (protocol.kind == Protocol::Kind::kNone) {
    if (!protocol.pairs.empty()) return Broken("there are pairs, but its kind is none");
  } else if (protocol.num_folds < 2 ||
             (protocol.kind == Protocol::Kind::kSplit && protocol.num_folds != 2)) {
    return Broken("it has ", protocol.num_folds,
                  " folds; a split has 2, cross-validation at least");
  }
  FACET_RETURN_IF_ERROR(CheckTemplates(protocol, num_samples));
  return protocol.kind == Protocol::Kind::kNone ? absl::OkStatus() : CheckPairs(protocol);
}

struct Rendered {
  std::string jpeg;
  absl::Status failure;  // of the data set, about this image: there is none
};

absl::StatusOr<Rendered> RenderJpeg(const Dataset& dataset, const Sample& sample,
                                    const std::string& component) {
  Rendered rendered;
  const absl::StatusOr<Image> image =
      Guard(component, [&] { return dataset.Render(sample.render); });
  if (!image.ok()) {
    FACET_RETURN_IF_ERROR(
        EndAfter(image.status(), absl::StrCat("rendering ", sample.key), /*unreadable=*/"skip"));
    rendered.failure = image.status();
    return rendered;
  }
  if (image->width <= 0 || image->height <= 0 ||
      image->bgr.size() != size_t{3} * image->width * image->height) {
    return absl::InternalError(absl::StrCat("rendering ", sample.key, ": an image of ",
                                            image->width, "x", image->height, " with ",
                                            image->bgr.size(), " bytes"));
  }
  FACET_ASSIGN_OR_RETURN(rendered.jpeg, EncodeJpeg(*image, kRenderedJpegQuality));
  return rendered;
}

absl::Status TellFailed(StageContext& context, const std::string& component,
                        const BadImages& failed, size_t num_images) {
  const auto total = static_cast<int64_t>(num_images);
  context.Count("rendered images", total - failed.count());
  if (failed.count() == 0) return absl::OkStatus();
  if (failed.count() == total) {
    return absl::InvalidArgumentError(absl::StrCat("the data set ", component, " renders none of ",
                                                   total, " images", failed.List()));
  }
  context.Count("images that could not be rendered", failed.count());
  context.Notice(absl::StrCat("the data set ", component, " could not render ", failed.count(),
                              " of ", total, " images, which are unreadable to the stages after it",
                              failed.List()));
  return absl::OkStatus();
}

absl::Status RenderAll(StageContext& context, const Dataset& dataset,
                       const std::vector<Sample>& samples, const std::string& component) {
  std::vector<int64_t> indices;
  for (size_t i = 0; i < samples.size(); ++i) {
    if (samples[i].path.empty()) indices.push_back(static_cast<int64_t>(i));
  }
  if (indices.empty()) return absl::OkStatus();
  FACET_ASSIGN_OR_RETURN(const std::unique_ptr<BlobWriter> writer,
                         BlobWriter::Create(context.output_dir() + "/images.mdb"));
  const int num_threads = std::max(1, context.threads());
  BadImages failed;
  const size_t round = kImagesPerThreadAndRound * static_cast<size_t>(num_threads);
  for (size_t begin = 0; begin < indices.size(); begin += round) {
    if (context.stop_requested()) return absl::CancelledError("stopped while rendering");
    const size_t count = std::min(round, indices.size() - begin);
    const auto images = ParallelMap<absl::StatusOr<Rendered>>(
        static_cast<int64_t>(count), num_threads, [&](int64_t i, int) {
          const auto index = static_cast<size_t>(indices[begin + static_cast<size_t>(i)]);
          return RenderJpeg(dataset, samples[index], component);
        });
    for (size_t i = 0; i < count; ++i) {
      FACET_RETURN_IF_ERROR(images[i].status());
      if (images[i]->failure.ok()) {
        FACET_RETURN_IF_ERROR(writer->Append(indices[begin + i], images[i]->jpeg));
      } else {
        failed.Add(samples[static_cast<size_t>(indices[begin + i])].key,
                   std::string(images[i]->failure.message()));
      }
    }
    context.Progress(static_cast<int64_t>(begin + count), static_cast<int64_t>(indices.size()),
                     "images");
  }
  FACET_RETURN_IF_ERROR(TellFailed(context, component, failed, indices.size()));
  return writer->Finish();
}

// A key covers the files that the data set says it reads: no other may become a sample.
absl::Status CheckFiles(const std::vector<Sample>& samples, const ImageRoot& root,
                        const StageContext& context) {
  const auto files = context.component_files("data");
  const auto said = files.find(root.option);
  if (said == files.end()) return absl::OkStatus();
  const FilePatterns patterns(said->second);
  for (const Sample& sample : samples) {
    if (sample.path.empty()) continue;
    const std::string path = root.Below(sample.path);
    if (patterns.Match(path)) continue;
    const std::string image =
        absl::StrCat("data set \"", context.component_name("data"), "\": the image ", path, " ");
    if (!FilePatterns({"**/*"}).Match(path)) {
      return absl::InvalidArgumentError(
          absl::StrCat(image,
                       "is never read, for a name in it begins with a dot or is one that systems "
                       "leave, as @eaDir: rename it, or leave it out of the list"));
    }
    return absl::InvalidArgumentError(
        absl::StrCat(image, "is none of the files that it says it reads below `", root.option,
                     "` (", absl::StrJoin(said->second, ", "),
                     "): move it, or have the data set's InputDirectory() name it"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckContents(const DatasetContents& contents) {
  if (contents.samples.empty()) return Broken("it has no samples");
  std::unordered_map<std::string, size_t> keys;
  keys.reserve(contents.samples.size());
  for (size_t i = 0; i < contents.samples.size(); ++i) {
    const Sample& sample = contents.samples[i];
    FACET_RETURN_IF_ERROR(Annotate(CheckSample(sample, contents.protocol.num_folds),
                                   absl::StrCat("sample ", i, " (\"", sample.key, "\")")));
    const auto [first, is_new] = keys.emplace(sample.key, i);
    if (!is_new) {
      return Broken("samples ", first->second, " and ", i, " have one key, \"", sample.key, "\"");
    }
  }
  return Annotate(CheckProtocol(contents.protocol, contents.samples.size()), "its protocol");
}

absl::Status RunDataset(StageContext& context) {
  const std::string component = context.component_name("data");
  FACET_ASSIGN_OR_RETURN(const std::unique_ptr<Dataset> dataset, context.Create<Dataset>("data"));
  ImageRoot root;
  // Images of a curation lie in the folder that the planner names.
  if (!context.has_input("curation")) {
    if (!dataset->root().empty()) {
      std::vector<std::string> folders;
      for (const auto& [option, files] : context.component_files("data")) folders.push_back(option);
      FACET_ASSIGN_OR_RETURN(root, FindImageRoot(dataset->root(), component,
                                                 context.component_options("data"), folders));
      FACET_RETURN_IF_ERROR(WriteImageRoot(root, context.output_dir()));
    }
  } else {
    FACET_ASSIGN_OR_RETURN(const std::string manifest,
                           context.InputFile("curation", "manifest.sqlite"));
    FACET_RETURN_IF_ERROR(CallNamed(
        component, [&] { return dataset->LoadCuration(manifest, context.root("curation")); }));
  }
  FACET_ASSIGN_OR_RETURN(DatasetContents contents,
                         Guard(component, [&] { return dataset->Load(); }));
  if (const absl::Status status = CheckContents(contents); !status.ok()) {
    return absl::InternalError(
        absl::StrCat("data set \"", component,
                     "\" broke its contract (a fault of the plugin): ", status.message()));
  }
  FACET_RETURN_IF_ERROR(CheckFiles(contents.samples, root, context));
  if (context.settings().contains("holdout")) {
    FACET_RETURN_IF_ERROR(ApplyHoldout(context.settings()["holdout"], &contents));
  }
  for (const auto& [name, count] : contents.counts) context.Count(name, count);
  for (const std::string& notice : contents.notices) context.Notice(notice);
  FACET_RETURN_IF_ERROR(WriteRecords(context.output_dir() + "/samples.jsonl", contents.samples));
  FACET_RETURN_IF_ERROR(WriteFileAtomically(context.output_dir() + "/protocol.json",
                                            Dump(ToJson(contents.protocol)) + "\n"));
  return RenderAll(context, *dataset, contents.samples, component);
}

}  // namespace facet
