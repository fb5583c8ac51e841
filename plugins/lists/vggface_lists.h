// The text files of the VGG-Face release (Parkhi, Vedaldi, Zisserman 2015), one per identity, one
// image a line, separated by blanks:
//
//   id [uid] url left top right bottom pose detection_score curation
//
// The uid, 32 hexadecimal digits, is not in every copy.
#ifndef FACET_PLUGINS_LISTS_VGGFACE_LISTS_H_
#define FACET_PLUGINS_LISTS_VGGFACE_LISTS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/api/dataset.h"

namespace facet {

struct VggFaceLine {
  int64_t id = 0;
  // Box (none if the file's has no area), pose, score, curated and rank; the rest is the caller's.
  // A pose above 2 is frontal, 1 and 2 are the profiles, taken for left and right in the order in
  // which the release names them. Rank is the place in the order of ids, from 0.
  Sample sample;
  // As the file has them.
  std::string url, uid;  // no uid: empty
  double left = 0, top = 0, right = 0, bottom = 0, pose = 0;
};
// In order of id. InvalidArgument names file and line of what is not of this form, and of an id
// that occurs twice.
absl::StatusOr<std::vector<VggFaceLine>> ReadVggFaceList(const std::string& path);

// One line with its end, numbers with two decimals as the release has them, from id, uid (if not
// empty), url, left, top, right, bottom, pose and of the sample score and curated. InvalidArgument:
// a url that is empty or has blanks, a uid of another form.
absl::StatusOr<std::string> VggFaceText(const VggFaceLine& line);

}  // namespace facet

#endif  // FACET_PLUGINS_LISTS_VGGFACE_LISTS_H_
