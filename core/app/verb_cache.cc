#include "core/app/verb_cache.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "core/app/cache_use.h"
#include "core/app/verb_cache_gc.h"
#include "core/base/suggest.h"
#include "core/base/text_columns.h"
#include "core/graph/store.h"
#include "core/pipeline/room.h"
#include "core/report/find_results.h"
#include "core/report/grid.h"
#include "core/stages/stage_types.h"

namespace facet {
namespace {

constexpr size_t kShownDigits = 12;

// Exit code 9 where something was damaged: it is set aside, and the next run computes it anew; 5
// where nothing was, but not everything could be read.
int Verify(const VerbContext& context, bool json) {
  const std::unique_ptr<Store> store = OpenCache(context);
  if (store == nullptr) return kExitInput;
  const bool live = context.verbosity >= 0 && ::isatty(STDERR_FILENO) == 1;
  int64_t files = 0;
  const Store::Verified verified = store->Verify([&](int64_t done, int64_t total) {
    files = total;
    if (live) std::fprintf(stderr, "\r%lld of %lld files", (long long)done, (long long)total);
  });
  if (live) std::fprintf(stderr, "\r\033[K");
  const size_t damaged = verified.damaged.size(), unreadable = verified.unreadable.size();
  const bool set_aside = damaged > 0 && store->CheckWritable().ok();
  if (json) {
    std::fputs(DumpPretty({{"schema", 1},
                           {"files", files},
                           {"damaged", verified.damaged},
                           {"set_aside", set_aside},
                           {"unreadable", verified.unreadable}})
                   .c_str(),
               stdout);
  } else {
    for (const std::string& problem : verified.damaged) std::printf("%s\n", problem.c_str());
    for (const std::string& problem : verified.unreadable) std::printf("%s\n", problem.c_str());
    std::printf("%lld files read, %zu %s damaged%s\n", (long long)files, damaged,
                damaged == 1 ? "entry" : "entries",
                damaged == 0 ? ""
                : set_aside  ? "; set aside in quarantine/, the next run computes them anew"
                             : "; the store cannot be written, so they stay where they are");
    if (unreadable > 0) std::printf("%zu could not be read and were left\n", unreadable);
  }
  if (damaged > 0) return kExitDamaged;
  return unreadable > 0 ? kExitInput : kExitDone;
}

void PrintLines(const char* title, const char* counted, const std::vector<UseLine>& lines,
                bool colour) {
  Grid grid;
  grid.Add({title, look::kId}, lines, [](const UseLine& line) { return Printable(line.name); });
  grid.Add({counted, look::kNumber}, lines,
           [](const UseLine& line) { return absl::StrCat(line.count); });
  grid.Add({"size", look::kNumber}, lines,
           [](const UseLine& line) { return FormatBytes(line.bytes); });
  TableStyle style;
  style.colour = colour;
  std::printf("%s\n", TerminalTable(grid, style).c_str());
}

int TellUse(const VerbContext& context, bool json) {
  const std::unique_ptr<Store> store = OpenCache(context);
  if (store == nullptr) return kExitInput;
  const absl::StatusOr<CacheUse> use = LookAtCache(*store);
  if (!use.ok()) return Fail(context, use.status(), kExitInput);
  const UseSummary summary = SummarizeUse(*use);
  if (json) {
    std::fputs(DumpPretty(ToJson(summary)).c_str(), stdout);
    return kExitDone;
  }
  PrintLines("stage", "entries", summary.by_type, context.Colored(1));
  PrintLines("run", "entries", summary.by_run, context.Colored(1));
  PrintLines("beside them", "number", summary.by_kind, context.Colored(1));
  std::printf("%lld entries of %s; no run and no pin reaches %lld of %s\n",
              (long long)summary.all.count, FormatBytes(summary.all.bytes).c_str(),
              (long long)summary.unreached.count, FormatBytes(summary.unreached.bytes).c_str());
  return kExitDone;
}

Json EntriesJson(const std::vector<const StoredEntry*>& entries, const CacheUse& use) {
  Json list = Json::array();
  for (const StoredEntry* entry : entries) {
    list.push_back({{"key", entry->key},
                    {"type", entry->type},
                    {"stage", entry->name},
                    {"bytes", entry->bytes},
                    {"committed", entry->written_s},
                    {"pinned", use.pinned.count(entry->key) > 0},
                    {"runs", use.RunsOf(entry->key)}});
  }
  return {{"schema", 1}, {"entries", std::move(list)}};
}

// "table4/20261130T162248Z-56b7fb and 1 more"
std::string ShownRuns(const std::vector<std::string>& runs) {
  if (runs.empty()) return "none";
  return absl::StrCat(runs.back(),
                      runs.size() > 1 ? absl::StrCat(" and ", runs.size() - 1, " more") : "");
}

void PrintEntries(const std::vector<const StoredEntry*>& entries, const CacheUse& use,
                  bool colour) {
  const int64_t now_s = absl::ToUnixSeconds(absl::Now());
  Grid grid;
  grid.Add({"key", look::kId}, entries,
           [](const StoredEntry* entry) { return entry->key.substr(0, kShownDigits); });
  grid.Add({"stage", look::kText}, entries,
           [](const StoredEntry* entry) { return Printable(entry->name); });
  grid.Add({"size", look::kNumber}, entries,
           [](const StoredEntry* entry) { return FormatBytes(entry->bytes); });
  grid.Add({"days", look::kCount}, entries, [now_s](const StoredEntry* entry) {
    return absl::StrCat((now_s - entry->written_s) / (24 * 3600));
  });
  grid.Add({"pinned", look::kText}, entries, [&use](const StoredEntry* entry) {
    return use.pinned.count(entry->key) > 0 ? "yes" : "";
  });
  grid.Add({"runs", look::kText}, entries, [&use](const StoredEntry* entry) {
    return Printable(ShownRuns(use.RunsOf(entry->key)));
  });
  TableStyle style;
  style.colour = colour;
  std::fputs(TerminalTable(grid, style).c_str(), stdout);
}

struct ListArguments {
  std::string type;
  bool unreached = false, json = false;
};

// Types that entries alone have are of another release.
absl::Status CheckType(const std::string& type, const std::vector<StoredEntry>& entries) {
  std::vector<std::string> known;
  for (const StageType& stage : AllStageTypes()) known.push_back(stage.name);
  for (const StoredEntry& entry : entries) {
    if (!absl::c_linear_search(known, entry.type)) known.push_back(entry.type);
  }
  if (type.empty() || absl::c_linear_search(known, type)) return absl::OkStatus();
  const std::string nearest = Nearest(type, known);
  return absl::InvalidArgumentError(absl::StrCat(
      "--type ", type, ": no stage is of this type; there are ", absl::StrJoin(known, ", "),
      nearest.empty() ? "" : absl::StrCat("; did you mean ", nearest, "?")));
}

int ListEntries(const ListArguments& arguments, const VerbContext& context) {
  const std::unique_ptr<Store> store = OpenCache(context);
  if (store == nullptr) return kExitInput;
  const absl::StatusOr<CacheUse> use = LookAtCache(*store);
  if (!use.ok()) return Fail(context, use.status(), kExitInput);
  if (const absl::Status type = CheckType(arguments.type, use->contents.entries); !type.ok()) {
    return Fail(context, type, kExitUsage);
  }
  std::vector<const StoredEntry*> entries;
  for (const StoredEntry& entry : use->contents.entries) {
    const bool is_type = arguments.type.empty() || arguments.type == entry.type;
    const bool is_reached = use->reached.count(entry.key) > 0;
    if (is_type && !(arguments.unreached && is_reached)) entries.push_back(&entry);
  }
  if (arguments.json) {
    std::fputs(DumpPretty(EntriesJson(entries, *use)).c_str(), stdout);
  } else {
    PrintEntries(entries, *use, context.Colored(1));
  }
  return kExitDone;
}

// Of a key: fewer may mean anything.
constexpr size_t kLeastDigits = 4;

struct PinArguments {
  std::string what;
  bool remove = false, json = false;
};

// The runs and keys that `what` may mean: a run by its folder, experiment/id, id or, the latest of
// several, experiment; a key by its first digits.
struct PinTargets {
  std::vector<const StoredRun*> runs;
  std::vector<std::string> keys;
};
PinTargets FindPinTargets(const CacheUse& use, const Store& store, const std::string& what) {
  PinTargets targets;
  std::error_code error;
  const std::string path = std::filesystem::weakly_canonical(what, error).string();
  for (const StoredRun& run : use.runs) {
    if (what == run.name() || what == run.id ||
        path == std::filesystem::weakly_canonical(run.folder, error).string()) {
      targets.runs.push_back(&run);
    }
  }
  if (const auto latest = FindRuns(store.folder(), what); targets.runs.empty() && latest.ok()) {
    for (const StoredRun& run : use.runs) {
      if (std::filesystem::equivalent(run.folder, latest->front(), error)) {
        targets.runs.push_back(&run);
      }
    }
  }
  if (!targets.runs.empty() || what.size() < kLeastDigits) return targets;
  for (const StoredEntry& entry : use.contents.entries) {
    if (absl::StartsWith(entry.key, what)) targets.keys.push_back(entry.key);
  }
  return targets;
}

void ListPins(const std::vector<StoredRun>& runs, const Store& store) {
  for (const StoredRun& run : runs) {
    if (run.is_pinned) std::printf("run  %s\n", Printable(run.name()).c_str());
  }
  for (const std::string& key : PinnedKeys(store)) std::printf("key  %s\n", key.c_str());
}

// All pins there are, after what was done to `changed`, if anything was.
void PrintPinsJson(const std::vector<StoredRun>& runs, const Store& store,
                   const std::string& changed) {
  Json json = {{"schema", 1},
               {"changed", changed.empty() ? Json() : Json(changed)},
               {"runs", Json::array()},
               {"keys", PinnedKeys(store)}};
  for (const StoredRun& run : runs) {
    if (run.is_pinned) json["runs"].push_back(run.name());
  }
  std::fputs(DumpPretty(json).c_str(), stdout);
}

// Of what names nothing, or several.
std::string PinMistake(const std::string& what, bool is_nothing) {
  if (!is_nothing) {
    return absl::StrCat("several are called ", what,
                        "; name the run with its experiment, or more digits of the key");
  }
  const bool is_short =
      what.size() < kLeastDigits && what.find_first_not_of("0123456789abcdef") == std::string::npos;
  return absl::StrCat(
      "no run and no entry is called ", what,
      is_short ? absl::StrCat("; a key is named by its first ", kLeastDigits, " digits at least")
               : "",
      "; `facet cache ls` and `facet cache du` name them");
}

int Pin(const PinArguments& arguments, const VerbContext& context) {
  const std::unique_ptr<Store> store = OpenCache(context);
  if (store == nullptr) return kExitInput;
  const absl::StatusOr<CacheUse> use = LookAtCache(*store);
  if (!use.ok()) return Fail(context, use.status(), kExitInput);
  if (arguments.what.empty()) {
    if (arguments.json) {
      PrintPinsJson(use->runs, *store, "");
    } else {
      ListPins(use->runs, *store);
    }
    return kExitDone;
  }
  const PinTargets targets = FindPinTargets(*use, *store, arguments.what);
  const size_t found = targets.runs.size() + targets.keys.size();
  if (found != 1) {
    return Fail(context, absl::NotFoundError(PinMistake(arguments.what, found == 0)),
                found == 0 ? kExitInput : kExitUsage);
  }
  absl::Status status;
  if (!targets.runs.empty()) {
    status = SetPinned(*targets.runs[0], !arguments.remove);
  } else {
    status = arguments.remove ? UnpinKey(*store, targets.keys[0]) : PinKey(*store, targets.keys[0]);
  }
  if (!status.ok()) return Fail(context, status, kExitInput);
  const std::string name = targets.runs.empty() ? targets.keys[0] : targets.runs[0]->name();
  if (arguments.json) {
    const absl::StatusOr<std::vector<StoredRun>> runs = ListRuns(store->folder());
    if (!runs.ok()) return Fail(context, runs.status(), kExitInput);
    PrintPinsJson(*runs, *store, name);
  } else if (context.verbosity >= 0) {
    std::fprintf(stderr, "%s: %s\n", arguments.remove ? "no longer pinned" : "pinned",
                 Printable(name).c_str());
  }
  return kExitDone;
}

}  // namespace

std::unique_ptr<Store> OpenCache(const VerbContext& context) {
  // Asked of the cache: Store::Open() would make one in whatever folder is named.
  std::error_code ignored;
  const std::string cache = Store::CacheFolder(context.store);
  if (!std::filesystem::is_directory(cache, ignored)) {
    Fail(context,
         absl::NotFoundError(absl::StrCat("there is no store at ", context.store, ": no folder ",
                                          cache, "; name the store with --store")),
         kExitInput);
    return nullptr;
  }
  absl::StatusOr<std::unique_ptr<Store>> store = Store::Open(context.store);
  if (store.ok()) return *std::move(store);
  Fail(context, store.status(), kExitInput);
  return nullptr;
}

void AddCacheVerb(Command program, VerbContext& context) {
  Command cache = program.Subcommand("cache", "look after what is stored");
  cache.RequireSubcommand();
  auto json = std::make_shared<bool>(false);
  Command du = cache.Subcommand("du", "how much is stored: by stage, by run, and beside them");
  du.Flag("--json", json.get(), "one JSON document");
  du.OnRun([json, &context] { return TellUse(context, *json); });

  auto list = std::make_shared<ListArguments>();
  Command ls = cache.Subcommand("ls", "the entries: key, stage, size, age, pins and runs");
  ls.Option("--type", &list->type, "only those of this type of stage").TypeName("TYPE");
  ls.Flag("--unreached", &list->unreached, "only those that no run and no pin reaches");
  ls.Flag("--json", &list->json, "one JSON document");
  ls.OnRun([list, &context] { return ListEntries(*list, context); });

  AddCacheGcVerb(cache, context);
  auto verify_json = std::make_shared<bool>(false);
  Command verify = cache.Subcommand("verify", "read every stored file; set aside what is damaged");
  verify.Flag("--json", verify_json.get(), "one JSON document");
  verify.OnRun([verify_json, &context] { return Verify(context, *verify_json); });

  auto pinned = std::make_shared<PinArguments>();
  Command pin = cache.Subcommand(
      "pin", "keep a run, or an entry and what it was made of, from gc; without a name: list them");
  pin.Positional("RUN-or-KEY", &pinned->what,
                 "a run (its name or folder), an experiment's latest, or the first digits of a key")
      .NotEmpty("names no run and no entry");
  pin.Flag("--remove", &pinned->remove, "let gc have it again");
  pin.Flag("--json", &pinned->json, "one JSON document: the pins that there are then");
  pin.OnRun([pinned, &context] { return Pin(*pinned, context); });
}

}  // namespace facet
