#include "core/stages/preview/triplets.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <map>
#include <memory>
#include <numeric>
#include <string>
#include <utility>

#include "core/api/miner.h"
#include "core/api/unit_rows.h"
#include "core/records/descriptors.h"
#include "core/records/npy.h"
#include "core/records/record_lines.h"

namespace facet {
namespace {

constexpr size_t kBatch = 256;

// Tuples in indices of `rows`, the rows of the descriptors.
void Append(const Tuples& tuples, const at::Tensor& descriptors, const at::Tensor& rows,
            int64_t count, std::vector<MinedTuple>* mined) {
  const auto add = [&](const std::vector<at::Tensor>& members, bool genuine) {
    if (!members[0].defined()) return;
    for (int64_t i = 0; i < members[0].numel(); ++i) {
      if (static_cast<int64_t>(mined->size()) >= count) return;
      MinedTuple tuple;
      tuple.genuine = genuine;
      for (const at::Tensor& member : members) {
        tuple.rows.push_back(rows[member[i].item<int64_t>()].item<int64_t>());
      }
      for (size_t k = 1; k < tuple.rows.size(); ++k) {
        tuple.distances.push_back(
            (descriptors[tuple.rows[0]] - descriptors[tuple.rows[k]]).norm().item<double>());
      }
      mined->push_back(std::move(tuple));
    }
  };
  if (tuples.kind == TupleKind::kTriplets) {
    add({tuples.anchors, tuples.positives, tuples.negatives}, false);
  } else {
    add({tuples.positive_first, tuples.positive_second}, true);
    add({tuples.negative_first, tuples.negative_second}, false);
  }
}

}  // namespace

absl::StatusOr<std::vector<MinedTuple>> MineForPreview(StageContext& context, int64_t count,
                                                       uint64_t seed) {
  FACET_ASSIGN_OR_RETURN(const std::string matrix_path,
                         context.InputFile("descriptors", "descriptors.npy"));
  FACET_ASSIGN_OR_RETURN(const std::string records_path,
                         context.InputFile("descriptors", "rows.jsonl"));
  FACET_ASSIGN_OR_RETURN(FloatArray matrix, ReadNpy(matrix_path));
  FACET_ASSIGN_OR_RETURN(const std::vector<DescriptorRecord> records,
                         ReadRecords(records_path, &DescriptorRecordFromJson));
  const at::Tensor descriptors =
      UnitRows(at::from_blob(matrix.values.data(), matrix.shape, at::kFloat));
  at::set_num_threads(1);  // of which the miner's products depend, and the key has none
  std::map<std::string, int64_t> classes;
  std::vector<int64_t> order, label_of;
  for (const DescriptorRecord& record : records) {
    order.push_back(static_cast<int64_t>(order.size()));
    label_of.push_back(
        classes.emplace(record.identity, static_cast<int64_t>(classes.size())).first->second);
  }
  FACET_ASSIGN_OR_RETURN(const std::unique_ptr<Miner> miner, context.Create<Miner>("miner"));
  if (miner->scope() == MinerScope::kBatch) {
    Random random(seed);
    random.Shuffle(order);
    order.resize(std::min(order.size(), kBatch));
  }
  const at::Tensor rows = at::tensor(order, at::kLong);
  const at::Tensor labels = at::tensor(label_of, at::kLong).index_select(0, rows);
  const at::Tensor embeddings = descriptors.index_select(0, rows);
  std::vector<MinedTuple> mined;
  if (miner->scope() == MinerScope::kBatch) {
    FACET_ASSIGN_OR_RETURN(const Tuples tuples, miner->Mine(embeddings, labels, seed));
    Append(tuples, descriptors, rows, count, &mined);
    return mined;
  }
  FACET_RETURN_IF_ERROR(miner->BeginEpoch(labels, seed));
  const EmbedFunction embed = [&](const at::Tensor& indices) {
    return embeddings.index_select(0, indices);
  };
  for (bool done = false; !done && static_cast<int64_t>(mined.size()) < count;) {
    FACET_ASSIGN_OR_RETURN(const Tuples tuples, miner->Next(count, embed, &done));
    Append(tuples, descriptors, rows, count, &mined);
  }
  return mined;
}

}  // namespace facet
