// Lists of LFW: pairs, people, and the views made of them.
#include "plugins/datasets/lfw_lists.h"
#include "tests/fuzz/fuzz.h"

namespace facet {

void Fuzz(std::string_view bytes) {
  const std::vector<std::string_view> parts = FuzzParts(bytes, 2);
  const std::string pairs = WriteFuzzFile("pairs.txt", parts[0]);
  const std::string people = WriteFuzzFile("people.txt", parts[1]);
  WriteFuzzFile("pairsDevTrain.txt", parts[0]);
  WriteFuzzFile("pairsDevTest.txt", parts[1]);
  (void)ReadLfwPairs(pairs);
  int64_t num_folds = 0;
  (void)ReadLfwPeople(people, &num_folds);
  for (const auto& view : {ReadLfwView1(FuzzFolder()), ReadLfwView2(FuzzFolder())}) {
    if (view.ok()) (void)view->Lines();
  }
}

}  // namespace facet
