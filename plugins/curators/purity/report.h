// What a ranking by purity says: the cut, precision over recall where the truth is known, and the
// distribution of scores.
#ifndef FACET_PLUGINS_CURATORS_PURITY_REPORT_H_
#define FACET_PLUGINS_CURATORS_PURITY_REPORT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "core/api/curator.h"

namespace facet {

struct RankedFace {
  float score = 0.0F;
  float strangers = 0.0F;  // purity_ranking.h
  bool kept = false;
  bool right = true;  // shows its person, where the truth is known
};

struct PurityCut {
  int64_t keep = 1000;         // of an identity at most
  double keep_share = 1.0;     // of its faces at most, rounded up
  double max_strangers = 1.0;  // and none that a larger share of strangers equals
};

// Sets `kept` of one identity's faces: the best by score, of equal ones the earlier.
void Cut(const PurityCut& cut, std::vector<RankedFace>* faces);

struct PrecisionOverRecall {
  std::vector<double> recall, precision;  // [0, 1], one point per different score, best first
  double average_precision = 0.0;         // sum of precision times the step of recall
  double at_recall(double wanted) const;  // precision at the first point that reaches it
};
// Over all faces, by score. There is at least one right face.
PrecisionOverRecall MeasurePrecision(const std::vector<RankedFace>& faces);

// `bins` of equal width over [-3, 3]; scores beyond count as the outermost.
Histogram ScoreHistogram(const std::string& name, const std::vector<float>& scores, int bins);

// Counts kept and dropped, the histograms of scores, and with the truth the curve "precision over
// recall" (at most 200 points), "average precision" and "precision at recall 0.9" [%].
void AddPurity(const std::vector<RankedFace>& faces, bool truth_known, CurationResult* result);

}  // namespace facet

#endif  // FACET_PLUGINS_CURATORS_PURITY_REPORT_H_
