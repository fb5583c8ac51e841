// What a file holds, by its first bytes, where that is not what an experiment asked for: a download
// that did not succeed, a pointer in place of a file, an archive, another encoding.
#ifndef FACET_CORE_CONFIG_FILE_CONTENTS_H_
#define FACET_CORE_CONFIG_FILE_CONTENTS_H_

#include <string>
#include <string_view>

namespace facet {

struct FileContent {
  std::string what;  // "a Git-LFS pointer, not the file itself"; empty: nothing is known against it
  std::string help;  // "`git lfs pull` fetches it"
  // Whether its name says so too ("x.zip" of a zip archive): who reads such files may want it.
  bool as_named = false;
};

// Of the file `path`, whose first bytes are `start`. Text is wrong where the name promises weights.
FileContent ForeignContent(const std::string& path, std::string_view start);
// The same; nothing of a file that cannot be read.
FileContent ForeignContent(const std::string& path);

// Of a whole text that must be UTF-8 without NUL: "UTF-16 (little-endian)", with the cure; empty
// for UTF-8, and for what is in no encoding that shows.
FileContent ForeignEncoding(const std::string& path, std::string_view text);

}  // namespace facet

#endif  // FACET_CORE_CONFIG_FILE_CONTENTS_H_
