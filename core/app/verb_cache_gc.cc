#include "core/app/verb_cache_gc.h"

#include <unistd.h>

#include <cstdio>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "core/app/cache_use.h"
#include "core/app/stored_runs.h"
#include "core/base/status.h"
#include "core/base/text_columns.h"
#include "core/graph/store_contents.h"
#include "core/pipeline/room.h"

namespace facet {
namespace {

// As long as `git gc` keeps what nothing reaches: two weeks in which a run can be taken up again.
constexpr int64_t kGraceDays = 14;

struct GcArguments {
  int64_t older_than_days = kGraceDays;
  std::optional<int64_t> runs_older_than_days, keep_runs;
  bool dry_run = false, yes = false, json = false;
};

struct Garbage {
  std::vector<StoredRun> runs;
  std::vector<StoredItem> items;

  bool empty() const { return runs.empty() && items.empty(); }
  // What it takes of the disk: entries are their files.
  int64_t bytes() const {
    int64_t sum = 0;
    for (const StoredRun& run : runs) sum += run.bytes;
    for (const StoredItem& item : items) {
      if (item.kind != StoredItem::Kind::kEntry) sum += item.bytes;
    }
    return sum;
  }
};

absl::StatusOr<Garbage> FindGarbage(const Store& store, const GcArguments& arguments) {
  FACET_ASSIGN_OR_RETURN(const CacheUse use, LookAtCache(store));
  Garbage garbage;
  garbage.runs = RunsToLetGo(
      use.runs, arguments.runs_older_than_days ? DaysAgo(*arguments.runs_older_than_days) : 0,
      arguments.keep_runs.value_or(-1));
  std::set<std::string> gone, reached = use.pinned;
  for (const StoredRun& run : garbage.runs) gone.insert(run.folder);
  for (const StoredRun& run : use.runs) {
    if (gone.count(run.folder) == 0) reached.insert(run.keys.begin(), run.keys.end());
  }
  garbage.items = FindUnreached(use.contents, reached, DaysAgo(arguments.older_than_days));
  return garbage;
}

// What of `shown` is garbage still: a run may have come since.
Garbage StillGarbage(const Garbage& shown, const Garbage& now) {
  const auto id = [](const StoredItem& item) {
    return std::make_tuple(item.kind, item.key, item.name, item.path);
  };
  std::set<std::string> runs;
  std::set<decltype(id(StoredItem()))> items;
  for (const StoredRun& run : now.runs) runs.insert(run.folder);
  for (const StoredItem& item : now.items) items.insert(id(item));
  Garbage garbage;
  for (const StoredRun& run : shown.runs) {
    if (runs.count(run.folder) > 0) garbage.runs.push_back(run);
  }
  for (const StoredItem& item : shown.items) {
    if (items.count(id(item)) > 0) garbage.items.push_back(item);
  }
  return garbage;
}

std::string AgeText(int64_t changed_s) {
  const int64_t days = (absl::ToUnixSeconds(absl::Now()) - changed_s) / (24 * 3600);
  return days == 1 ? "1 day" : absl::StrCat(days, " days");
}

// A line for each, but for files and locks, whose names say nothing: their number and size.
void PrintGarbage(const Garbage& garbage) {
  for (const StoredRun& run : garbage.runs) {
    std::printf("%-11s  %-40s  %10s  %s\n", "run", Printable(run.name()).c_str(),
                FormatBytes(run.bytes).c_str(), AgeText(run.changed_s).c_str());
  }
  std::map<StoredItem::Kind, std::pair<int64_t, int64_t>> summed;
  for (const StoredItem& item : garbage.items) {
    if (item.kind == StoredItem::Kind::kBlob || item.kind == StoredItem::Kind::kLock) {
      ++summed[item.kind].first;
      summed[item.kind].second += item.bytes;
      continue;
    }
    const std::string name = item.kind == StoredItem::Kind::kEntry
                                 ? absl::StrCat(item.key.substr(0, 12), " ", item.name)
                                 : item.name.substr(0, 40);
    std::printf("%-11s  %-40s  %10s  %s\n", KindName(item.kind), Printable(name).c_str(),
                FormatBytes(item.bytes).c_str(), AgeText(item.changed_s).c_str());
  }
  for (const auto& [kind, sum] : summed) {
    std::printf("%-11s  %-40s  %10s\n", absl::StrCat(KindName(kind), "s").c_str(),
                std::to_string(sum.first).c_str(), FormatBytes(sum.second).c_str());
  }
}

Json GarbageToJson(const Garbage& garbage, bool removed) {
  Json runs = Json::array(), items = Json::array();
  for (const StoredRun& run : garbage.runs) {
    runs.push_back({{"run", run.name()}, {"bytes", run.bytes}});
  }
  for (const StoredItem& item : garbage.items) {
    items.push_back({{"kind", KindName(item.kind)},
                     {"name", item.name},
                     {"key", item.key},
                     {"bytes", item.bytes},
                     {"changed", item.changed_s}});
  }
  return {{"schema", 1},
          {"removed", removed},
          {"bytes", garbage.bytes()},
          {"runs", std::move(runs)},
          {"items", std::move(items)}};
}

bool IsConfirmed() {
  std::fprintf(stderr, "remove this? [y/N] ");
  std::string answer;
  return std::getline(std::cin, answer) && (answer == "y" || answer == "Y" || answer == "yes");
}

// Runs first: what is left of a gc that was killed is then reached by nothing.
absl::StatusOr<Garbage> RemoveGarbage(Store& store, const Garbage& garbage) {
  Garbage removed;
  for (const StoredRun& run : garbage.runs) {
    RemoveFolder(run.folder);
    removed.runs.push_back(run);
  }
  FACET_ASSIGN_OR_RETURN(removed.items, ClearOut(store, garbage.items));
  return removed;
}

int CollectGarbage(const GcArguments& arguments, const VerbContext& context) {
  const std::unique_ptr<Store> store = OpenCache(context);
  if (store == nullptr) return kExitInput;
  const absl::StatusOr<Garbage> found = FindGarbage(*store, arguments);
  if (!found.ok()) return Fail(context, found.status(), kExitInput);
  if (arguments.dry_run || found->empty()) {
    if (arguments.json) {
      std::fputs(DumpPretty(GarbageToJson(*found, false)).c_str(), stdout);
    } else {
      PrintGarbage(*found);
      std::printf(
          "%s\n",
          found->empty()
              ? "nothing to remove"
              : absl::StrCat(FormatBytes(found->bytes()), " would be freed (--dry-run)").c_str());
    }
    return kExitDone;
  }
  if (!arguments.json) PrintGarbage(*found);
  if (!arguments.yes) {
    std::fflush(stdout);
    if (::isatty(STDIN_FILENO) != 1) {
      return Fail(context,
                  absl::InvalidArgumentError("nothing was removed: without a terminal to ask on it "
                                             "needs --yes (--dry-run shows what would go)"),
                  kExitUsage);
    }
    if (!IsConfirmed()) return kExitDone;
  }
  if (const absl::Status writable = store->CheckWritable(); !writable.ok()) {
    return Fail(context, writable, kExitInput);
  }
  if (std::string users; !store->BecomeAlone(&users)) {
    return Fail(context,
                absl::UnavailableError(absl::StrCat(
                    "the store ", store->folder(), " is in use", users,
                    ": nothing is removed while a run or another command works with it; wait for "
                    "its end (`facet status`) and try again")),
                kExitLocked);
  }
  const absl::StatusOr<Garbage> now = FindGarbage(*store, arguments);
  if (!now.ok()) return Fail(context, now.status(), kExitInput);
  const absl::StatusOr<Garbage> removed = RemoveGarbage(*store, StillGarbage(*found, *now));
  if (!removed.ok()) return Fail(context, removed.status(), kExitInput);
  if (arguments.json) {
    std::fputs(DumpPretty(GarbageToJson(*removed, true)).c_str(), stdout);
  } else {
    std::printf("%s freed\n", FormatBytes(removed->bytes()).c_str());
  }
  return kExitDone;
}

}  // namespace

void AddCacheGcVerb(Command cache, VerbContext& context) {
  auto arguments = std::make_shared<GcArguments>();
  Command gc = cache.Subcommand("gc", "remove what no run and no pin reaches");
  gc.Option("--older-than", &arguments->older_than_days,
            "only what was not changed for so many days")
      .TypeName("DAYS")
      .NonNegative()
      .ShowDefault();
  gc.Option("--runs-older-than", &arguments->runs_older_than_days,
            "let runs go that were not changed for so many days, and what they alone reach")
      .TypeName("DAYS")
      .NonNegative();
  gc.Option("--keep-runs", &arguments->keep_runs, "of each experiment, let all but the last N go")
      .TypeName("N")
      .NonNegative();
  gc.Flag("--dry-run", &arguments->dry_run, "say what would go");
  gc.Flag("--yes", &arguments->yes, "do not ask");
  gc.Flag("--json", &arguments->json, "one JSON document");
  gc.OnRun([arguments, &context] { return CollectGarbage(*arguments, context); });
}

}  // namespace facet
