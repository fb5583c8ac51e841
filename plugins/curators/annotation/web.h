// Lets people judge the blocks of a stage, or its people, at a local web page, and waits for them.
#ifndef FACET_PLUGINS_CURATORS_ANNOTATION_WEB_H_
#define FACET_PLUGINS_CURATORS_ANNOTATION_WEB_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/api/curator.h"
#include "plugins/curators/annotation/annotation.h"
#include "plugins/curators/annotation/blocks.h"

namespace facet {

struct WebAnnotationOptions {
  std::string decisions;  // the log's file (annotation_log.h)
  int port = 0;           // 0: a free one
  JudgingTask task;
  int64_t votes = 1;         // verdicts that a block needs
  bool wait_for_all = true;  // else it may be finished at any time
};

// Until somebody finishes it on the page, or the log says that it is finished. Decisions already in
// the log count. Cancelled if context.progress wants a stop: the log has all decisions until then.
absl::StatusOr<Annotation> AnnotateOnTheWeb(const std::vector<AnnotationBlock>& blocks,
                                            const WebAnnotationOptions& options,
                                            const CurationContext& context);

}  // namespace facet

#endif  // FACET_PLUGINS_CURATORS_ANNOTATION_WEB_H_
