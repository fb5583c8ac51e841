#include "core/app/verb_cache.h"

#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/graph/store.h"

namespace facet {
namespace {

// Exit code 9 where something was damaged: it is set aside, and the next run computes it anew; 5
// where nothing was, but not everything could be read.
int Verify(VerbContext& context) {
  std::error_code ignored;
  if (!std::filesystem::is_directory(context.store, ignored)) {
    return Fail(context,
                absl::NotFoundError(
                    absl::StrCat("there is no store ", context.store, "; name it with --store")),
                kExitInput);
  }
  const auto store = Store::Open(context.store);
  if (!store.ok()) return Fail(context, store.status(), kExitInput);
  const bool live = context.verbosity >= 0 && ::isatty(STDERR_FILENO) == 1;
  int64_t files = 0;
  const Store::Verified verified = (*store)->Verify([&](int64_t done, int64_t total) {
    files = total;
    if (live) std::fprintf(stderr, "\r%lld of %lld files", (long long)done, (long long)total);
  });
  if (live) std::fprintf(stderr, "\r\033[K");
  for (const std::string& problem : verified.damaged) std::printf("%s\n", problem.c_str());
  for (const std::string& problem : verified.unreadable) std::printf("%s\n", problem.c_str());
  const size_t damaged = verified.damaged.size(), unreadable = verified.unreadable.size();
  std::printf("%lld files read, %zu %s damaged%s\n", (long long)files, damaged,
              damaged == 1 ? "entry" : "entries",
              damaged == 0 ? "" : "; set aside in quarantine/, the next run computes them anew");
  if (unreadable > 0) std::printf("%zu could not be read and were left\n", unreadable);
  if (damaged > 0) return kExitDamaged;
  return unreadable > 0 ? kExitInput : kExitDone;
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
