#include "plugins/curators/annotation/thumbnails.h"

#include <algorithm>
#include <opencv2/imgcodecs.hpp>
#include <vector>

#include "core/base/status.h"
#include "plugins/opencv/opencv.h"

namespace facet {
namespace {

constexpr int kQuality = 88;

}  // namespace

Thumbnails::Thumbnails(Reader read_image, int64_t max_bytes, int threads)
    : read_image_(std::move(read_image)),
      max_bytes_(max_bytes),
      free_threads_(std::max(1, threads)) {}

std::shared_ptr<const std::string> Thumbnails::Find(const Key& key) {
  const auto found = index_.find(key);
  if (found == index_.end()) return nullptr;
  entries_.splice(entries_.begin(), entries_, found->second);
  return found->second->jpeg;
}

absl::StatusOr<std::string> Thumbnails::Make(const Key& key) const {
  const auto& [path, side_px] = key;
  FACET_ASSIGN_OR_RETURN(const Image image, read_image_(path));
  try {
    const double scale = static_cast<double>(side_px) / std::max(image.width, image.height);
    std::vector<uint8_t> bytes;
    cv::imencode(".jpg", Scaled(View(image), std::min(scale, 1.0)), bytes,
                 {cv::IMWRITE_JPEG_QUALITY, kQuality});
    return std::string(bytes.begin(), bytes.end());
  } catch (const cv::Exception& error) {
    return OpenCvError(path, error);
  }
}

absl::StatusOr<std::shared_ptr<const std::string>> Thumbnails::Get(const std::string& path,
                                                                   int side_px) {
  const Key key(path, side_px);
  std::unique_lock<std::mutex> lock(mutex_);
  if (auto known = Find(key)) return known;
  turn_.wait(lock, [&] { return free_threads_ > 0; });
  // Another thread may have made it meanwhile.
  if (auto known = Find(key)) return known;
  --free_threads_;
  lock.unlock();
  absl::StatusOr<std::string> jpeg = Make(key);
  lock.lock();
  ++free_threads_;
  turn_.notify_all();  // some of those who wait find theirs made
  if (!jpeg.ok()) return jpeg.status();
  ++num_made_;
  if (auto known = Find(key)) return known;
  entries_.push_front({key, std::make_shared<const std::string>(*std::move(jpeg))});
  index_[key] = entries_.begin();
  auto made = entries_.front().jpeg;
  num_bytes_ += static_cast<int64_t>(made->size());
  while (num_bytes_ > max_bytes_) {
    num_bytes_ -= static_cast<int64_t>(entries_.back().jpeg->size());
    index_.erase(entries_.back().key);
    entries_.pop_back();
  }
  return made;
}

int64_t Thumbnails::num_bytes() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return num_bytes_;
}

int64_t Thumbnails::num_made() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return num_made_;
}

}  // namespace facet
