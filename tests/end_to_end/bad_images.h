// A small set of training images in `folder`'s layout among which some are broken, each in another
// way. What they are is made here; nothing is read from disk.
#ifndef FACET_TESTS_END_TO_END_BAD_IMAGES_H_
#define FACET_TESTS_END_TO_END_BAD_IMAGES_H_

#include <string>
#include <vector>

namespace facet {

struct BadImage {
  std::string path;   // below the folder, "person_1/truncated.jpg"
  std::string fault;  // "truncated JPEG", ...
};

struct BadImageSet {
  std::vector<std::string> good;  // paths below the folder
  std::vector<BadImage> bad;
};

// Writes `num_identities` x `images_per_identity` good JPEGs of 96 x 96 px, "person_<i>/<j>.jpg" (a
// head-like figure whose colours tell the identity), and the broken ones, all of person_0:
//   truncated.jpg    a JPEG without its second half
//   empty.jpg        no bytes
//   text.jpg         text
//   zero.jpg         a JPEG whose header says 0 x 0
//   huge.jpg         a JPEG whose header says 30000 x 30000
//   huge.png         a PNG whose header says 30000 x 30000, its checksum right
// Aborts if it cannot write. `folder` is created.
BadImageSet WriteBadImages(const std::string& folder, int num_identities, int images_per_identity);

}  // namespace facet

#endif  // FACET_TESTS_END_TO_END_BAD_IMAGES_H_
