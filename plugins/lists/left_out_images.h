// Files that a data set does not take for images, and that are pictures by their first bytes: for
// its notices.
#ifndef FACET_PLUGINS_LISTS_LEFT_OUT_IMAGES_H_
#define FACET_PLUGINS_LISTS_LEFT_OUT_IMAGES_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "plugins/lists/words.h"

namespace facet {

class LeftOutImages {
 public:
  // The file `path` below `root`, which the data set leaves out.
  void Look(const std::string& root, const std::string& path);
  // "3 files are left out, images by the first bytes but not by the name (a/b.jfif, ...); `cure`"
  // and "2 files are left out, of formats that facet cannot decode (1 AVIF, 1 GIF: a/c.gif, ...);
  // convert to PNG."
  std::vector<std::string> Notices(const std::string& cure) const;

 private:
  Missing images_, undecodable_;
  std::map<std::string, int64_t> formats_;
};

}  // namespace facet

#endif  // FACET_PLUGINS_LISTS_LEFT_OUT_IMAGES_H_
