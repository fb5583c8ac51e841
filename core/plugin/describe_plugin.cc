// describe_plugin LIBRARY: prints the schema file of a plugin (library.h, DescribeLibrary). The
// build runs it; exit code 4 for a library that is not a usable plugin.
#include <cstdio>

#include "core/plugin/library.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: describe_plugin LIBRARY\n");
    return 2;
  }
  const absl::StatusOr<std::string> description = facet::DescribeLibrary(argv[1]);
  if (!description.ok()) {
    std::fprintf(stderr, "%s\n", std::string(description.status().message()).c_str());
    return 4;
  }
  std::fputs(description->c_str(), stdout);
  return 0;
}
