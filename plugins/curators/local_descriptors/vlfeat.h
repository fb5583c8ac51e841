// VLFeat (Vedaldi and Fulkerson: "VLFeat: an open and portable library of computer vision
// algorithms", 2008; version 0.9.21) held in C++: owners of its objects, and what makes it give the
// same bits in every run.
#ifndef FACET_PLUGINS_CURATORS_LOCAL_DESCRIPTORS_VLFEAT_H_
#define FACET_PLUGINS_CURATORS_LOCAL_DESCRIPTORS_VLFEAT_H_

#include <vl/dsift.h>
#include <vl/generic.h>
#include <vl/gmm.h>
#include <vl/kmeans.h>
#include <vl/random.h>
#include <vl/svm.h>

#include <cstdint>
#include <memory>

namespace facet {

struct VlfeatDelete {
  void operator()(VlDsiftFilter* filter) const { vl_dsift_delete(filter); }
  void operator()(VlGMM* mixture) const { vl_gmm_delete(mixture); }
  void operator()(VlKMeans* means) const { vl_kmeans_delete(means); }
  void operator()(VlSvm* svm) const { vl_svm_delete(svm); }
  void operator()(VlSvmDataset* dataset) const { vl_svmdataset_delete(dataset); }
};
template <class T>
using VlfeatOwner = std::unique_ptr<T, VlfeatDelete>;

// For all that follows on this thread: its random numbers start at `seed`. VLFeat's own threads are
// off for the whole process, because it adds up what they found in the order in which they end.
inline void SeedVlfeat(uint64_t seed) {
  vl_set_num_threads(1);
  vl_rand_seed(vl_get_rand(), static_cast<vl_uint32>(seed ^ (seed >> 32)));
}

}  // namespace facet

#endif  // FACET_PLUGINS_CURATORS_LOCAL_DESCRIPTORS_VLFEAT_H_
