// Principal components of rows, in double: a million float32 summands would lose the smaller ones.
#ifndef FACET_PLUGINS_CURATORS_LOCAL_DESCRIPTORS_PRINCIPAL_COMPONENTS_H_
#define FACET_PLUGINS_CURATORS_LOCAL_DESCRIPTORS_PRINCIPAL_COMPONENTS_H_

#include <opencv2/core.hpp>

namespace facet {

// All float64, for rows of dimension D.
struct PrincipalComponents {
  cv::Mat mean;       // [1, D]
  cv::Mat axes;       // [D, D]: orthonormal rows, largest variance first; the entry of largest
                      // magnitude of each is positive
  cv::Mat variances;  // [D, 1], along the axes
};

// `rows`: float32 [N >= 1, D]. The same bits whatever the number of threads.
PrincipalComponents FindPrincipalComponents(const cv::Mat& rows);

}  // namespace facet

#endif  // FACET_PLUGINS_CURATORS_LOCAL_DESCRIPTORS_PRINCIPAL_COMPONENTS_H_
