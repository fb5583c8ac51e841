// The text files of YouTube Faces (Wolf, Hassner, Maoz 2011; README of the data set).
//
//   splits.txt             "split, pair, Name/video, Name/video, is_same", commas and blanks; pairs
//                          are numbered from 1 in each split. Some copies have a header line, CR LF
//                          or no end of the last line. A subset of the lines will do.
//   splits_corrected.txt   the same with a sixth column, the label after the errata
//   Name.labeled_faces.txt "Name\video\video.frame.jpg,ignored,x,y,width,height,..." with x, y the
//                          CENTRE of the face
//
// Errors are InvalidArgument and begin with "<file>:<line>".
#ifndef FACET_PLUGINS_DATASETS_YTF_LISTS_H_
#define FACET_PLUGINS_DATASETS_YTF_LISTS_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/api/dataset.h"

namespace facet {

struct YtfVideo {
  std::string name;  // "Sadie_Frost"
  int64_t number = 0;
  // "Sadie_Frost/1", the folder below the images.
  std::string Path() const;
  bool operator<(const YtfVideo& other) const {
    return name != other.name ? name < other.name : number < other.number;
  }
  bool operator==(const YtfVideo& other) const {
    return name == other.name && number == other.number;
  }
};

struct YtfPair {
  YtfVideo first, second;
  bool same = false;       // column 5
  bool corrected = false;  // column 6; as `same` where there is none
  int64_t fold = 0;        // of its split
  int64_t line = 0;
};

// Refused: a line that is no pair; a video with itself; a pair that occurs twice, or its number in
// the split; is_same (column 5) that differs from the equality of the names; a person in two
// splits; fewer than two splits. Noted, because it is a subset or a list of one's own: splits or
// pairs that are not numbered through; splits of different size, or with more pairs of one kind
// than of the other.
struct YtfSplits {
  int64_t num_folds = 0;       // the splits that occur, in order of their numbers
  bool has_corrected = false;  // every line has column 6
  std::vector<YtfPair> pairs;
  std::map<std::string, int64_t> fold_of;  // by name of the person
  std::vector<std::string> notices;
  // One for each pair of the list, whatever its form: "3 Name/1 Other/2 0", folds from 0, column 5.
  std::vector<std::string> lines;
};
// `images`: the folder of the people's folders, for advice.
absl::StatusOr<YtfSplits> ReadYtfSplits(const std::string& path, const std::string& images);
// "YouTube Faces (official)": where the pairs, some of which may be gone, are from
// (datasets/official_pairs.h).
std::string YtfProtocolName(const YtfSplits& splits, bool corrected);

// "3/3.618.jpg" (video and file, as below the person's folder) -> box. Refused: a line of fewer
// than six columns, a box without area.
absl::StatusOr<std::map<std::string, Box>> ReadYtfBoxes(const std::string& path);

// The frame's number, the last part between dots before the extension: 618 of "3.618.jpg" and of
// "aligned_detect_3.618.jpg"; -1: not such a name.
int64_t YtfFrameNumber(const std::string& file);

}  // namespace facet

#endif  // FACET_PLUGINS_DATASETS_YTF_LISTS_H_
