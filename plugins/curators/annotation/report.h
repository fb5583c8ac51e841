// What a stage of annotators reports: counts, purity curves, seconds per block, contact sheets.
#ifndef FACET_PLUGINS_CURATORS_ANNOTATION_REPORT_H_
#define FACET_PLUGINS_CURATORS_ANNOTATION_REPORT_H_

#include <cstdint>
#include <vector>

#include "core/api/curator.h"
#include "plugins/curators/annotation/annotation.h"
#include "plugins/curators/annotation/blocks.h"

namespace facet {

struct AnnotationFindings {
  const std::vector<AnnotationBlock>* blocks;
  const Annotation* annotation;
  ImageTruths truth;
  JudgingTask task;
  uint64_t seed;  // of the samples on the contact sheets
};
// Appends to `result`: the metrics "blocks accepted", "blocks rejected", "images judged",
// "verdicts right" [%] (truth known: as its purity asks), "agreement" [%] (blocks with several
// verdicts); the curves "left by block" and "left by score rank", and with the truth "purity ..."
// [%]; the histogram "seconds per block"; contact sheets of at most 48 images: of accepted blocks,
// and with the truth what is wrong in them and what was lost with the rejected ones.
void ReportAnnotation(const AnnotationFindings& findings, CurationResult* result);

}  // namespace facet

#endif  // FACET_PLUGINS_CURATORS_ANNOTATION_REPORT_H_
