// The text files of LFW: pairs.txt, pairsDevTrain.txt, pairsDevTest.txt and people.txt (Huang et
// al. 2007, README of the data set).
//
//   pairs.txt     "10 300", then per fold 300 lines "Name n1 n2" and 300 lines "Name1 n1 Name2 n2"
//   pairsDev*.txt "1100", then as many matched and as many mismatched pairs: one fold
//   people.txt    "10", then per fold the number of people and as many lines "Name images"
//
// Fields are separated by tabs or blanks. Some copies lack the header line; then a fold ends where
// a matched pair follows a mismatched one. Errors are InvalidArgument and begin with
// "<file>:<line>".
#ifndef FACET_PLUGINS_DATASETS_LFW_LISTS_H_
#define FACET_PLUGINS_DATASETS_LFW_LISTS_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/api/dataset.h"

namespace facet {

// An image: a person's name and a number from 1.
struct LfwImage {
  std::string name;
  int64_t number = 0;
  // "Name/Name_0001.jpg"
  std::string Path() const;
  bool operator<(const LfwImage& other) const {
    return name != other.name ? name < other.name : number < other.number;
  }
  bool operator==(const LfwImage& other) const {
    return name == other.name && number == other.number;
  }
};

struct LfwPair {
  LfwImage first, second;
  bool genuine = false;
  int64_t fold = 0;
  int64_t line = 0;
};

// Refused: a line that is no pair, blocks that differ from the header, an image paired with itself,
// a mismatched pair of one person, a pair that occurs twice (in either order).
struct LfwPairs {
  std::string path;
  int64_t num_folds = 0;
  std::vector<LfwPair> pairs;
};
absl::StatusOr<LfwPairs> ReadLfwPairs(const std::string& path);

// Which fold a person is in, where that was said, and how many images there are (-1: unknown).
struct LfwPerson {
  int64_t fold = 0, num_images = -1;
  std::string place;  // "people.txt:12"
};
using LfwPeople = std::map<std::string, LfwPerson>;
// Refused: a line that is neither a number nor a person, blocks that differ from their numbers, a
// person who occurs twice.
absl::StatusOr<LfwPeople> ReadLfwPeople(const std::string& path, int64_t* num_folds);

// One view: its pairs, folds numbered through, and the people of its folds.
//   1  pairsDevTrain.txt is fold 0, pairsDevTest.txt fold 1
//   2  pairs.txt, and people.txt if it is there; else the folds of people come from the pairs
// Refused besides: a person in two folds, an image number above the person's number of images, a
// file of view 1 with several folds.
struct LfwView {
  std::string name;
  Protocol::Kind kind = Protocol::Kind::kNone;
  int64_t num_folds = 0;
  std::vector<LfwPair> pairs;
  LfwPeople people;
  // One for each pair, whatever the form of the list: "3 Name/1 Other/2", folds from 0.
  std::vector<std::string> Lines() const;
};
absl::StatusOr<LfwView> ReadLfwView1(const std::string& root);
absl::StatusOr<LfwView> ReadLfwView2(const std::string& root);

}  // namespace facet

#endif  // FACET_PLUGINS_DATASETS_LFW_LISTS_H_
