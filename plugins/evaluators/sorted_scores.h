// Distances of genuine and of impostor pairs, sorted: all that the error rates of unweighted pairs
// depend on. Nothing else is kept of a pair, so that 10^8 of them take 0.8 GB.
//
// Definitions and rules are those of roc.h, and so are the values, to the last bit.
#ifndef FACET_PLUGINS_EVALUATORS_SORTED_SCORES_H_
#define FACET_PLUGINS_EVALUATORS_SORTED_SCORES_H_

#include <boost/container/vector.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "plugins/evaluators/roc.h"

namespace facet {

// A list that can be made without writing zeros to it first, which one thread would.
using Distances = boost::container::vector<double>;

enum ScoreKind : uint8_t { kImpostorScore, kGenuineScore, kNoScore };
// Writes the distances of scores `begin` to `end`, and what kind each is. Called by several threads.
using ReadScores = std::function<void(size_t begin, size_t end, double* distances, uint8_t* kinds)>;

struct SortedScores {
  Distances genuine, impostor;  // finite

  // Scores 0 to `count`, each read a few times; with no more memory than the lists take.
  static SortedScores Of(size_t count, const ReadScores& read);

  void Add(double distance, bool is_genuine) {
    (is_genuine ? genuine : impostor).push_back(distance);
  }
  // Room for as many: a list that grows is copied, and its pages are new each time.
  void Reserve(size_t num_genuine, size_t num_impostor) {
    genuine.reserve(num_genuine);
    impostor.reserve(num_impostor);
  }
  // After what was added. With as much memory again as the longer list takes, while it lasts.
  void Sort();
};

// Calls visit(distance, number of genuine pairs up to it, number of impostor pairs up to it) for
// each distinct distance, in order.
template <class Visit>
void VisitDistances(const SortedScores& scores, const Visit& visit) {
  const Distances &genuine = scores.genuine, &impostor = scores.impostor;
  size_t g = 0, i = 0;
  while (g < genuine.size() || i < impostor.size()) {
    const bool is_impostor =
        i < impostor.size() && (g == genuine.size() || impostor[i] <= genuine[g]);
    const double distance = is_impostor ? impostor[i] : genuine[g];
    while (i < impostor.size() && impostor[i] == distance) ++i;
    while (g < genuine.size() && genuine[g] == distance) ++g;
    visit(distance, g, i);
  }
}

// Calls visit(point) for each of RocOf(), in order. There are pairs of both kinds.
template <class Visit>
void VisitRoc(const SortedScores& scores, const Visit& visit) {
  const auto num_genuine = static_cast<double>(scores.genuine.size());
  const auto num_impostor = static_cast<double>(scores.impostor.size());
  RocPoint point;
  visit(point);
  size_t last_genuine = 0;
  VisitDistances(scores, [&](double, size_t g, size_t i) {
    point.far = static_cast<double>(i) / num_impostor;
    if (g != last_genuine) point.frr = 1.0 - static_cast<double>(g) / num_genuine;
    last_genuine = g;
    visit(point);
  });
}

// What VisitRoc() gives to both, to the last bit, without computing each point. Either may be null.
void SummarizeRoc(const SortedScores& scores, RocSummary* summary, RocCorners* corners);

std::vector<RocPoint> RocOf(const SortedScores& scores);
// Their ROC without collinear points.
std::vector<RocPoint> RocCornersOf(const SortedScores& scores);
// Not empty.
double BestThreshold(const SortedScores& scores);
double AccuracyAt(const SortedScores& scores, double threshold);
// What is left of `all` without `some` of them.
SortedScores Without(const SortedScores& all, const SortedScores& some);
// The ROC as the LFW results page draws it: at every threshold the mean over the folds of their far
// and frr. Equal to the pooled ROC where all folds have equally many pairs of both kinds.
std::vector<RocPoint> MeanRocOf(const std::vector<SortedScores>& folds);

}  // namespace facet

#endif  // FACET_PLUGINS_EVALUATORS_SORTED_SCORES_H_
