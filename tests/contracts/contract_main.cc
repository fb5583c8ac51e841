// contract LIBRARY [OPTIONS_JSON]: exit code 0 if every component of the library keeps the contract
// of its kind, else 1 and one line for each broken sentence.
#include <cstdio>
#include <string>

#include "tests/contracts/contract_checks.h"

int main(int argc, char** argv) {
  if (argc != 2 && argc != 3) {
    std::fprintf(stderr, "usage: contract LIBRARY [OPTIONS_JSON]\n");
    return 2;
  }
  const auto broken = facet::CheckLibrary(argv[1], argc == 3 ? argv[2] : "{}");
  for (const std::string& sentence : broken) std::fprintf(stderr, "broken: %s\n", sentence.c_str());
  return broken.empty() ? 0 : 1;
}
