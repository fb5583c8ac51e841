#include "core/stages/sample_images.h"

#include <opencv2/core/utility.hpp>

#include "absl/strings/str_replace.h"
#include "core/base/file.h"

namespace facet {

absl::StatusOr<SampleImages> SampleImages::Open(const StageContext& context,
                                                int64_t max_megapixels) {
  SampleImages images;
  images.root_ = context.root("samples");
  images.limits_.max_pixels = max_megapixels * 1'000'000;
  // Data sets of files alone have no such file.
  const absl::StatusOr<std::string> rendered = context.InputFile("samples", "images.mdb");
  if (rendered.ok()) {
    FACET_ASSIGN_OR_RETURN(images.rendered_, BlobReader::Open(*rendered));
  }
  return images;
}

absl::StatusOr<Image> SampleImages::Read(int64_t index, const Sample& sample) const {
  if (sample.path.empty()) {
    if (rendered_ == nullptr) {
      return absl::NotFoundError("neither a file nor a rendered image belongs to this sample");
    }
    FACET_ASSIGN_OR_RETURN(const std::string_view bytes, rendered_->Get(index));
    return DecodeImage(bytes, limits_);
  }
  const std::string path = absl::StrCat(root_, "/", sample.path);
  const absl::StatusOr<std::string> bytes = ReadFile(path);
  if (!bytes.ok()) {
    return absl::Status(bytes.status().code(),
                        absl::StrReplaceAll(bytes.status().message(), {{path, "the file"}}));
  }
  return DecodeImage(*bytes, limits_);
}

absl::StatusOr<int64_t> CountLines(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file.is_open()) return absl::NotFoundError(absl::StrCat(path, " cannot be opened"));
  int64_t lines = 0;
  std::vector<char> buffer(size_t{1} << 20);
  while (file.read(buffer.data(), static_cast<std::streamsize>(buffer.size())) ||
         file.gcount() > 0) {
    lines += std::count(buffer.begin(), buffer.begin() + file.gcount(), '\n');
  }
  return lines;
}

void UseOneOpenCvThread() { cv::setNumThreads(1); }

}  // namespace facet
