// What data sets in files share: lists of names, folders of images, and the words of their
// messages.
#ifndef FACET_PLUGINS_LISTS_DATA_FILES_H_
#define FACET_PLUGINS_LISTS_DATA_FILES_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/api/dataset.h"

namespace facet {

// One line of a text file that is not blank: its number from 1, and the text between blanks and
// tabs. A byte order mark, CR LF and a last line without an end are understood.
struct TextLine {
  int64_t number = 0;
  std::vector<std::string> fields;
};
absl::StatusOr<std::vector<TextLine>> ReadFields(const std::string& path);

// One name a line, blanks inside it kept, those around it dropped; empty lines and lines that begin
// with '#' are comments.
absl::StatusOr<std::vector<std::string>> ReadNames(const std::string& path);

// "<path>:<line>: <message>", InvalidArgument.
absl::Status LineError(const std::string& path, int64_t line, const std::string& message);

bool IsUtf8(std::string_view text);

// By the name: jpg, jpeg, png, pgm, ppm, pnm, bmp, tif, tiff, webp, in any case.
bool HasImageExtension(std::string_view name);
// By the first bytes, of which kImageStartBytes are enough: the extension that HasImageExtension
// knows the format by ("jpg", "png", "ppm", "bmp", "tiff", "webp"), or nothing.
inline constexpr size_t kImageStartBytes = 12;
std::string_view ImageExtensionOf(std::string_view start);
// The same of a file. False if it cannot be read.
bool HasImageContent(const std::string& path);

// Names in `folder` in byte order, without those that begin with a dot. Links are followed.
struct FolderListing {
  std::vector<std::string> files, folders;
};
absl::StatusOr<FolderListing> ListFolder(const std::string& folder);

// "13,233".
std::string Thousands(int64_t count);
// What is missing, by name: its number, and its first names for messages.
class Missing {
 public:
  void Add(const std::string& name) {
    if (++count_ <= kShown) first_.push_back(name);
  }
  int64_t count() const { return count_; }
  // "a, b, c, ..."
  std::string Names() const;

 private:
  static constexpr int64_t kShown = 3;
  int64_t count_ = 0;
  std::vector<std::string> first_;
};

}  // namespace facet

#endif  // FACET_PLUGINS_LISTS_DATA_FILES_H_
