// Photographs for the kinds that take images: rendered faces, whose truth is known, and those of a
// folder. Made when they are first asked for, and kept.
#ifndef FACET_BENCHMARKS_PHOTOGRAPHS_H_
#define FACET_BENCHMARKS_PHOTOGRAPHS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "benchmarks/components.h"
#include "core/api/dataset.h"
#include "core/api/image.h"

namespace facet::bench {

struct Photograph {
  Image image;
  Sample sample;  // its box, if it has one, is the truth
};
using Photographs = std::vector<Photograph>;

// Of 20 people of the data set `synthetic`, square, with canonical boxes and nine landmarks. Another
// seed has other people.
absl::StatusOr<const Photographs*> RenderedPhotographs(const Request& request, int64_t side_px,
                                                       int64_t seed = 1);

// At most 20 image files of a folder, at equal steps of their names, however deep they lie.
class PhotographFolder {
 public:
  // NotFound: it has none.
  static absl::StatusOr<PhotographFolder> Open(const std::string& folder);

  // "lfw" if all are named as LFW's are (Name/Name_0001.jpg), else "photographs".
  std::string name() const { return is_lfw_ ? "lfw" : "photographs"; }
  // LFW's have a truth where they are 250 x 250 px: the middle 113.6 px, where it centres its faces.
  absl::StatusOr<const Photographs*> Read() const;

 private:
  std::vector<std::string> paths_;
  bool is_lfw_ = false;
};

// A component has one thread for an image, as it has where facet runs it.
void UseOneThread();

}  // namespace facet::bench

#endif  // FACET_BENCHMARKS_PHOTOGRAPHS_H_
