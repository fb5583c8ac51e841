// Images that a stage cannot use, while it goes on with the others.
#ifndef FACET_CORE_PIPELINE_BAD_IMAGES_H_
#define FACET_CORE_PIPELINE_BAD_IMAGES_H_

#include <cstddef>
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
  // ": a.png, b.png and 30 more: empty file; c.png: not an image": the first ten reasons, each with
  // the first of its images, and ten images by name, or one of each reason.
  std::string List() const;
  // "a.png: empty file"; empty: there is none.
  std::string First() const;

 private:
  struct Reason {
    std::string text;
    std::vector<std::string> named;
    int64_t count = 0;
  };
  int64_t count_ = 0;
  size_t num_named_ = 0;
  std::vector<Reason> reasons_;
};

}  // namespace facet

#endif  // FACET_CORE_PIPELINE_BAD_IMAGES_H_
