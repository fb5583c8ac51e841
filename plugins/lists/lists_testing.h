// Files that tests of lists read.
#ifndef FACET_PLUGINS_LISTS_LISTS_TESTING_H_
#define FACET_PLUGINS_LISTS_LISTS_TESTING_H_

#include <fstream>
#include <string>

#include "gtest/gtest.h"

namespace facet {

// The path of a new file with this content; `name` is below the folder of all tests.
inline std::string WriteTestFile(const std::string& name, const std::string& content) {
  const std::string path = testing::TempDir() + "/" + name;
  std::ofstream(path, std::ios::binary) << content;
  return path;
}

}  // namespace facet

#endif  // FACET_PLUGINS_LISTS_LISTS_TESTING_H_
