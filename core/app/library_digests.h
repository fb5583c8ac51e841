// Digests of libraries, remembered from one command to the next: a hundred plugins are 15 MB, and
// hashing them is most of what a command takes that answers at once.
//
// A file says of each its size, times and inode, and is believed for as long as they are the same; a
// checksum guards each line. A library that changed within the last second is not remembered, as a
// later change could leave the same times. The file is a cache: one that is missing, damaged or
// cannot be written costs time only.
#ifndef FACET_CORE_APP_LIBRARY_DIGESTS_H_
#define FACET_CORE_APP_LIBRARY_DIGESTS_H_

#include <cstdint>
#include <map>
#include <string>

#include "absl/status/statusor.h"

namespace facet {

class LibraryDigests {
 public:
  // Reads the file; an empty path: nothing is remembered.
  explicit LibraryDigests(std::string path);

  // SHA-256, as Sha256File() gives it.
  absl::StatusOr<std::string> Of(const std::string& library);
  // Writes the file where something is new, with its folder. Libraries that are gone leave it.
  void Keep() const;

  int64_t num_hashed() const { return num_hashed_; }

 private:
  struct Known {
    std::string state, digest;
  };

  const std::string path_;
  std::map<std::string, Known> known_;  // by the library's path
  bool is_new_ = false;
  int64_t num_hashed_ = 0;
};

}  // namespace facet

#endif  // FACET_CORE_APP_LIBRARY_DIGESTS_H_
