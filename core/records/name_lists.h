// Lists of people's names, and when two names are one person's.
//
// Data sets spell a person as it suits them: "Gerard_Depardieu", "Gérard Depardieu", "A.J. Buckley"
// and "AJ_Buckley". Names are compared by a key: Unicode's compatibility decomposition, accents
// dropped, other Latin letters spelled in ASCII (ø as o, ß as ss, æ as ae), lower case, and
// everything that is neither a letter nor a digit left out (ICU). So Müller is Muller, not Mueller;
// other scripts are not transcribed, and the order of first and last name counts.
#ifndef FACET_CORE_RECORDS_NAME_LISTS_H_
#define FACET_CORE_RECORDS_NAME_LISTS_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace facet {

class NameKeys {
 public:
  static absl::StatusOr<std::unique_ptr<NameKeys>> Create();
  virtual ~NameKeys() = default;
  // Empty for a name without letters and digits. One thread at a time.
  virtual std::string Key(const std::string& name) const = 0;
};

enum class NameList {
  kPlain,  // one name a line; "#" and "# text" are comments, "#text" is a name
  kLfw,    // people.txt, pairs.txt, pairsDev*.txt, lfw-names.txt: names and numbers
  kYtf,    // splits.txt: "split, pair, Name/video, Name/video, is_same"
};
// The names in order, each once. InvalidArgument: a line that is not of this form, by file and
// line, or no name at all.
absl::StatusOr<std::vector<std::string>> ReadNameList(const std::string& path, NameList form);

}  // namespace facet

#endif  // FACET_CORE_RECORDS_NAME_LISTS_H_
