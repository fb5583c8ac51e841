// The images of a data set's samples, from files or from the rendered ones in the artifact; and the
// loop of the stages that go over all of them: several threads, bounded memory, results in order.
#ifndef FACET_CORE_PIPELINE_SAMPLE_IMAGES_H_
#define FACET_CORE_PIPELINE_SAMPLE_IMAGES_H_

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/api/dataset.h"
#include "core/api/image.h"
#include "core/base/status.h"
#include "core/image/image_io.h"
#include "core/pipeline/context.h"
#include "core/pipeline/decoded_images.h"
#include "core/pipeline/work_in_order.h"
#include "core/records/blob_file.h"

namespace facet {

class SampleImages {
 public:
  // Of the data set at an input port of the stage. `max_megapixels`: larger images are not read.
  static absl::StatusOr<SampleImages> Open(const StageContext& context, int64_t max_megapixels,
                                           const std::string& port = "samples");

  // Any thread. The message says what is wrong with the image and names neither it nor a folder:
  // it may go into an artifact, which must not depend on where the data lies.
  absl::StatusOr<Image> Read(int64_t index, const Sample& sample,
                             std::string* remark = nullptr) const;  // image_io.h
  // The same in two steps: the image's file, and its pixels.
  absl::StatusOr<std::string> ReadBytes(int64_t index, const Sample& sample) const;
  absl::StatusOr<Image> Decode(std::string_view bytes, std::string* remark = nullptr) const;

 private:
  absl::StatusOr<std::string_view> Rendered(int64_t index) const;
  absl::StatusOr<Image> ReadAndDecode(int64_t index, const Sample& sample,
                                      std::string* remark) const;

  std::string root_;
  std::shared_ptr<BlobReader> rendered_;  // null: all are files. Shared by copies of this object.
  DecodedImages decoded_;                 // by stages before this one, and by this one for others
  ImageLimits limits_;
};

// One component per thread of the stage, each used by its own worker alone.
template <class Interface>
absl::StatusOr<std::vector<std::unique_ptr<Interface>>> CreatePerThread(StageContext& context,
                                                                        const std::string& role) {
  std::vector<std::unique_ptr<Interface>> made;
  for (int i = 0; i < std::max(1, context.threads()); ++i) {
    FACET_ASSIGN_OR_RETURN(std::unique_ptr<Interface> one, context.Create<Interface>(role));
    made.push_back(std::move(one));
  }
  return made;
}

// The loop of a stage over the records that `next` gives: WorkInOrder (work_in_order.h) by the
// stage's threads. Reports progress of at most `total` images and heeds a request to stop. OpenCV's
// own threads are switched off: an image is one thread's work.
void UseOneOpenCvThread();
template <class Record, class Result, class Next, class Work, class Take>
absl::Status ForEachImage(StageContext& context, int64_t total, const Next& next, const Work& work,
                          const Take& take) {
  constexpr size_t kImagesPerThread = 32;
  UseOneOpenCvThread();
  const int num_workers = std::max(1, context.threads());
  int64_t done = 0;
  const auto go_on = [&] {
    return context.stop_requested() ? absl::CancelledError("stopped between images")
                                    : absl::OkStatus();
  };
  FACET_RETURN_IF_ERROR(go_on());  // there may be no image at all
  const absl::Status worked = WorkInOrder<Record, Result>(
      num_workers, kImagesPerThread * static_cast<size_t>(num_workers), next, work,
      [&](const Record& record, Result& result) -> absl::Status {
        FACET_RETURN_IF_ERROR(go_on());
        FACET_RETURN_IF_ERROR(take(record, result));
        ++done;
        context.Progress(done, std::max(done, total), "images");
        return absl::OkStatus();
      });
  FACET_RETURN_IF_ERROR(worked);
  context.Progress(done, done, "images");
  return absl::OkStatus();
}

}  // namespace facet

#endif  // FACET_CORE_PIPELINE_SAMPLE_IMAGES_H_
