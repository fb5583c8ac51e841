// Which files below a folder are meant, as patterns: "*.txt", "*/*.jpg", "images/**/*.png".
//
// As in a shell, '*', '?' and '[...]' stand for characters of one name, "**" for any number of
// folders, and none of them for a name that begins with a dot, nor for what systems and file
// servers leave among a user's files: lost+found, Thumbs.db, desktop.ini, __MACOSX, @eaDir, ...
// (the list is in the source; in any case of letters). No patterns at all: every file.
#ifndef FACET_CORE_BASE_FILE_PATTERNS_H_
#define FACET_CORE_BASE_FILE_PATTERNS_H_

#include <string>
#include <string_view>
#include <vector>

namespace facet {

class FilePatterns {
 public:
  explicit FilePatterns(const std::vector<std::string>& patterns);

  // `path`: below the folder, '/' between names.
  bool Match(std::string_view path) const { return Any(path, /*below=*/false); }
  // Whether a file below this folder could match.
  bool MayMatchBelow(std::string_view folder) const { return Any(folder, /*below=*/true); }

 private:
  bool Any(std::string_view path, bool below) const;

  std::vector<std::vector<std::string>> patterns_;  // by names
};

}  // namespace facet

#endif  // FACET_CORE_BASE_FILE_PATTERNS_H_
