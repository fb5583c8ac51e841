// The manifest of a data set in the making: one row per image, identity and run of a stage, in one
// SQLite file that other tools read (its tables: manifest_schema.h).
//
// Nothing is deleted. A stage starts a run, marks images or identities with its reason, stores its
// scores, and finishes the run; Undo() takes all marks of a run out of force, Redo() puts them
// back, SetUndone() does it for a single one. A snapshot is a named set of runs: an image belongs
// to it if one of them brought it (or no run is named) and none of them removes the image or its
// identity. So a snapshot stays what it was when a later stage brings more images.
//
//   auto manifest = Manifest::CreateFrom(input, "working.sqlite");
//   run = StartRun("purify", settings); SetScore(run, ...); Mark(run, ...); FinishRun(run, ...);
//   DefineSnapshot("full", {candidates, collect, run}); Freeze("manifest.sqlite");
//
// A working file is written in transactions with a write-ahead log (two files beside it while it is
// open): a killed program loses what was not committed and nothing else. Freeze() makes the one
// file that stages hand on: equal rows give equal bytes (by one release of SQLite), whatever the
// order of writing. It has no times unless a caller puts them there.
//
// Bulk writing belongs into InTransaction(): a call outside is a transaction, and a wait for the
// disk, of its own. One thread at a time; other programs may read the working file meanwhile.
#ifndef FACET_PLUGINS_MANIFEST_MANIFEST_H_
#define FACET_PLUGINS_MANIFEST_MANIFEST_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "plugins/manifest/rows.h"
#include "plugins/manifest/sqlite_database.h"

namespace facet {

class Manifest {
 public:
  ~Manifest();
  // An empty one. AlreadyExists if there is a file.
  static absl::StatusOr<std::unique_ptr<Manifest>> Create(const std::string& path);
  // An existing one, to go on with. NotFound; InvalidArgument: not a manifest, or of another
  // version; DataLoss: damaged.
  static absl::StatusOr<std::unique_ptr<Manifest>> Open(const std::string& path);
  // A frozen one, to read: writes nothing beside it. Refuses one that is being written.
  static absl::StatusOr<std::unique_ptr<Manifest>> OpenFrozen(const std::string& path);
  // A working copy of a frozen one.
  static absl::StatusOr<std::unique_ptr<Manifest>> CreateFrom(const std::string& frozen,
                                                              const std::string& path);

  // Commits what `work` wrote if it returns OK, nothing otherwise. May be nested.
  absl::Status InTransaction(const std::function<absl::Status()>& work);

  // Rows; their `id` is ignored, the new one returned. InvalidArgument names what is wrong:
  // text that is not UTF-8, a path that leaves its folder, a name that is there already, ...
  absl::StatusOr<int64_t> AddIdentity(const ManifestIdentity& identity);
  absl::StatusOr<int64_t> AddImage(const ManifestImage& image);
  // Replaces all facts of the row `id`: what was unknown before, as a rule.
  absl::Status UpdateIdentity(const ManifestIdentity& identity);
  absl::Status UpdateImage(const ManifestImage& image);

  // `settings` and `statistics` are JSON objects, stored in canonical form.
  absl::StatusOr<int64_t> StartRun(const std::string& stage, const std::string& settings);
  absl::Status FinishRun(int64_t run, const std::string& statistics,
                         std::optional<double> seconds = {},
                         std::optional<double> effort_seconds = {});
  // Only between StartRun and FinishRun. The same mark twice is one mark; the later's detail counts
  // and it is in force. A score is replaced.
  absl::Status Mark(int64_t run, const ManifestMark& mark);
  absl::Status MarkIdentity(int64_t run, int64_t identity, const std::string& reason,
                            const std::string& detail = "");
  absl::Status SetScore(int64_t run, int64_t image, double score);
  // A run's marks of an image with this reason out of force or into it again, also of a finished
  // run.
  absl::Status SetUndone(int64_t run, int64_t image, const std::string& reason, bool undone);

  absl::Status Undo(int64_t run);
  absl::Status Redo(int64_t run);
  // Replaces the definition. The runs must be finished; an undone one is without force.
  absl::Status DefineSnapshot(const std::string& name, const std::vector<int64_t>& runs);

  absl::StatusOr<std::vector<ManifestRun>> Runs() const;
  absl::StatusOr<std::vector<std::string>> Snapshots() const;  // by name
  absl::StatusOr<std::vector<int64_t>> SnapshotRuns(const std::string& name) const;
  absl::StatusOr<std::optional<ManifestIdentity>> FindIdentity(const std::string& name) const;
  // Of a snapshot, in order of id; of all with an empty name.
  absl::StatusOr<std::vector<ManifestIdentity>> Identities(const std::string& snapshot) const;
  // Those that none of `runs` removes.
  absl::StatusOr<std::vector<ManifestIdentity>> IdentitiesLeft(
      const std::vector<int64_t>& runs) const;
  // Row by row, never all in memory. Do not write to what is being read: collect, then write.
  absl::StatusOr<ManifestImages> Images(const ManifestQuery& query) const;
  absl::StatusOr<ManifestCounts> Counts(const std::string& snapshot) const;
  // Marks in force of one image, in order of run; removals and flags.
  absl::StatusOr<std::vector<ManifestMark>> Marks(int64_t image) const;
  // How many images each run removes: (run, reason) -> images.
  absl::StatusOr<std::map<std::pair<int64_t, std::string>, int64_t>> RemovalCounts() const;

  // One file, complete and final, that takes its name only when it is on the disk. Without
  // `keep_seconds`, runs lose the program's seconds, which differ from run to run of equal work.
  // FailedPrecondition while a run is not finished; AlreadyExists.
  absl::Status Freeze(const std::string& path, bool keep_seconds = false);
  // Reads everything: DataLoss if the file is damaged or a row refers to none.
  absl::Status CheckIntegrity() const;

  const std::string& path() const { return database_->path(); }
  SqliteDatabase& database() { return *database_; }
  const SqliteDatabase& database() const { return *database_; }

 private:
  struct Statements;
  explicit Manifest(std::unique_ptr<SqliteDatabase> database);
  static absl::StatusOr<std::unique_ptr<Manifest>> Wrap(std::unique_ptr<SqliteDatabase> database,
                                                        bool write);
  absl::StatusOr<int64_t> ReasonId(const std::string& reason, bool removes);
  absl::Status SetRunUndone(int64_t run, bool undone);
  absl::Status CheckOpenRun(int64_t run);
  absl::StatusOr<int64_t> SnapshotId(const std::string& name) const;
  absl::StatusOr<std::vector<ManifestIdentity>> IdentitiesWhere(const std::string& condition) const;

  std::unique_ptr<SqliteDatabase> database_;
  std::unique_ptr<Statements> statements_;
  std::map<std::pair<std::string, bool>, int64_t> reasons_;  // (reason, removes) -> id
  int64_t open_run_ = -1;  // known to be open, so that marks need not ask
};

}  // namespace facet

#endif  // FACET_PLUGINS_MANIFEST_MANIFEST_H_
