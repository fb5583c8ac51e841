// All components that the plugin folders provide, known without loading a library.
//
// For each lib*.so of the listed folders (in order; not below them) the catalogue reads
// lib*.schema.json beside it. Where that is missing or its digest is not the library's, a process of
// its own is asked to describe the library, so that a foreign or broken plugin can hurt no one.
// A library that cannot be used is a problem of its own; the others stay.
#ifndef FACET_CORE_PLUGIN_CATALOGUE_H_
#define FACET_CORE_PLUGIN_CATALOGUE_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/api/trait.h"
#include "core/base/hash.h"
#include "core/base/json.h"

namespace facet {

struct OptionSpec {
  std::string name, type, doc;  // type: bool int float string int_list float_list string_list
  Json default_value;
  bool has_min = false, has_max = false, min_open = false, required = false;
  double min = 0.0, max = 0.0;
  std::vector<std::string> choices;
  std::string role;  // "", "input_file", "input_directory", "kept_file", "kept_folder"
  bool NamesFolder() const { return role == "input_directory" || role == "kept_folder"; }
  bool MayBeMissing() const { return role == "kept_file" || role == "kept_folder"; }
  std::string renamed_from;
  std::vector<std::string> files;  // of a folder: patterns of what is read; empty: all
};
absl::StatusOr<std::vector<OptionSpec>> ParseSchema(const Json& options);

struct ComponentInfo {
  std::string kind, name, summary, paper;
  std::vector<OptionSpec> options;
  std::string library_path, library_digest;
  std::vector<std::string> calls = {};  // what the library takes from libfacet, by symbol
  Traits traits;
};

struct PluginProblem {
  std::string path;
  absl::Status status;
};

class Catalogue {
 public:
  // Describes one library (JSON of DescribeLibrary) where its schema file does not serve.
  using DescribeFunction = std::function<absl::StatusOr<std::string>(const std::string& path)>;
  // SHA-256 of a library.
  using DigestFunction = std::function<absl::StatusOr<std::string>(const std::string& path)>;

  static Catalogue Scan(const std::vector<std::string>& folders, const DescribeFunction& describe,
                        const DigestFunction& digest = &Sha256File);

  const ComponentInfo* Find(const std::string& kind, const std::string& name) const;
  // Of those with all of the traits; sorted.
  std::vector<std::string> Names(const std::string& kind, Traits traits = {}) const;
  const std::vector<ComponentInfo>& components() const { return components_; }
  // Unusable libraries, and two that provide one component (the first stays).
  const std::vector<PluginProblem>& problems() const { return problems_; }
  const std::vector<std::string>& folders() const { return folders_; }

 private:
  std::vector<std::string> folders_;
  std::vector<ComponentInfo> components_;
  std::vector<PluginProblem> problems_;
};

}  // namespace facet

#endif  // FACET_CORE_PLUGIN_CATALOGUE_H_
