// Embeddings W' phi of training rows that were asked for, from step to step. A step of gradient
// descent changes W' by as many rank-one terms as it has rows, W' - r G^T P, and every embedding
// with it, by - r (phi P^T) G: a quarter of the work of embedding a row anew for 192 rows and
// 4,096 -> 1,024. So where a step looked at many rows (a miner that found no violator looks at all),
// those are taken along to the next; where it looked at few, all are forgotten.
//
// What is taken along is made anew every kStepsTakenAlong steps, before rounding adds up.
// Memory: up to kMostEmbedded bytes; of larger training sets nothing is kept.
#ifndef FACET_CORE_STAGES_PROJECT_EMBEDDED_ROWS_H_
#define FACET_CORE_STAGES_PROJECT_EMBEDDED_ROWS_H_

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "core/stages/project/training_rows.h"

namespace facet {

inline constexpr int64_t kStepsTakenAlong = 256;
inline constexpr int64_t kMostEmbedded = int64_t{256} << 20;

class EmbeddedRows {
 public:
  explicit EmbeddedRows(const TrainingRows& rows) : rows_(rows) {}

  // Of `indices` [M] (int64, any device), under this projection [L, D]: [M, L], no gradient.
  at::Tensor At(const at::Tensor& indices, const at::Tensor& projection);

  // W' becomes projection - rate gradient^T At(indices): in place, and of what was embedded.
  // gradient [M, L]. `step` counts.
  void Descend(const at::Tensor& indices, const at::Tensor& gradient, double rate, int64_t step,
               at::Tensor* projection);

  void Forget();

  // Embeddings and which of them are of the present W' (1, else 0), for a checkpoint. Undefined
  // where there are none.
  at::Tensor table() const { return num_known_ > 0 ? table_ : at::Tensor(); }
  at::Tensor known() const;
  // As table() and known() were.
  void Restore(const at::Tensor& table, const at::Tensor& known);

 private:
  const TrainingRows& rows_;
  at::Tensor table_;  // [N, L]
  std::vector<uint8_t> known_;
  int64_t num_known_ = 0, num_asked_ = 0;  // asked: since the last step
};

}  // namespace facet

#endif  // FACET_CORE_STAGES_PROJECT_EMBEDDED_ROWS_H_
