// The web page at which people annotate, served on 127.0.0.1 by cpp-httplib.
//
// Every request must bring the token of the page's address (query `token`, or the header
// X-Facet-Token where it changes something), name this host, and come from no other site:
// otherwise it is 403, whatever it asks for. What the page may load is itself alone.
//
//   GET  /, /page.css, /page.js, /sheets.js, /icon.svg   the page
//   GET  /image/ID?size=thumb     JPEG of the image with the manifest's id (size=full: larger)
//   POST /api/NAME                JSON in and out, always with "annotator":
//        join                     -> {"block": where to go on, or -1, "blocks": [...],
//                                     "min_purity", "sheet_size": 0 for blocks of images, ...}
//        open    {"block"}        -> {"view": the block, its images, what he thinks of it}
//        next    {"after"}        -> the same of the next one that waits for him; view null: none
//        mark    {"block", "images": [ids], "marked": bool}
//        judge   {"block", "accept": bool}
//        undo, touch {"block"}, leave, progress, finish
//   Each answer has "progress". Errors: {"error": message}; 400 bad input, 404, 409 the block is
//   another annotator's, 500 nothing was written.
#ifndef FACET_PLUGINS_CURATORS_ANNOTATION_SERVER_H_
#define FACET_PLUGINS_CURATORS_ANNOTATION_SERVER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/api/image.h"
#include "plugins/curators/annotation/blocks.h"
#include "plugins/curators/annotation/desk.h"

namespace facet {

struct AnnotationServerOptions {
  int port = 0;  // 0: a free one
  JudgingTask task;
  int threads = 1;  // that decode images
  int64_t max_thumbnail_bytes = 64 << 20;
  std::function<absl::StatusOr<Image>(const std::string& path)> read_image;
};

class AnnotationServer {
 public:
  // Listens until it is destroyed. All that is given must outlive it. Unavailable: the port is
  // taken.
  static absl::StatusOr<std::unique_ptr<AnnotationServer>> Start(
      const std::vector<AnnotationBlock>& blocks, AnnotationDesk* desk,
      const AnnotationServerOptions& options);
  virtual ~AnnotationServer() = default;

  virtual int port() const = 0;
  virtual const std::string& token() const = 0;
  // "http://127.0.0.1:PORT/?token=...".
  virtual std::string url() const = 0;
};

}  // namespace facet

#endif  // FACET_PLUGINS_CURATORS_ANNOTATION_SERVER_H_
