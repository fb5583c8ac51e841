// Whether two images are copies of one photograph: laid over each other, do their pixels agree?
//
// The middle of one image is searched for in the other at all sizes between 0.55 and 1.8 times its
// own (normalised cross-correlation of small copies); there, both are laid over each other in full,
// moved and scaled a little until they fit best, and compared block by block. What differs between
// copies is outside the blocks (crops, captions below), in few of them (text, logos), or without
// influence on a correlation (colours, sharpness). Two photographs of a person in the same pose
// agree in some blocks only. Mirrored and turned copies are not found.
#ifndef FACET_PLUGINS_CURATORS_DUPLICATES_PHOTOGRAPH_ALIGNMENT_H_
#define FACET_PLUGINS_CURATORS_DUPLICATES_PHOTOGRAPH_ALIGNMENT_H_

#include <opencv2/core.hpp>

namespace facet {

// The median over blocks of their correlation, in [-1, 1]; -1 where there is too little to compare.
// 8UC1 both (GreyOfArea() of one area); which comes first does not matter. A fit of `enough` is
// not improved on.
double PhotographAgreement(const cv::Mat& a, const cv::Mat& b, double enough);

}  // namespace facet

#endif  // FACET_PLUGINS_CURATORS_DUPLICATES_PHOTOGRAPH_ALIGNMENT_H_
