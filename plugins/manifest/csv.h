// A manifest as CSV files, one per table of manifest_schema.h, and back.
//
// <folder>/images.csv, identities.csv, runs.csv, ...: a header line with the columns' names, then
// all rows in order of their key. An empty field is an unknown number or an empty text; hashes are
// hexadecimal; numbers have as many digits as give the same number back. A manifest that went
// through CSV freezes to the same bytes.
#ifndef FACET_PLUGINS_MANIFEST_CSV_H_
#define FACET_PLUGINS_MANIFEST_CSV_H_

#include <string>

#include "absl/status/status.h"
#include "plugins/manifest/manifest.h"

namespace facet {

// Writes row by row; of one state, if the manifest is being written meanwhile. Replaces files.
absl::Status ExportManifestCsv(Manifest* manifest, const std::string& folder);

// Into a manifest without rows; all or nothing. A table's file may be left out, except that
// identities and images are needed, and so may columns with a default. By file and line: unknown
// columns, values of the wrong kind, rows that the schema refuses.
absl::Status ImportManifestCsv(const std::string& folder, Manifest* manifest);

}  // namespace facet

#endif  // FACET_PLUGINS_MANIFEST_CSV_H_
