// The tables of a curation manifest: what other tools see when they open the file with SQLite.
//
//   identities      one row per person: name, sex, rank in the list of candidates, votes, counts
//   images          one row per image: where it is from, where it lies, what it is, which run
//                   brought it
//   runs            one row per run of a stage: settings, statistics, seconds, effort
//   reasons         the words of marks; `removes` is 1 for a removal, 0 for a flag
//   marks           (run, image, reason): this run removes or flags this image
//   identity_marks  (run, identity, reason): the same for a person with all its images
//   scores          (run, image): what this run measured, larger is better
//   snapshots       names of states of the data set ...
//   snapshot_runs   ... each of which is a set of runs: their removals are in force, and images
//                   that another run brought are not there
//
// and the views
//
//   removals             removals in force by image, with the stage and the reason in words
//   snapshot_identities  (snapshot, identity): who is left of each snapshot
//   snapshot_images      (snapshot, image): what is left of each snapshot
//   identity_counts      images of each identity in each snapshot
//
// No row is ever deleted. A mark is out of force if it or its run is `undone`. Text is UTF-8 and
// never NULL ('' is unknown); numbers are NULL where unknown; hashes are blobs (hex() shows them).
// application_id is kManifestApplicationId, user_version is kManifestVersion.
#ifndef FACET_PLUGINS_MANIFEST_SCHEMA_H_
#define FACET_PLUGINS_MANIFEST_SCHEMA_H_

#include <cstdint>
#include <string>
#include <vector>

namespace facet {

inline constexpr int64_t kManifestApplicationId = 0x46434d46;  // "FCMF"
inline constexpr int64_t kManifestVersion = 2;

// Statements that make an empty manifest.
extern const char* const kManifestSchema;

struct ManifestColumn {
  enum class Type { kInt, kFloat, kText, kBlob };
  std::string name;
  Type type;
  bool nullable;
};
struct ManifestTable {
  std::string name;
  std::string order;  // by which columns its rows are sorted
  std::vector<ManifestColumn> columns;
};
// The tables in an order in which each refers only to earlier ones.
const std::vector<ManifestTable>& ManifestTables();

}  // namespace facet

#endif  // FACET_PLUGINS_MANIFEST_SCHEMA_H_
