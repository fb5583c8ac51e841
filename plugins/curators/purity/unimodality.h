// Whether the faces that go by one name are one person's: the distances between them then have one
// mode, and those of a mixture two, within a person and between people.
//
// Two ways to put it to the dip test (dip.h). "faces": each face looks at its distances to all
// others, which given that face are an independent sample, and is split if they have two modes
// (p-value at most `alpha`); a person is multimodal if more than `max_split` of the faces are
// split. That is the dip-dist criterion of Kalogeratos, Likas, "Dip-means: an incremental
// clustering method for estimating the number of clusters", NIPS 2012. "pairs": one test of the
// distances of all pairs (Parkhi, Vedaldi, Zisserman 2015, section 3, say no more than that); n
// faces have n (n - 1) / 2 pairs, which are no independent sample, so that the null is of samples
// of n.
#ifndef FACET_PLUGINS_CURATORS_PURITY_UNIMODALITY_H_
#define FACET_PLUGINS_CURATORS_PURITY_UNIMODALITY_H_

#include <cstdint>
#include <opencv2/core.hpp>
#include <vector>

#include "plugins/curators/purity/dip.h"

namespace facet {

struct UnimodalityRule {
  bool pairs = false;
  double alpha = 0.05;
  double max_split = 0.1;  // of the faces; not for pairs
};

struct Unimodality {
  double dip = 0;      // pairs: of all; faces: the largest
  double p_value = 1;  // of that one
  double split = 0;    // share of faces; pairs: 0 or 1
  bool unimodal = true;
};

// `faces`: float32 [n, D] with n >= 4; distances are l2. `null` is prepared for n - 1 (faces) or n
// (pairs).
Unimodality TestUnimodality(const cv::Mat& faces, const UnimodalityRule& rule, const DipNull& null);

}  // namespace facet

#endif  // FACET_PLUGINS_CURATORS_PURITY_UNIMODALITY_H_
