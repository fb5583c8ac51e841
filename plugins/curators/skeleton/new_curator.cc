// Images without contrast: fog, empty frames, a page that says that the image is gone.
//
// In:  the manifest of the row before; its images, decoded by the host.
// Out: images whose grey levels have a standard deviation below `min_contrast` are removed, reason
//      "low contrast"; those that cannot be read too, reason "unreadable". Score: the deviation [grey
//      levels]. Snapshot `snapshot`: what all stages so far leave.
// Errors: InvalidArgument without a manifest; those of the manifest.
// Source: none.
// Example:  curation.curator = { use = "new_curator", min_contrast = 12.0 }
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "core/api/curator.h"
#include "core/base/parallel_work.h"
#include "plugins/curators/stage/run.h"

namespace {

using facet::CurationContext;
using facet::CurationResult;
using facet::CurationRun;
using facet::ManifestImage;
using facet::ManifestMark;

struct Options {
  double min_contrast = 12.0;
  std::string snapshot = "contrast";

  void Visit(facet::OptionVisitor& v) {
    v("min_contrast", min_contrast, facet::Range(0, 128), "smallest deviation [grey levels]");
    v("snapshot", snapshot, facet::Any(), "name of the snapshot");
  }
};

struct Finding {
  double contrast = -1.0;  // below 0: unreadable
  std::string why;
};

class NewCurator final : public facet::Curator {
 public:
  explicit NewCurator(const Options& options) : options_(options) {}

  absl::StatusOr<CurationResult> Curate(const CurationContext& context) override {
    FACET_ASSIGN_OR_RETURN(
        const auto run,
        CurationRun::Start(context, "new_curator",
                           absl::StrCat("{\"min_contrast\": ", options_.min_contrast, "}")));
    std::vector<ManifestImage> images;
    FACET_RETURN_IF_ERROR(ReadRows(*run, &images));
    std::vector<Finding> findings(images.size());
    const auto count = static_cast<int64_t>(images.size());
    // Each finding has its place: equal manifests, whatever the number of threads.
    FACET_RETURN_IF_ERROR(facet::ParallelWork(
        count, context.threads,
        [&](int64_t i) {
          findings[static_cast<size_t>(i)] = Look(context, images[static_cast<size_t>(i)]);
          return absl::OkStatus();
        },
        [&](int64_t done) { return run->Progress(done, count, "images").ok(); }));
    FACET_RETURN_IF_ERROR(
        run->manifest().InTransaction([&] { return Store(images, findings, run.get()); }));
    return run->Finish(options_.snapshot, "{}");
  }

 private:
  // What no earlier stage has removed.
  static absl::Status ReadRows(const CurationRun& run, std::vector<ManifestImage>* images) {
    FACET_ASSIGN_OR_RETURN(facet::ManifestImages rows, run.Images());
    for (ManifestImage image;;) {
      FACET_ASSIGN_OR_RETURN(const bool found, rows.Next(&image));
      if (!found) return absl::OkStatus();
      images->push_back(image);
    }
  }

  static Finding Look(const CurationContext& context, const ManifestImage& row) {
    const absl::StatusOr<facet::Image> image = context.read_image(row.path);
    if (!image.ok()) return {-1.0, std::string(image.status().message())};
    const cv::Mat pixels(image->height, image->width, CV_8UC3,
                         const_cast<uint8_t*>(image->bgr.data()));
    cv::Mat grey;
    cv::cvtColor(pixels, grey, cv::COLOR_BGR2GRAY);
    cv::Scalar mean, deviation;
    cv::meanStdDev(grey, mean, deviation);
    return {deviation[0], ""};
  }

  absl::Status Store(const std::vector<ManifestImage>& images, const std::vector<Finding>& findings,
                     CurationRun* run) const {
    for (size_t i = 0; i < images.size(); ++i) {
      const double contrast = findings[i].contrast;
      if (contrast >= 0) {
        FACET_RETURN_IF_ERROR(run->manifest().SetScore(run->id(), images[i].id, contrast));
      }
      if (contrast >= options_.min_contrast) continue;
      ManifestMark mark;
      mark.image = images[i].id;
      mark.reason = contrast < 0 ? "unreadable" : "low contrast";
      mark.detail = contrast < 0 ? findings[i].why : absl::StrFormat("%.1f", contrast);
      FACET_RETURN_IF_ERROR(run->manifest().Mark(run->id(), mark));
    }
    return absl::OkStatus();
  }

  const Options options_;
};

}  // namespace

FACET_PLUGIN(facet::Curator, NewCurator, Options, "new_curator", "removes images without contrast",
             "none")
