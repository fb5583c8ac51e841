// What a stage reports that judged people by sheets of their images.
#ifndef FACET_PLUGINS_CURATORS_ANNOTATION_PEOPLE_REPORT_H_
#define FACET_PLUGINS_CURATORS_ANNOTATION_PEOPLE_REPORT_H_

#include "core/api/curator.h"
#include "plugins/curators/annotation/report.h"

namespace facet {

// Appends to `result`: the metrics "people accepted", "people rejected", "sheets shown", "images
// judged", "purity of those accepted" and "... rejected" [%], as the annotators estimate it, "time
// per person" [s], "verdicts right" [%] (truth known) and "agreement" [%] (several verdicts of one
// person); the histogram of the estimated purities; contact sheets of at most 48 images of people
// accepted and rejected.
void ReportPeople(const AnnotationFindings& findings, CurationResult* result);

}  // namespace facet

#endif  // FACET_PLUGINS_CURATORS_ANNOTATION_PEOPLE_REPORT_H_
