// JPEG thumbnails, made once and kept while there is room: the ones not asked for longest go first.
#ifndef FACET_PLUGINS_CURATORS_ANNOTATION_THUMBNAILS_H_
#define FACET_PLUGINS_CURATORS_ANNOTATION_THUMBNAILS_H_

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "core/api/image.h"

namespace facet {

class Thumbnails {
 public:
  using Reader = std::function<absl::StatusOr<Image>(const std::string& path)>;
  // At most `threads` images are decoded at a time.
  Thumbnails(Reader read_image, int64_t max_bytes, int threads);

  // The longer side has `side_px` at most. Any thread.
  absl::StatusOr<std::shared_ptr<const std::string>> Get(const std::string& path, int side_px);

  int64_t num_bytes() const;
  int64_t num_made() const;

 private:
  using Key = std::pair<std::string, int>;
  struct Entry {
    Key key;
    std::shared_ptr<const std::string> jpeg;  // shared with the answers that are being sent
  };
  std::shared_ptr<const std::string> Find(const Key& key);  // with the lock held
  absl::StatusOr<std::string> Make(const Key& key) const;

  const Reader read_image_;
  const int64_t max_bytes_;
  mutable std::mutex mutex_;
  std::condition_variable turn_;
  int free_threads_;
  int64_t num_bytes_ = 0, num_made_ = 0;
  std::list<Entry> entries_;  // last asked for first
  std::map<Key, std::list<Entry>::iterator> index_;
};

}  // namespace facet

#endif  // FACET_PLUGINS_CURATORS_ANNOTATION_THUMBNAILS_H_
