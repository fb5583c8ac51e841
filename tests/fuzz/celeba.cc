// Lists of CelebA; the number of columns is that of one of its files.
#include "core/base/check.h"
#include "plugins/datasets/celeba_lists.h"
#include "tests/fuzz/fuzz.h"

namespace facet {

void Fuzz(std::string_view bytes) {
  const std::string path = WriteFuzzFile("list.txt", bytes);
  for (const size_t columns : {1, 4, 10}) {
    const absl::StatusOr<CelebaTable> table = ReadCelebaTable(path, columns);
    if (!table.ok()) continue;
    for (const auto& [image, numbers] : *table) FACET_CHECK(numbers.size() == columns);
  }
}

}  // namespace facet
