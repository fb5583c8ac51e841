// A user's tables of images and of pairs, and tables as such.
#include "plugins/lists/csv.h"

#include <cmath>

#include "core/base/check.h"
#include "plugins/datasets/image_table.h"
#include "tests/fuzz/fuzz.h"

namespace facet {
namespace {

void CheckPairs(const Protocol& protocol, int64_t num_samples) {
  const auto num_templates = static_cast<int64_t>(protocol.templates.size());
  for (const Template& each : protocol.templates) {
    for (const int64_t sample : each.samples) FACET_CHECK(sample >= 0 && sample < num_samples);
  }
  for (const Pair& pair : protocol.pairs) {
    FACET_CHECK(pair.first >= 0 && pair.first < num_templates);
    FACET_CHECK(pair.second >= 0 && pair.second < num_templates && pair.first != pair.second);
    FACET_CHECK(pair.fold >= 0 && pair.fold < protocol.num_folds);
  }
}

}  // namespace

void Fuzz(std::string_view bytes) {
  const std::vector<std::string_view> parts = FuzzParts(bytes, 2);
  const std::string images = WriteFuzzFile("images.csv", parts[0]);
  const std::string pairs = WriteFuzzFile("pairs.csv", parts[1]);
  if (const absl::StatusOr<CsvTable> table = CsvTable::Read(images); table.ok()) {
    for (const CsvTable::Row& row : table->rows()) {
      FACET_CHECK(row.fields.size() == table->columns().size());
      for (const std::string& column : table->columns()) {
        (void)table->Int(row, column, 0);
        (void)table->Float(row, column, 0);
        (void)table->Bool(row, column, false);
      }
    }
  }
  std::vector<std::string> notices;
  const absl::StatusOr<std::vector<Sample>> samples = ReadImageTable(images, {"comment"}, &notices);
  if (!samples.ok()) return;
  for (const Sample& sample : *samples) {
    if (sample.box) FACET_CHECK(std::isfinite(sample.box->width) && sample.box->width > 0);
  }
  for (const bool split : {false, true}) {
    const absl::StatusOr<PairTable> table = ReadPairTable(pairs, split, 2, *samples, &notices);
    if (table.ok()) CheckPairs(table->protocol, static_cast<int64_t>(samples->size()));
  }
}

}  // namespace facet
