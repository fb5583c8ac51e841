// Images that a stage cannot use, while it goes on with the others.
#ifndef FACET_CORE_PIPELINE_BAD_IMAGES_H_
#define FACET_CORE_PIPELINE_BAD_IMAGES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"

namespace facet {

// Whether a component's error over one image is about that image, so that a stage can leave it out
// as it leaves out one that cannot be read. An exception that leaves the component is, too. Not
// about the image, and the stage's end: Cancelled; ResourceExhausted (out of memory); Unavailable,
// Aborted, DeadlineExceeded, PermissionDenied and Unauthenticated (the machine); FailedPrecondition
// and Unimplemented (a component that cannot work on any image, such as one without a model). An
// answer that breaks the component's contract is no error of the component: the stage finds it, and
// ends.
bool IsAboutTheImage(const absl::Status& status);

// What a stage ends with after a component's error over the image `key`. OK: it is about the image,
// which `unreadable` = "skip" leaves out ("refuse": no).
absl::Status EndAfter(const absl::Status& error, const std::string& key,
                      const std::string& unreadable);

// Those that one thing is wrong with.
class BadImages {
 public:
  void Add(const std::string& key, const std::string& reason);

  int64_t count() const { return count_; }
  // ": a.png: empty file; b.png: not an image", the first ten of them.
  std::string List() const;
  // "a.png: empty file"; empty: there is none.
  std::string First() const { return named_.empty() ? "" : named_.front(); }

 private:
  int64_t count_ = 0;
  std::vector<std::string> named_;
};

}  // namespace facet

#endif  // FACET_CORE_PIPELINE_BAD_IMAGES_H_
