// YouTube Faces (Wolf, Hassner, Maoz 2011): official files and layout. A template is a video.
//
//   <root>/splits.txt or splits_corrected.txt, or option `splits`     (datasets/ytf_lists.h)
//       a line a pair: split, pair, Name/video, Name/video, is_same [, corrected]
//   <root>/frame_images_DB/Name/video/video.frame.jpg                 source = "frames"
//   <root>/frame_images_DB/Name.labeled_faces.txt                     with the faces' boxes
//   <root>/aligned_images_DB/Name/video/aligned_detect_video.frame.jpg  source = "aligned"
//
// Cross-validation over the 10 official splits; frames are in order of their number, and each
// carries the fold of its person. The frames of source = "frames" carry the detected box of the
// release (detector `given`); those of "aligned" are cropped 2.2 times as large as the box, as
// LFW's are (detector `central`). With all_videos there are besides the videos of the splits'
// people that no pair uses, for what is trained on the other folds. max_frames takes frames at
// (i + 1/2) / max_frames of a longer video. labels = "corrected" scores by the sixth column.
// Part of the official list, or pairs of your own in its form, will do: splits that are not
// numbered through or not of one size are a notice. Errors: lists that break their form or the
// protocol's rules, by file and line; missing videos, unless missing = "skip" drops their pairs,
// and splits that have none left: figures are then not official.
// Example: data = { use = "ytf", root = "${FACET_DATA}/ytf", max_frames = 25 }
#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "core/api/dataset.h"
#include "plugins/datasets/own_pairs.h"
#include "plugins/datasets/ytf_lists.h"
#include "plugins/lists/folder_listing.h"
#include "plugins/lists/image_names.h"
#include "plugins/lists/words.h"

namespace {

using facet::DatasetContents;
using facet::Thousands;
using facet::YtfPair;
using facet::YtfSplits;
using facet::YtfVideo;

struct Options {
  std::string root, splits;
  std::string source = "frames";
  std::string labels = "original";
  std::string missing = "refuse";
  int64_t max_frames = 0;
  bool all_videos = true;

  void Visit(facet::OptionVisitor& v) {
    v("root", root, facet::Required(facet::InputDirectory({"splits*.txt", "*_images_DB/**/*"})),
      "folder of the release");
    v("source", source, facet::OneOf({"frames", "aligned"}),
      "frame_images_DB with boxes, or aligned_images_DB");
    v("labels", labels, facet::OneOf({"original", "corrected"}),
      "is_same as published first (the paper's), or after the errata");
    v("splits", splits, facet::InputFile(),
      "the list of pairs; empty: root/splits.txt, or splits_corrected.txt");
    v("missing", missing, facet::OneOf({"refuse", "skip"}),
      "a video of a pair that is not there: refuse, or leave its pairs out");
    v("max_frames", max_frames, facet::AtLeast(0),
      "at most so many frames of a video, evenly spaced; 0: all");
    v("all_videos", all_videos, facet::Any(), "take the people's videos that no pair uses, too");
  }
};

struct Frame {
  int64_t number = 0;
  std::string file;
  bool operator<(const Frame& other) const {
    return number != other.number ? number < other.number : file < other.file;
  }
};

// `count` of them, evenly spaced.
std::vector<Frame> EvenlySpaced(const std::vector<Frame>& frames, int64_t count) {
  const auto all = static_cast<int64_t>(frames.size());
  if (count == 0 || all <= count) return frames;
  std::vector<Frame> taken;
  for (int64_t i = 0; i < count; ++i) {
    taken.push_back(frames[static_cast<size_t>((2 * i + 1) * all / (2 * count))]);
  }
  return taken;
}

class Ytf final : public facet::Dataset {
 public:
  explicit Ytf(const Options& options)
      : options_(options),
        images_(options.source == "frames" ? "frame_images_DB" : "aligned_images_DB") {}

  std::string root() const override { return options_.root; }

  absl::StatusOr<DatasetContents> Load() override {
    contents_ = {};
    const bool corrected = options_.labels == "corrected";
    const std::string list =
        !options_.splits.empty()
            ? options_.splits
            : absl::StrCat(options_.root, corrected ? "/splits_corrected.txt" : "/splits.txt");
    FACET_ASSIGN_OR_RETURN(YtfSplits splits,
                           facet::ReadYtfSplits(list, absl::StrCat(options_.root, "/", images_)));
    contents_.notices = splits.notices;
    if (corrected && !splits.has_corrected) {
      return absl::InvalidArgumentError(absl::StrCat(
          list, " has no sixth column; labels = \"corrected\" needs splits_corrected.txt"));
    }
    FACET_RETURN_IF_ERROR(FindVideos(splits));
    FACET_RETURN_IF_ERROR(TakePairs(splits));
    FACET_RETURN_IF_ERROR(MakeSamples(splits));
    MakeProtocol(splits, corrected);
    FACET_RETURN_IF_ERROR(facet::DropEmptyFolds(&contents_));
    facet::NoteOneSidedFolds(list, "give every split pairs of both", &contents_);
    return std::move(contents_);
  }

 private:
  std::string Folder(const std::string& below) const {
    return absl::StrCat(options_.root, "/", images_, "/", below);
  }

  // The frames of the pairs' videos and, with all_videos, of their people's others.
  absl::Status FindVideos(const YtfSplits& splits) {
    frames_.clear();
    if (!std::filesystem::is_directory(Folder(""))) {
      return absl::NotFoundError(absl::StrCat("no images of YouTube Faces in ", options_.root,
                                              ": expected the people's folders in ", images_,
                                              "/ (source = \"", options_.source, "\")"));
    }
    std::set<YtfVideo> videos;
    for (const YtfPair& pair : splits.pairs) videos.insert({pair.first, pair.second});
    for (const auto& [name, fold] : splits.fold_of) {
      if (!options_.all_videos || !std::filesystem::is_directory(Folder(name))) continue;
      FACET_ASSIGN_OR_RETURN(const facet::FolderListing person, facet::ListFolder(Folder(name)));
      for (const std::string& folder : person.folders) {
        int64_t number;
        if (absl::SimpleAtoi(folder, &number) && absl::StrCat(number) == folder && number >= 0) {
          videos.insert({name, number});
        }
      }
    }
    for (const YtfVideo& video : videos) {
      if (!std::filesystem::is_directory(Folder(video.Path()))) continue;
      FACET_ASSIGN_OR_RETURN(const facet::FolderListing listing,
                             facet::ListFolder(Folder(video.Path())));
      std::vector<Frame> frames;
      for (const std::string& file : listing.files) {
        const int64_t number = facet::YtfFrameNumber(file);
        if (number >= 0 && facet::HasImageExtension(file)) frames.push_back({number, file});
      }
      std::sort(frames.begin(), frames.end());
      if (!frames.empty()) frames_[video] = EvenlySpaced(frames, options_.max_frames);
    }
    return absl::OkStatus();
  }

  // Refuses or drops the pairs whose videos are missing.
  absl::Status TakePairs(YtfSplits& splits) {
    facet::Missing missing;
    std::set<YtfVideo> seen;
    for (const YtfPair& pair : splits.pairs) {
      for (const YtfVideo* video : {&pair.first, &pair.second}) {
        if (frames_.count(*video) == 0 && seen.insert(*video).second) missing.Add(video->Path());
      }
    }
    if (missing.count() == 0) return absl::OkStatus();
    const auto all = static_cast<int64_t>(splits.pairs.size());
    splits.pairs.erase(std::remove_if(splits.pairs.begin(), splits.pairs.end(),
                                      [this](const YtfPair& pair) {
                                        return frames_.count(pair.first) == 0 ||
                                               frames_.count(pair.second) == 0;
                                      }),
                       splits.pairs.end());
    const auto kept = static_cast<int64_t>(splits.pairs.size());
    const std::string what = absl::StrCat(
        Thousands(missing.count()),
        " videos of the pairs of YouTube Faces are missing: ", missing.Names(), " (in ", images_,
        "); ", Thousands(kept), " of ", Thousands(all), " pairs are complete");
    const int64_t folds = facet::NumFoldsOf(splits.pairs);
    if (options_.missing == "refuse" || folds < 2) {
      return absl::NotFoundError(absl::StrCat(
          what, ", in ", folds, " of ", splits.num_folds,
          " splits. Official figures need all pairs: add the videos",
          folds < 2 ? "; two splits need pairs" : ", or leave pairs out with missing = \"skip\""));
    }
    contents_.counts["missing videos"] = missing.count();
    contents_.counts["skipped pairs"] = all - kept;
    contents_.notices.push_back(what + "; the figures are not official.");
    return absl::OkStatus();
  }

  absl::Status MakeSamples(const YtfSplits& splits) {
    std::string of_boxes;
    std::map<std::string, facet::Box> boxes;
    int64_t without_box = 0;
    samples_.clear();
    for (const auto& [video, frames] : frames_) {
      if (options_.source == "frames" && video.name != of_boxes) {
        const std::string list = Folder(video.name + ".labeled_faces.txt");
        boxes.clear();
        if (std::filesystem::exists(list)) {
          FACET_ASSIGN_OR_RETURN(boxes, facet::ReadYtfBoxes(list));
        }
        of_boxes = video.name;
      }
      for (const Frame& frame : frames) {
        facet::Sample sample;
        sample.key = absl::StrCat(video.Path(), "/", frame.file);
        sample.path = absl::StrCat(images_, "/", sample.key);
        sample.identity = video.name;
        sample.video = video.Path();
        sample.frame = frame.number;
        sample.fold = splits.fold_of.at(video.name);
        const auto box = boxes.find(absl::StrCat(video.number, "/", frame.file));
        if (box != boxes.end()) sample.box = box->second;
        without_box += box == boxes.end();
        samples_[video].push_back(static_cast<int64_t>(contents_.samples.size()));
        contents_.samples.push_back(std::move(sample));
      }
    }
    contents_.counts["videos"] = static_cast<int64_t>(frames_.size());
    contents_.counts["frames"] = static_cast<int64_t>(contents_.samples.size());
    if (options_.source == "frames" && without_box > 0) {
      contents_.counts["frames without a box"] = without_box;
      contents_.notices.push_back(absl::StrCat(
          Thousands(without_box), " frames have no box in their person's labeled_faces.txt."));
    }
    return absl::OkStatus();
  }

  void MakeProtocol(const YtfSplits& splits, bool corrected) {
    facet::Protocol& protocol = contents_.protocol;
    protocol.kind = facet::Protocol::Kind::kFolds;
    protocol.name = facet::YtfProtocolName(splits, corrected);
    protocol.num_folds = splits.num_folds;
    std::map<YtfVideo, int64_t> templates;
    for (const YtfPair& pair : splits.pairs) templates.insert({{pair.first, 0}, {pair.second, 0}});
    for (auto& [video, index] : templates) {
      index = static_cast<int64_t>(protocol.templates.size());
      protocol.templates.push_back({video.Path(), samples_.at(video)});
    }
    for (const YtfPair& pair : splits.pairs) {
      protocol.pairs.push_back({templates.at(pair.first), templates.at(pair.second),
                                corrected ? pair.corrected : pair.same, pair.fold});
    }
    contents_.counts["videos in pairs"] = static_cast<int64_t>(templates.size());
    contents_.counts["pairs"] = static_cast<int64_t>(protocol.pairs.size());
  }

  const Options options_;
  const std::string images_;  // below root
  DatasetContents contents_;
  std::map<YtfVideo, std::vector<Frame>> frames_;
  std::map<YtfVideo, std::vector<int64_t>> samples_;
};

}  // namespace

FACET_PLUGIN(facet::Dataset, Ytf, Options, "ytf", "YouTube Faces, 10 splits of pairs of videos",
             "Wolf et al. 2011, CVPR")
