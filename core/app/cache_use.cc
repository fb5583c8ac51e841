#include "core/app/cache_use.h"

#include "core/base/status.h"

namespace facet {
namespace {

// Adds the files that were not counted in this line before.
void AddEntry(const StoredEntry& entry, std::set<std::string>* counted, UseLine* line) {
  ++line->count;
  for (const auto& [digest, bytes] : entry.blobs) {
    if (counted->insert(digest).second) line->bytes += bytes;
  }
}

template <class Wanted>
UseLine CountEntries(const std::string& name, const std::vector<StoredEntry>& entries,
                     Wanted wanted) {
  UseLine line;
  line.name = name;
  std::set<std::string> counted;
  for (const StoredEntry& entry : entries) {
    if (wanted(entry)) AddEntry(entry, &counted, &line);
  }
  return line;
}

Json LinesToJson(const std::vector<UseLine>& lines, const char* name) {
  Json json = Json::array();
  for (const UseLine& line : lines) {
    json.push_back({{name, line.name}, {"count", line.count}, {"bytes", line.bytes}});
  }
  return json;
}

}  // namespace

std::vector<std::string> CacheUse::RunsOf(const std::string& key) const {
  std::vector<std::string> names;
  for (const StoredRun& run : runs) {
    if (run.keys.count(key) > 0) names.push_back(run.name());
  }
  return names;
}

absl::StatusOr<CacheUse> LookAtCache(const Store& store) {
  CacheUse use;
  FACET_ASSIGN_OR_RETURN(use.runs, ListRuns(store.folder()));
  FACET_ASSIGN_OR_RETURN(use.contents, LookThrough(store));
  use.pinned = WithInputs(use.contents.entries, PinnedKeys(store));
  use.reached = use.pinned;
  for (const StoredRun& run : use.runs) use.reached.insert(run.keys.begin(), run.keys.end());
  return use;
}

UseSummary SummarizeUse(const CacheUse& use) {
  UseSummary summary;
  const std::vector<StoredEntry>& entries = use.contents.entries;
  std::set<std::string> types;
  for (const StoredEntry& entry : entries) types.insert(entry.type);
  for (const std::string& type : types) {
    summary.by_type.push_back(
        CountEntries(type, entries, [&](const StoredEntry& entry) { return entry.type == type; }));
  }
  for (const StoredRun& run : use.runs) {
    summary.by_run.push_back(CountEntries(run.name(), entries, [&](const StoredEntry& entry) {
      return run.keys.count(entry.key) > 0;
    }));
  }
  summary.unreached = CountEntries("unreached", entries, [&](const StoredEntry& entry) {
    return use.reached.count(entry.key) == 0;
  });
  summary.all = CountEntries("all", entries, [](const StoredEntry&) { return true; });
  std::set<std::string> named;
  for (const StoredEntry& entry : entries) {
    for (const auto& [digest, bytes] : entry.blobs) named.insert(digest);
  }
  std::map<StoredItem::Kind, UseLine> kinds;
  for (const StoredItem& item : use.contents.others) {
    if (item.kind == StoredItem::Kind::kBlob && named.count(item.name) > 0) continue;
    UseLine& line = kinds[item.kind];
    line.name = KindName(item.kind);
    ++line.count;
    line.bytes += item.bytes;
  }
  for (auto& [kind, line] : kinds) summary.by_kind.push_back(std::move(line));
  UseLine records;
  records.name = "record of a run";
  for (const StoredRun& run : use.runs) {
    ++records.count;
    records.bytes += run.bytes;
  }
  summary.by_kind.push_back(std::move(records));
  return summary;
}

Json ToJson(const UseSummary& summary) {
  return {{"schema", 1},
          {"entries", {{"count", summary.all.count}, {"bytes", summary.all.bytes}}},
          {"unreached", {{"count", summary.unreached.count}, {"bytes", summary.unreached.bytes}}},
          {"types", LinesToJson(summary.by_type, "type")},
          {"runs", LinesToJson(summary.by_run, "run")},
          {"others", LinesToJson(summary.by_kind, "kind")}};
}

}  // namespace facet
