// Lists of names in three forms, and the keys that names are compared by.
#include "core/records/name_lists.h"

#include "core/base/check.h"
#include "tests/fuzz/fuzz.h"

namespace facet {

void Fuzz(std::string_view bytes) {
  static const auto* const kKeys = new std::unique_ptr<NameKeys>(*NameKeys::Create());
  const std::string path = WriteFuzzFile("names.txt", bytes);
  for (const NameList form : {NameList::kPlain, NameList::kLfw, NameList::kYtf}) {
    const absl::StatusOr<std::vector<std::string>> names = ReadNameList(path, form);
    if (!names.ok()) continue;
    FACET_CHECK(!names->empty());
    for (const std::string& name : *names) {
      const std::string key = (*kKeys)->Key(name);
      FACET_CHECK((*kKeys)->Key(key) == key);
    }
  }
}

}  // namespace facet
