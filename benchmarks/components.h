// What the benchmark programs of all kinds share: which components are measured, with which
// options, and main().
//
// A program benchmarks/<kind>.cc registers, for each component of its kind that the plugin folders
// hold, benchmarks named <kind>/<component>/<case>, <case> being "B:64/D:128" and the like:
//
//   absl::Status Register(const Request& request, const Subject& subject) { ... }
//   int main(int argc, char** argv) {
//     return facet::bench::Main(argc, argv, facet::Loss::kKind, "embeddings a batch", &Register);
//   }
//
// Its command line is Google Benchmark's and:
//   --plugins=DIR[:DIR...]   plugin folders, in the order in which they are searched; without it
//                            ../plugins beside the program
//   --use=NAME[,NAME...]     these components alone, in this order; without it all, sorted
//   --option=NAME.KEY=JSON   an option of one component, or KEY=JSON of all that have it;
//                            repeatable
//   --sizes=N[,N...]         instead of the kind's own sizes; what a size means is the kind's
//   --images=DIR             photographs beside the rendered faces, for kinds that take images
//   --list                   one JSON document on stdout, nothing is measured: {"kind", "size":
//                            what a size means, "components": [name...], "left_out": [{"name",
//                            "reason"}...]}
// What cannot be measured without files that the options do not name is left out, by name, on
// stderr and in the "left_out" context of Google Benchmark's JSON, as the text of that list.
// Exit codes: 0; 1 a benchmark ended with an error; 2 usage; 4 no such component, or a plugin that
// cannot be used.
#ifndef FACET_BENCHMARKS_COMPONENTS_H_
#define FACET_BENCHMARKS_COMPONENTS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/json.h"
#include "core/plugin/catalogue.h"
#include "core/plugin/library.h"

namespace facet::bench {

struct Request {
  std::vector<std::string> plugin_folders;
  std::vector<int64_t> sizes;  // empty: the kind's own
  std::string images;          // a folder; empty: none

  // `sizes`, or these.
  std::vector<int64_t> SizesOr(std::vector<int64_t> own) const {
    return sizes.empty() ? own : sizes;
  }
};

// One component, with the options that the command line gives it.
class Subject {
 public:
  Subject(const ComponentInfo& info, Json options) : info_(info), options_(std::move(options)) {}

  const std::string& name() const { return info_.name; }
  const ComponentInfo& info() const { return info_; }
  bool HasOption(const std::string& name) const;
  const Json& options() const { return options_; }  // that the command line gives

  // A fresh instance, `others` (a JSON object) over the command line's options.
  template <class Interface>
  absl::StatusOr<std::unique_ptr<Interface>> Make(const Json& others = Json::object()) const {
    Json options = options_;
    options.update(others);
    FACET_ASSIGN_OR_RETURN(
        std::unique_ptr<Component> made,
        CreateComponent(info_.library_path, info_.kind, info_.name, Dump(options)));
    return std::unique_ptr<Interface>(static_cast<Interface*>(made.release()));
  }

 private:
  const ComponentInfo& info_;
  const Json options_;
};

// A component of another kind that a benchmark needs: images of the data set `synthetic`, say.
absl::StatusOr<std::unique_ptr<Component>> MakeOther(const Request& request,
                                                     const std::string& kind,
                                                     const std::string& name, const Json& options);

// Registers the benchmarks of one component. An error leaves the component out, with its message.
using RegisterFunction = absl::Status (*)(const Request& request, const Subject& subject);

// `size_means`: what --sizes are of this kind, "images a batch" say.
int Main(int argc, char** argv, const char* kind, const char* size_means,
         RegisterFunction register_benchmarks);

}  // namespace facet::bench

#endif  // FACET_BENCHMARKS_COMPONENTS_H_
