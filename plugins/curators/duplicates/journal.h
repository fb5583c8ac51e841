// What a search for duplicates has finished, person by person, so that a killed one goes on: one
// JSON object a line, appended and synced. The first line has a key, of all that results depend on,
// and what was learned before the search; a journal with another key is begun anew.
#ifndef FACET_PLUGINS_CURATORS_DUPLICATES_JOURNAL_H_
#define FACET_PLUGINS_CURATORS_DUPLICATES_JOURNAL_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "core/base/json.h"
#include "core/base/line_journal.h"
#include "plugins/curators/duplicates/search.h"

namespace facet {

class DuplicateJournal {
 public:
  // What an earlier run learned; NotFound: there is none with this key.
  static absl::StatusOr<Json> ReadHead(const std::string& path, const std::string& key);
  // A new journal, in place of one that may be there.
  static absl::Status Create(const std::string& path, const std::string& key, const Json& head);
  // To go on with: gives each person's entry to `take`, in the order of writing, and cuts off a
  // line that was not finished. DataLoss names a line of another form.
  static absl::StatusOr<std::unique_ptr<DuplicateJournal>> Open(
      const std::string& path,
      const std::function<absl::Status(int64_t identity, const FoundDuplicates&)>& take);
  absl::Status Append(int64_t identity, const FoundDuplicates& found);

 private:
  explicit DuplicateJournal(std::unique_ptr<LineJournal> lines) : lines_(std::move(lines)) {}

  std::unique_ptr<LineJournal> lines_;
};

}  // namespace facet

#endif  // FACET_PLUGINS_CURATORS_DUPLICATES_JOURNAL_H_
