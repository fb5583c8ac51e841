// describe_plugin LIBRARY SCHEMA [LIBRARY SCHEMA ...]: writes each plugin's schema file (library.h,
// DescribeLibrary). The build runs it; exit code 4 for a library that is not a usable plugin.
#include <cstdio>
#include <string>

#include "core/base/file.h"
#include "core/base/status.h"
#include "core/plugin/library.h"

namespace facet {
namespace {

absl::Status WriteSchema(const std::string& library, const std::string& schema) {
  FACET_ASSIGN_OR_RETURN(const std::string text, DescribeLibrary(library));
  return WriteFileAtomically(schema, text);
}

}  // namespace
}  // namespace facet

int main(int argc, char** argv) {
  if (argc < 3 || argc % 2 == 0) {
    std::fprintf(stderr, "usage: describe_plugin LIBRARY SCHEMA [LIBRARY SCHEMA ...]\n");
    return 2;
  }
  for (int i = 1; i < argc; i += 2) {
    const absl::Status status = facet::WriteSchema(argv[i], argv[i + 1]);
    if (status.ok()) continue;
    std::fprintf(stderr, "%s\n", std::string(status.message()).c_str());
    return 4;
  }
  return 0;
}
