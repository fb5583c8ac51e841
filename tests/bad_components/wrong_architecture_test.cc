// Architectures that break their contract are found out.
#include <map>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/contracts/contract_checks.h"

namespace facet {
namespace {

TEST(WrongArchitecture, EachIsRefusedWithItsSentence) {
  std::map<std::string, std::vector<std::string>> broken;  // component -> sentences
  for (const std::string& line :
       CheckLibrary("tests/bad_components/libwrong_architecture.so", "{}")) {
    const size_t begin = line.find('"') + 1, end = line.find('"', begin);
    broken[line.substr(begin, end - begin)].push_back(line.substr(end + 3));
  }
  const std::map<std::string, std::string> expected = {
      {"batch_in_inference", "an image's descriptor does not depend on the rest of its batch"},
      {"buffer_moves_in_inference", "inference leaves buffer as it is"},
      {"writes_its_input", "the images stay as they are"},
      {"drops_in_inference", "inference is the same each time"},
      {"remembers", "training depends on weights, images and the generator alone"},
      {"orphan", "unused gets a gradient"}};
  for (const auto& [component, sentence] : expected) {
    EXPECT_THAT(broken[component], testing::Contains(sentence)) << component;
  }
  EXPECT_THAT(broken["right"], testing::IsEmpty());
}

}  // namespace
}  // namespace facet
