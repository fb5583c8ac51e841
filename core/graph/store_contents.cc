#include "core/graph/store_contents.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/file.h"
#include "core/base/hash.h"
#include "core/base/regular_file.h"
#include "core/base/status.h"

namespace facet {
namespace {

namespace fs = std::filesystem;

using Kind = StoredItem::Kind;

constexpr size_t kKeyDigits = 64;

// Adds `path` and what is below it; links are not followed.
void AddSize(const std::string& path, FolderSize* size) {
  struct stat info;
  if (::lstat(path.c_str(), &info) != 0) return;
  if (!S_ISDIR(info.st_mode)) size->bytes += info.st_size;
  size->changed_s = std::max<int64_t>({size->changed_s, info.st_mtime, info.st_ctime});
}

// "<key>", "<key>.lock", "<key>.<host>.<pid>.<n>"; empty: another file.
std::string KeyIn(const std::string& name) {
  const std::string key = name.substr(0, kKeyDigits);
  const bool ends = name.size() == key.size() || name[kKeyDigits] == '.';
  return IsSha256Hex(key) && ends ? key : "";
}

absl::Status AddItems(const std::string& folder, Kind kind, std::vector<StoredItem>* items) {
  std::error_code error;
  fs::directory_iterator entry(folder, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    StoredItem item;
    item.kind = kind;
    item.path = entry->path().string();
    item.name = entry->path().filename().string();
    item.key = kind == Kind::kBlob ? "" : KeyIn(item.name);
    const FolderSize size = SizeOf(item.path);
    item.bytes = size.bytes;
    item.changed_s = size.changed_s;
    items->push_back(std::move(item));
  }
  const bool is_none =
      error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory;
  if (!error || is_none) return absl::OkStatus();
  return FileError(error.value(), absl::StrCat("cannot list ", folder));
}

// Folders of entries that have no artifact that counts: commits that were cut short, or damage.
absl::Status AddBroken(const Store& store, const std::vector<StoredEntry>& entries,
                       std::vector<StoredItem>* items) {
  std::set<std::string> whole;
  for (const StoredEntry& entry : entries) whole.insert(entry.key);
  std::vector<StoredItem> groups;
  FACET_RETURN_IF_ERROR(AddItems(store.cache_folder() + "/ac", Kind::kWork, &groups));
  for (const StoredItem& group : groups) {
    std::vector<StoredItem> folders;
    FACET_RETURN_IF_ERROR(AddItems(group.path, Kind::kWork, &folders));
    for (StoredItem& folder : folders) {
      std::error_code error;  // what is no folder of a key, systems and people left there
      if (whole.count(folder.name) > 0 || folder.key.empty()) continue;
      if (!fs::is_directory(folder.path, error)) continue;
      const std::string path = folder.path + "/artifact.json";
      const bool is_file = CheckRegularFile(path).ok();  // a pipe would be waited for
      const absl::Status artifact = is_file ? ReadFile(path).status() : absl::OkStatus();
      if (!artifact.ok() && !absl::IsNotFound(artifact)) return artifact;
      if (artifact.ok()) folder.kind = Kind::kQuarantine;
      items->push_back(std::move(folder));
    }
  }
  return absl::OkStatus();
}

bool Remove(const StoredItem& item) {
  std::error_code error;
  if (item.kind == Kind::kEntry) {
    fs::remove(item.path + "/artifact.json", error);  // in one step it is no entry any more
    if (error) return false;
  }
  fs::remove_all(item.path, error);
  return !error;
}

}  // namespace

const char* KindName(Kind kind) {
  switch (kind) {
    case Kind::kEntry:
      return "entry";
    case Kind::kBlob:
      return "file";
    case Kind::kCheckpoint:
      return "checkpoint";
    case Kind::kWork:
      return "temporary";
    case Kind::kKept:
      return "kept folder";
    case Kind::kQuarantine:
      return "quarantine";
    case Kind::kLock:
      return "lock";
  }
  return "unknown";
}

FolderSize SizeOf(const std::string& folder) {
  FolderSize size;
  AddSize(folder, &size);
  std::error_code error;
  if (fs::is_symlink(folder, error) || !fs::is_directory(folder, error)) return size;
  fs::recursive_directory_iterator entry(folder, error);
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    AddSize(entry->path().string(), &size);
  }
  return size;
}

absl::StatusOr<StoreContents> LookThrough(const Store& store) {
  StoreContents contents;
  store.index().Refresh();
  contents.entries = store.index().Entries();
  std::vector<StoredItem> groups;
  FACET_RETURN_IF_ERROR(AddItems(store.cache_folder() + "/cas", Kind::kBlob, &groups));
  for (const StoredItem& group : groups) {
    FACET_RETURN_IF_ERROR(AddItems(group.path, Kind::kBlob, &contents.others));
  }
  const std::pair<const char*, Kind> folders[] = {{"checkpoints", Kind::kCheckpoint},
                                                  {"tmp", Kind::kWork},
                                                  {"kept", Kind::kKept},
                                                  {"quarantine", Kind::kQuarantine},
                                                  {"locks", Kind::kLock}};
  for (const auto& [name, kind] : folders) {
    FACET_RETURN_IF_ERROR(
        AddItems(absl::StrCat(store.cache_folder(), "/", name), kind, &contents.others));
  }
  FACET_RETURN_IF_ERROR(AddBroken(store, contents.entries, &contents.others));
  return contents;
}

std::set<std::string> WithInputs(const std::vector<StoredEntry>& entries,
                                 const std::set<std::string>& keys) {
  std::map<std::string, const StoredEntry*> by_key;
  std::multimap<std::string, const StoredEntry*> by_content;
  for (const StoredEntry& entry : entries) {
    by_key[entry.key] = &entry;
    by_content.emplace(entry.content, &entry);
  }
  std::set<std::string> reached = keys;
  std::vector<std::string> open(keys.begin(), keys.end());
  while (!open.empty()) {
    const auto found = by_key.find(open.back());
    open.pop_back();
    if (found == by_key.end()) continue;
    for (const auto& [port, content] : found->second->inputs) {
      const auto [first, last] = by_content.equal_range(content);
      for (auto input = first; input != last; ++input) {
        if (reached.insert(input->second->key).second) open.push_back(input->second->key);
      }
    }
  }
  return reached;
}

std::vector<StoredItem> FindUnreached(const StoreContents& contents,
                                      const std::set<std::string>& reached, int64_t before_s) {
  std::vector<StoredItem> unreached;
  std::set<std::string> whole, used;  // entries there are; files of those that stay
  for (const StoredEntry& entry : contents.entries) {
    whole.insert(entry.key);
    if (reached.count(entry.key) == 0 && entry.written_s < before_s) {
      unreached.push_back({Kind::kEntry, entry.name, entry.key, "", entry.bytes, entry.written_s});
    } else {
      for (const auto& [digest, bytes] : entry.blobs) used.insert(digest);
    }
  }
  for (const StoredItem& item : contents.others) {
    const bool is_old = item.changed_s < before_s;
    const bool is_reached = !item.key.empty() && reached.count(item.key) > 0;
    bool is_needed = true;
    switch (item.kind) {
      case Kind::kEntry:
        break;
      case Kind::kBlob:
        is_needed = used.count(item.name) > 0 || !is_old;
        break;
      case Kind::kCheckpoint:
        is_needed = whole.count(item.key) == 0 && (is_reached || !is_old);
        break;
      case Kind::kKept:
        is_needed = is_reached || !is_old;
        break;
      case Kind::kQuarantine:
        is_needed = !is_old;
        break;
      case Kind::kLock:
        is_needed = item.key.empty();
        break;
      case Kind::kWork:
        is_needed = false;
        break;
    }
    if (!is_needed) unreached.push_back(item);
  }
  return unreached;
}

absl::StatusOr<std::vector<StoredItem>> ClearOut(Store& store,
                                                 const std::vector<StoredItem>& items) {
  if (!store.is_alone()) return absl::FailedPreconditionError("the store is in use");
  std::vector<StoredItem> removed;
  std::set<std::string> gone;  // keys
  for (StoredItem item : items) {
    if (item.kind == Kind::kBlob || item.kind == Kind::kLock) continue;
    std::unique_ptr<KeyLock> lock;
    if (!item.key
             .empty()) {  // those of a release that does not hold the store's lock hold the key's
      std::string holder;
      FACET_ASSIGN_OR_RETURN(lock, store.TryLock(item.key, &holder));
      if (lock == nullptr) continue;
    }
    if (item.kind == Kind::kEntry) item.path = store.EntryFolder(item.key);
    const bool is_removed = Remove(item);
    if (lock != nullptr) ::unlink(store.LockPath(item.key).c_str());  // which asking for it made
    if (is_removed) removed.push_back(std::move(item));
  }
  // What the entries that are there now use stays, whatever was thought before.
  store.index().Refresh();
  std::set<std::string> used;
  for (const StoredEntry& entry : store.index().Entries()) {
    for (const auto& [digest, bytes] : entry.blobs) used.insert(digest);
  }
  for (const StoredItem& item : items) {
    if (item.kind == Kind::kBlob && used.count(item.name) == 0 && Remove(item)) {
      removed.push_back(item);
    }
  }
  for (const StoredItem& item : items) {
    std::error_code ignored;
    if (item.kind != Kind::kLock || !fs::exists(item.path, ignored)) continue;
    std::string holder;
    FACET_ASSIGN_OR_RETURN(const auto lock, store.TryLock(item.key, &holder));
    if (lock != nullptr && Remove(item)) removed.push_back(item);
  }
  return removed;
}

std::set<std::string> PinnedKeys(const Store& store) {
  std::set<std::string> keys;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(store.cache_folder() + "/pins", error)) {
    const std::string name = entry.path().filename().string();
    if (IsSha256Hex(name)) keys.insert(name);
  }
  return keys;
}

absl::Status PinKey(const Store& store, const std::string& key) {
  const std::string folder = store.cache_folder() + "/pins";
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return FileError(error.value(), absl::StrCat("cannot make ", folder));
  return WriteFileAtomically(absl::StrCat(folder, "/", key), "");
}

absl::Status UnpinKey(const Store& store, const std::string& key) {
  const std::string path = absl::StrCat(store.cache_folder(), "/pins/", key);
  if (::unlink(path.c_str()) == 0) return absl::OkStatus();
  if (errno == ENOENT) return absl::NotFoundError(absl::StrCat(key, " is not pinned"));
  return FileError(errno, absl::StrCat("cannot remove ", path));
}

}  // namespace facet
