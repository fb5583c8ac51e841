// Rows of a manifest (manifest.h) as structs. Texts are empty, whole numbers -1 (sizes 0) and
// optionals empty where unknown.
#ifndef FACET_PLUGINS_MANIFEST_ROWS_H_
#define FACET_PLUGINS_MANIFEST_ROWS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/api/geometry.h"
#include "plugins/manifest/sqlite_database.h"

namespace facet {

struct ManifestIdentity {
  int64_t id = 0;
  std::string name;
  std::string sex;                                // "female", "male"
  int64_t rank = -1;                              // in the list of candidates, from 0
  int64_t images_judged = -1, images_right = -1;  // by annotators, before collecting
  std::string attributes = "{}";                  // a JSON object
};

struct ManifestImage {
  int64_t id = 0;
  int64_t identity = 0;
  int64_t number = -1;  // in the identity's list of the VGG-Face release
  std::string source;   // search engine or list
  std::string query;
  int64_t rank = -1;  // in the engine's answer, from 0
  std::string url;
  std::string uid;   // of the VGG-Face release
  std::string path;  // below the folder of images, '/' between folders
  int64_t width_px = 0, height_px = 0;
  int64_t num_bytes = -1;
  std::string bytes_sha256, pixels_sha256;  // 64 hexadecimal digits
  std::optional<Box> box;                   // [px]; a release's list has some without area
  Pose pose = Pose::kUnknown;
  std::optional<double> pose_component;  // as the VGG-Face release has it
  std::optional<double> detection_score;
  int64_t run = -1;  // that brought it; -1: it is of every snapshot
};

struct ManifestRun {
  int64_t id = 0;
  std::string stage;
  std::string settings = "{}", statistics = "{}";  // JSON objects
  std::optional<double> seconds;                   // of the program
  std::optional<double> effort_seconds;            // of people
  bool finished = false, undone = false;
};

struct ManifestMark {
  int64_t image = 0;
  std::string reason;
  bool removes = true;  // false: a flag
  int64_t other = -1;   // the image kept instead, of a duplicate
  std::string detail;
  // When read:
  int64_t run = 0;
  std::string stage;
};

struct ManifestCounts {
  int64_t identities = 0;              // not removed
  int64_t identities_with_images = 0;  // of these
  int64_t images = 0;
};

struct ManifestQuery {
  enum class Order {
    kId,
    kRank,   // by identity, then rank (unknown ones last), then id
    kScore,  // by identity, then score (largest first, images without one last), then id
  };
  std::string snapshot;  // empty: all images, removed or not
  std::optional<std::vector<int64_t>>
      runs;                // in place of a snapshot: of what these bring and leave
  int64_t identity = -1;   // -1: of all
  int64_t score_run = -1;  // whose scores to give; Order::kScore needs it
  Order order = Order::kId;
};

// Images of a query, one after the other.
class ManifestImages {
 public:
  // False at the end.
  absl::StatusOr<bool> Next(ManifestImage* image);
  // Of the image that Next() gave.
  std::optional<double> score() const { return score_; }

  explicit ManifestImages(SqliteStatement statement) : statement_(std::move(statement)) {}

 private:
  SqliteStatement statement_;
  std::optional<double> score_;
};

// Columns of images as Next() expects them, for "SELECT <columns>, <score> FROM images".
extern const char* const kManifestImageColumns;

// Text is UTF-8 without NUL, hashes have 64 digits, numbers are finite, the path stays below its
// folder; the message names the column.
absl::Status CheckManifestImage(const ManifestImage& image);
absl::Status CheckManifestIdentity(const ManifestIdentity& identity);
absl::Status CheckManifestText(const std::string& column, const std::string& text);
// The canonical text of a JSON object.
absl::StatusOr<std::string> CanonicalObject(const std::string& column, const std::string& text);

// In the order of kManifestImageColumns after the id, from `parameter` on; the next free one.
int BindManifestImage(SqliteStatement* statement, int parameter, const ManifestImage& image);
// name, sex, rank, images_judged, images_right, attributes.
int BindManifestIdentity(SqliteStatement* statement, int parameter,
                         const ManifestIdentity& identity);
// Columns id, name, sex, rank, images_judged, images_right, attributes.
ManifestIdentity ReadManifestIdentity(const SqliteStatement& statement);

}  // namespace facet

#endif  // FACET_PLUGINS_MANIFEST_ROWS_H_
