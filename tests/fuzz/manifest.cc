// A manifest, whose bytes are an SQLite file: all that is read of one.
#include "plugins/manifest/manifest.h"

#include "core/base/check.h"
#include "tests/fuzz/fuzz.h"

namespace facet {
namespace {

void ReadImages(const Manifest& manifest, const std::string& snapshot) {
  ManifestQuery query;
  query.snapshot = snapshot;
  query.order = ManifestQuery::Order::kRank;
  absl::StatusOr<ManifestImages> images = manifest.Images(query);
  if (!images.ok()) return;
  ManifestImage image;
  for (int i = 0; i < 100; ++i) {
    const absl::StatusOr<bool> next = images->Next(&image);
    if (!next.ok() || !*next) return;
    (void)manifest.Marks(image.id);
    (void)CheckManifestImage(image);
  }
}

}  // namespace

void Fuzz(std::string_view bytes) {
  const absl::StatusOr<std::unique_ptr<Manifest>> opened =
      Manifest::OpenFrozen(WriteFuzzFile("manifest.sqlite", bytes));
  if (!opened.ok()) return;
  const Manifest& manifest = **opened;
  (void)manifest.CheckIntegrity();
  (void)manifest.Runs();
  (void)manifest.RemovalCounts();
  (void)manifest.Identities("");
  ReadImages(manifest, "");
  const absl::StatusOr<std::vector<std::string>> snapshots = manifest.Snapshots();
  if (!snapshots.ok()) return;
  for (size_t i = 0; i < snapshots->size() && i < 3; ++i) {
    (void)manifest.SnapshotRuns((*snapshots)[i]);
    (void)manifest.Counts((*snapshots)[i]);
    (void)manifest.Identities((*snapshots)[i]);
    ReadImages(manifest, (*snapshots)[i]);
  }
}

}  // namespace facet
