// Descriptors of samples -> descriptors of templates, and their projections.
#ifndef FACET_CORE_RECORDS_POOLING_H_
#define FACET_CORE_RECORDS_POOLING_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "core/api/dataset.h"
#include "core/api/evaluator.h"
#include "core/records/descriptors.h"
#include "core/records/npy.h"

namespace facet {

// [templates, D]: row t is the mean over the rows of `descriptors` whose sample is in template t,
// or over the pooling.top_k of them with the highest landmark confidence (the first of equals, so
// without confidences the first frames); with pooling.normalize_each each is l2-normalised before.
// FailedPrecondition for templates without any descriptor, with their number, one of their names
// and the cure; DataLoss for artifacts that do not fit together.
absl::StatusOr<FloatArray> PoolTemplates(const DatasetContents& data, const FloatArray& descriptors,
                                         const std::vector<DescriptorRecord>& records,
                                         const TemplatePooling& pooling = {});

// x = W' phi / ||phi||: `pooled` [T, D], `projection` [F, L, D] -> F matrices [T, L]. The same on
// any number of threads. InvalidArgument for rows of zeros or of values that are not finite: how
// many, and the first (`data` has its name).
absl::StatusOr<std::vector<FloatArray>> Project(const DatasetContents& data,
                                                const FloatArray& pooled,
                                                const FloatArray& projection, int threads);

}  // namespace facet

#endif  // FACET_CORE_RECORDS_POOLING_H_
