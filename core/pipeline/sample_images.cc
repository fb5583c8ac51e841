#include "core/pipeline/sample_images.h"

#include <opencv2/core/utility.hpp>

#include "absl/strings/str_replace.h"
#include "core/base/file.h"

namespace facet {

absl::StatusOr<SampleImages> SampleImages::Open(const StageContext& context, int64_t max_megapixels,
                                                const std::string& port) {
  SampleImages images;
  images.root_ = context.root(port);
  images.decoded_ = DecodedImages(context.shared(port));
  images.limits_.max_pixels = max_megapixels * 1'000'000;
  // Data sets of files alone have no such file.
  const absl::StatusOr<std::string> rendered = context.InputFile(port, "images.mdb");
  if (rendered.ok()) {
    FACET_ASSIGN_OR_RETURN(images.rendered_, BlobReader::Open(*rendered));
  }
  return images;
}

absl::StatusOr<std::string_view> SampleImages::Rendered(int64_t index) const {
  const absl::StatusOr<std::string_view> bytes = rendered_->Get(index);
  if (!absl::IsNotFound(bytes.status())) return bytes;
  return absl::NotFoundError("the data set could not render it; a notice of its stage says why");
}

absl::StatusOr<Image> SampleImages::Read(int64_t index, const Sample& sample,
                                         std::string* remark) const {
  std::optional<Image> known = decoded_.Get(index);
  const auto pixels = [](const Image& image) { return int64_t{1} * image.width * image.height; };
  if (known && pixels(*known) <= limits_.max_pixels) return *std::move(known);
  std::string own;
  absl::StatusOr<Image> image = ReadAndDecode(index, sample, &own);
  // What is odd about a file is for each stage to hear.
  if (image.ok() && own.empty()) decoded_.Put(index, *image);
  if (remark != nullptr) *remark = std::move(own);
  return image;
}

absl::StatusOr<Image> SampleImages::ReadAndDecode(int64_t index, const Sample& sample,
                                                  std::string* remark) const {
  if (sample.path.empty() && rendered_ != nullptr) {
    FACET_ASSIGN_OR_RETURN(const std::string_view bytes, Rendered(index));
    return Decode(bytes);
  }
  FACET_ASSIGN_OR_RETURN(const std::string bytes, ReadBytes(index, sample));
  return Decode(bytes, remark);
}

absl::StatusOr<std::string> SampleImages::ReadBytes(int64_t index, const Sample& sample) const {
  if (sample.path.empty()) {
    if (rendered_ == nullptr) {
      return absl::NotFoundError("neither a file nor a rendered image belongs to this sample");
    }
    FACET_ASSIGN_OR_RETURN(const std::string_view bytes, Rendered(index));
    return std::string(bytes);
  }
  const std::string path = absl::StrCat(root_, "/", sample.path);
  absl::StatusOr<std::string> bytes = ReadFile(path);
  if (bytes.ok()) return bytes;
  return absl::Status(bytes.status().code(),
                      absl::StrReplaceAll(bytes.status().message(), {{path, "the file"}}));
}

absl::StatusOr<Image> SampleImages::Decode(std::string_view bytes, std::string* remark) const {
  return DecodeImage(bytes, limits_, remark);
}

void UseOneOpenCvThread() { cv::setNumThreads(1); }

}  // namespace facet
