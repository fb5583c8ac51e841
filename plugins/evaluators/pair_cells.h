// Which pairs have to be measured, and how many others lie beyond each threshold, from products of
// rows that are nearly exact.
#ifndef FACET_PLUGINS_EVALUATORS_PAIR_CELLS_H_
#define FACET_PLUGINS_EVALUATORS_PAIR_CELLS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace facet {

// Products of one row with `count` others in a row, from `first` on. `square`: 1, of which a product
// is the part that is no distance (cosine), or |row|^2, with `others` those of the others (l2).
struct PairProducts {
  const float* products;
  size_t count;
  uint32_t first;
  float square;
  const float* others;  // null by cosine
};

// What one thread counts.
class CellCounts {
 public:
  CellCounts() = default;
  // So many products at once at most.
  explicit CellCounts(size_t most);

  // Those others of a row that have to be measured.
  const uint32_t* near() const { return near_.data(); }
  // After less than 2^32 pairs.
  void Flush();

 private:
  friend class PairCells;
  std::vector<uint32_t> cells_, near_;
  std::vector<uint32_t> counts_;  // of cells; they stay in a core's cache
  std::vector<int64_t> flushed_;
};

// Ranges of what a product of matrices gives: of a distance by cosine itself, of an l2 one its
// square. Pairs in a range that is flagged must be measured, those in others only counted.
class PairCells {
 public:
  // `error`: of a value. Flagged are those up to `cutoff`, and those that a threshold may lie in.
  PairCells(double cutoff, const std::vector<double>& thresholds, double error);

  // Counts the pairs; how many of them are near().
  size_t Count(const PairProducts& pairs, CellCounts* counts) const;
  // Adds to each slot the pairs of cells that are not flagged: so many thresholds they lie beyond.
  void AddCounted(const CellCounts& counts, std::vector<int64_t>* slots) const;

 private:
  float base_ = 0.0F, scale_ = 0.0F;
  std::vector<uint8_t> flags_;
  std::vector<size_t> slots_;
};

}  // namespace facet

#endif  // FACET_PLUGINS_EVALUATORS_PAIR_CELLS_H_
