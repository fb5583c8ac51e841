#include "core/app/verb_cache.h"

#include <unistd.h>

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "core/graph/store.h"

namespace facet {
namespace {

// Exit code 9 where something was damaged: it is set aside, and the next run computes it anew.
int Verify(VerbContext& context) {
  const auto store = Store::Open(context.store);
  if (!store.ok()) return Fail(context, store.status(), kExitInput);
  const bool live = context.verbosity >= 0 && ::isatty(STDERR_FILENO) == 1;
  int64_t files = 0;
  const std::vector<std::string> problems = (*store)->Verify([&](int64_t done, int64_t total) {
    files = total;
    if (live) std::fprintf(stderr, "\r%lld of %lld files", (long long)done, (long long)total);
  });
  if (live) std::fprintf(stderr, "\r\033[K");
  for (const std::string& problem : problems) std::printf("%s\n", problem.c_str());
  std::printf(
      "%lld files read, %zu entries damaged%s\n", (long long)files, problems.size(),
      problems.empty() ? "" : "; set aside in quarantine/, the next run computes them anew");
  return problems.empty() ? kExitDone : kExitDamaged;
}

}  // namespace

void AddCacheVerb(Command program, VerbContext& context) {
  Command cache = program.Subcommand("cache", "look after what is stored");
  cache.RequireSubcommand();
  cache.Subcommand("verify", "read every stored file; set aside what is damaged").OnRun([&context] {
    return Verify(context);
  });
}

}  // namespace facet
