#include "plugins/curators/annotation/web.h"

#include <chrono>
#include <cstdio>
#include <memory>
#include <thread>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "plugins/curators/annotation/desk.h"
#include "plugins/curators/annotation/server.h"

namespace facet {
namespace {

constexpr std::chrono::milliseconds kStep(200);

}  // namespace

absl::StatusOr<Annotation> AnnotateOnTheWeb(const std::vector<AnnotationBlock>& blocks,
                                            const WebAnnotationOptions& options,
                                            const CurationContext& context) {
  AnnotationDeskOptions desk_options;
  desk_options.votes = options.votes;
  desk_options.wait_for_all = options.wait_for_all;
  desk_options.task = options.task;
  FACET_ASSIGN_OR_RETURN(const auto desk,
                         AnnotationDesk::Open(blocks, options.decisions, desk_options));
  if (desk->finished()) return desk->Result();
  AnnotationServerOptions server_options;
  server_options.port = options.port;
  server_options.task = options.task;
  server_options.threads = context.threads;
  server_options.read_image = context.read_image;
  FACET_ASSIGN_OR_RETURN(const auto server,
                         AnnotationServer::Start(blocks, desk.get(), server_options));
  const std::string address = absl::StrCat("open ", server->url());
  std::fprintf(stderr, "annotate: %s\n", address.c_str());  // in the stage's log, to be found again
  if (context.ask) context.ask(address);
  while (!desk->finished()) {
    if (!context.progress(desk->num_judged(), static_cast<int64_t>(blocks.size()),
                          options.task.OfPeople() ? "people" : "blocks", "people annotate")) {
      return absl::CancelledError(absl::StrCat(
          "stopped while people annotate; what they decided is in ", options.decisions));
    }
    std::this_thread::sleep_for(kStep);
  }
  return desk->Result();
}

}  // namespace facet
