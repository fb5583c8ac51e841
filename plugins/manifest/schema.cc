#include "plugins/manifest/schema.h"

namespace facet {

// Comments between the parentheses stay in the file: `.schema` of the sqlite3 program shows them.
const char* const kManifestSchema = R"sql(
CREATE TABLE identities (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  sex TEXT NOT NULL DEFAULT '' CHECK (sex IN ('', 'female', 'male')),
  rank INTEGER CHECK (rank >= 0),           -- in the list of candidates, from 0
  images_judged INTEGER CHECK (images_judged >= 0),  -- by annotators, before collecting
  images_right INTEGER CHECK (images_right BETWEEN 0 AND images_judged),
  attributes TEXT NOT NULL DEFAULT '{}'     -- a JSON object: what else is known
);
CREATE TABLE images (
  id INTEGER PRIMARY KEY,
  identity INTEGER NOT NULL REFERENCES identities (id),
  number INTEGER CHECK (number >= 0),       -- in the identity's list of the VGG-Face release
  source TEXT NOT NULL DEFAULT '',          -- search engine or list
  query TEXT NOT NULL DEFAULT '',
  rank INTEGER CHECK (rank >= 0),           -- in the engine's answer, from 0
  url TEXT NOT NULL DEFAULT '',
  uid TEXT NOT NULL DEFAULT '',             -- of the VGG-Face release
  path TEXT NOT NULL DEFAULT '',            -- below the folder of images, '/' between folders
  width_px INTEGER CHECK (width_px > 0),
  height_px INTEGER CHECK (height_px > 0),
  num_bytes INTEGER CHECK (num_bytes >= 0),
  bytes_sha256 BLOB CHECK (length(bytes_sha256) = 32),    -- of the file
  pixels_sha256 BLOB CHECK (length(pixels_sha256) = 32),  -- of the decoded image
  box_x_px REAL,
  box_y_px REAL,
  box_width_px REAL,                        -- may be without area in a release's list
  box_height_px REAL,
  pose TEXT NOT NULL DEFAULT '' CHECK (pose IN ('', 'frontal', 'left', 'right')),
  pose_component REAL,                      -- of the detector, as the VGG-Face release has it
  detection_score REAL,
  run INTEGER REFERENCES runs (id)          -- that brought it; NULL: it is of every snapshot
);
CREATE TABLE runs (
  id INTEGER PRIMARY KEY,
  stage TEXT NOT NULL CHECK (stage <> ''),
  settings TEXT NOT NULL DEFAULT '{}',      -- a JSON object
  statistics TEXT NOT NULL DEFAULT '{}',    -- a JSON object
  seconds REAL,                             -- of the program
  effort_seconds REAL,                      -- of people
  finished INTEGER NOT NULL DEFAULT 0 CHECK (finished IN (0, 1)),
  undone INTEGER NOT NULL DEFAULT 0 CHECK (undone IN (0, 1))
);
CREATE TABLE reasons (
  id INTEGER PRIMARY KEY,
  reason TEXT NOT NULL CHECK (reason <> ''),
  removes INTEGER NOT NULL CHECK (removes IN (0, 1)),
  UNIQUE (reason, removes)
);
CREATE TABLE marks (
  run INTEGER NOT NULL REFERENCES runs (id),
  image INTEGER NOT NULL REFERENCES images (id),
  reason INTEGER NOT NULL REFERENCES reasons (id),
  other INTEGER REFERENCES images (id),     -- the image kept instead, of a duplicate
  detail TEXT NOT NULL DEFAULT '',
  undone INTEGER NOT NULL DEFAULT 0 CHECK (undone IN (0, 1)),
  PRIMARY KEY (image, run, reason)
) WITHOUT ROWID;
CREATE TABLE identity_marks (
  run INTEGER NOT NULL REFERENCES runs (id),
  identity INTEGER NOT NULL REFERENCES identities (id),
  reason INTEGER NOT NULL REFERENCES reasons (id),
  detail TEXT NOT NULL DEFAULT '',
  undone INTEGER NOT NULL DEFAULT 0 CHECK (undone IN (0, 1)),
  PRIMARY KEY (identity, run, reason)
) WITHOUT ROWID;
CREATE TABLE scores (
  run INTEGER NOT NULL REFERENCES runs (id),
  image INTEGER NOT NULL REFERENCES images (id),
  score REAL NOT NULL,
  PRIMARY KEY (run, image)
) WITHOUT ROWID;
CREATE TABLE snapshots (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE CHECK (name <> '')
);
CREATE TABLE snapshot_runs (
  snapshot INTEGER NOT NULL REFERENCES snapshots (id),
  run INTEGER NOT NULL REFERENCES runs (id),
  PRIMARY KEY (snapshot, run)
) WITHOUT ROWID;
CREATE INDEX images_by_identity ON images (identity, rank);
CREATE VIEW removals AS
  SELECT marks.image, marks.run, runs.stage, reasons.reason, marks.other, marks.detail
  FROM marks
  JOIN runs ON runs.id = marks.run AND runs.undone = 0
  JOIN reasons ON reasons.id = marks.reason AND reasons.removes = 1
  WHERE marks.undone = 0;
CREATE VIEW snapshot_identities AS
  SELECT snapshots.name AS snapshot, snapshots.id AS snapshot_id, identities.id AS identity
  FROM snapshots CROSS JOIN identities
  WHERE NOT EXISTS (
    SELECT 1 FROM identity_marks AS m
    JOIN snapshot_runs AS s ON s.snapshot = snapshots.id AND s.run = m.run
    JOIN runs ON runs.id = m.run AND runs.undone = 0
    JOIN reasons ON reasons.id = m.reason AND reasons.removes = 1
    WHERE m.identity = identities.id AND m.undone = 0);
CREATE VIEW snapshot_images AS
  SELECT i.snapshot, images.id AS image, images.identity
  FROM snapshot_identities AS i CROSS JOIN images ON images.identity = i.identity
  WHERE (images.run IS NULL OR EXISTS (
    SELECT 1 FROM snapshot_runs AS s
    JOIN runs ON runs.id = s.run AND runs.undone = 0
    WHERE s.snapshot = i.snapshot_id AND s.run = images.run))
  AND NOT EXISTS (
    SELECT 1 FROM marks AS m
    JOIN snapshot_runs AS s ON s.snapshot = i.snapshot_id AND s.run = m.run
    JOIN runs ON runs.id = m.run AND runs.undone = 0
    JOIN reasons ON reasons.id = m.reason AND reasons.removes = 1
    WHERE m.image = images.id AND m.undone = 0);
CREATE VIEW identity_counts AS
  SELECT snapshot, identity, count(*) AS images
  FROM snapshot_images GROUP BY snapshot, identity;
)sql";

const std::vector<ManifestTable>& ManifestTables() {
  using Type = ManifestColumn::Type;
  constexpr bool kNull = true, kNever = false;
  const ManifestColumn id{"id", Type::kInt, kNever}, run{"run", Type::kInt, kNever};
  const ManifestColumn image{"image", Type::kInt, kNever}, rank{"rank", Type::kInt, kNull};
  const ManifestColumn identity{"identity", Type::kInt, kNever};
  const ManifestColumn reason{"reason", Type::kInt, kNever};
  const ManifestColumn detail{"detail", Type::kText, kNever}, undone{"undone", Type::kInt, kNever};
  static const auto& kTables = *new std::vector<ManifestTable>{
      {"identities",
       "id",
       {id,
        {"name", Type::kText, kNever},
        {"sex", Type::kText, kNever},
        rank,
        {"images_judged", Type::kInt, kNull},
        {"images_right", Type::kInt, kNull},
        {"attributes", Type::kText, kNever}}},
      {"runs",
       "id",
       {id,
        {"stage", Type::kText, kNever},
        {"settings", Type::kText, kNever},
        {"statistics", Type::kText, kNever},
        {"seconds", Type::kFloat, kNull},
        {"effort_seconds", Type::kFloat, kNull},
        {"finished", Type::kInt, kNever},
        undone}},
      {"images",
       "id",
       {id,
        identity,
        {"number", Type::kInt, kNull},
        {"source", Type::kText, kNever},
        {"query", Type::kText, kNever},
        rank,
        {"url", Type::kText, kNever},
        {"uid", Type::kText, kNever},
        {"path", Type::kText, kNever},
        {"width_px", Type::kInt, kNull},
        {"height_px", Type::kInt, kNull},
        {"num_bytes", Type::kInt, kNull},
        {"bytes_sha256", Type::kBlob, kNull},
        {"pixels_sha256", Type::kBlob, kNull},
        {"box_x_px", Type::kFloat, kNull},
        {"box_y_px", Type::kFloat, kNull},
        {"box_width_px", Type::kFloat, kNull},
        {"box_height_px", Type::kFloat, kNull},
        {"pose", Type::kText, kNever},
        {"pose_component", Type::kFloat, kNull},
        {"detection_score", Type::kFloat, kNull},
        {"run", Type::kInt, kNull}}},
      {"reasons", "id", {id, {"reason", Type::kText, kNever}, {"removes", Type::kInt, kNever}}},
      {"marks",
       "image, run, reason",
       {run, image, reason, {"other", Type::kInt, kNull}, detail, undone}},
      {"identity_marks", "identity, run, reason", {run, identity, reason, detail, undone}},
      {"scores", "run, image", {run, image, {"score", Type::kFloat, kNever}}},
      {"snapshots", "id", {id, {"name", Type::kText, kNever}}},
      {"snapshot_runs", "snapshot, run", {{"snapshot", Type::kInt, kNever}, run}},
  };
  return kTables;
}

}  // namespace facet
