#include "core/graph/store_index.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <filesystem>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "core/graph/database.h"
#include "core/graph/key.h"
#include "core/graph/key_neighbours.h"
#include "core/graph/nanoseconds.h"

namespace facet {
namespace {

namespace fs = std::filesystem;

// Raised with the tables, and with what they are made of: LikenessDigest(), LeafHashes().
constexpr int64_t kIndexFormat = 1;

// "name value name value": neither has a blank.
std::string InputsText(const std::map<std::string, std::string>& inputs) {
  std::string text;
  for (const auto& [port, digest] : inputs) absl::StrAppend(&text, port, " ", digest, " ");
  return text;
}

std::string BlobsText(const std::vector<ArtifactFile>& files) {
  std::string text;
  for (const ArtifactFile& file : files) absl::StrAppend(&text, file.digest, " ", file.size, " ");
  return text;
}

void ParseLists(std::string_view inputs, std::string_view blobs, StoredEntry* entry) {
  // A store has ten thousand of them.
  const auto for_pairs = [](std::string_view text, const auto& take) {
    absl::string_view first;
    for (const absl::string_view word :
         absl::StrSplit(absl::string_view(text.data(), text.size()), ' ', absl::SkipEmpty())) {
      if (first.empty()) {
        first = word;
        continue;
      }
      take(first, word);
      first = absl::string_view();
    }
  };
  for_pairs(inputs, [entry](absl::string_view port, absl::string_view digest) {
    entry->inputs.emplace(std::string(port), std::string(digest));
  });
  for_pairs(blobs, [entry](absl::string_view digest, absl::string_view size) {
    int64_t bytes = 0;
    (void)absl::SimpleAtoi(size, &bytes);
    entry->blobs.emplace_back(std::string(digest), bytes);
    entry->bytes += bytes;
  });
}

}  // namespace

// Of the entries of one type, sorted by key.
struct StoreIndex::Documents {
  std::vector<std::string> keys;
  KeyNeighbours neighbours;          // by the places in `keys`
  std::map<size_t, Json> documents;  // of those that were nearest
};

StoreIndex::StoreIndex(std::string path, std::string entries, Read read)
    : path_(std::move(path)), entries_folder_(std::move(entries)), read_(std::move(read)) {}

StoreIndex::~StoreIndex() { Close(); }

// Of a path from an open folder on, or absolute.
bool StoreIndex::StampOf(int folder, const std::string& path, Stamp* stamp) {
  struct stat info;
  if (::fstatat(folder, path.c_str(), &info, 0) != 0) return false;
  *stamp = {info.st_size, Nanoseconds(info.st_mtim), Nanoseconds(info.st_ctim),
            static_cast<int64_t>(info.st_ino)};
  return true;
}

// A store has ten thousand entries, and each command lists them: fs::directory_iterator takes twice as
// long, and stat() of whole paths too.
StoreIndex::Listing StoreIndex::Listed() const {
  Listing listed;
  listed.reserve(entries_.size());
  std::error_code error;
  for (const auto& group : fs::directory_iterator(entries_folder_, error)) {
    const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir(group.path().c_str()), &::closedir);
    if (folder == nullptr) continue;
    while (const dirent* const entry = ::readdir(folder.get())) {
      if (entry->d_name[0] == '.') continue;
      std::string key = entry->d_name;
      Stamp stamp;
      // A folder without an artifact is a commit that is under way.
      if (!StampOf(::dirfd(folder.get()), key + "/artifact.json", &stamp)) continue;
      listed.emplace_back(std::move(key), stamp);
    }
  }
  std::sort(listed.begin(), listed.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  return listed;
}

void StoreIndex::Close() {
  sqlite3_close(database_);
  database_ = nullptr;
}

bool StoreIndex::OpenFile() {
  if (sqlite3_open(path_.c_str(), &database_) != SQLITE_OK) return false;
  sqlite3_busy_timeout(database_, 5000);
  return Prepare();
}

// With what the file holds, where that can be read.
bool StoreIndex::OpenMemory() {
  if (sqlite3_open(":memory:", &database_) != SQLITE_OK) return false;
  sqlite3* file = nullptr;
  if (sqlite3_open_v2(path_.c_str(), &file, SQLITE_OPEN_READONLY, nullptr) == SQLITE_OK) {
    if (sqlite3_backup* copy = sqlite3_backup_init(database_, "main", file, "main")) {
      const bool is_whole = sqlite3_backup_step(copy, -1) == SQLITE_DONE;
      sqlite3_backup_finish(copy);
      if (!is_whole) {
        Close();
        if (sqlite3_open(":memory:", &database_) != SQLITE_OK) return false;
      }
    }
  }
  sqlite3_close(file);
  return Prepare();
}

bool StoreIndex::Prepare() {
  const auto is_current = [this] {
    Statement version(database_, "PRAGMA user_version");
    return version.Step() && version.Integer(0) == kIndexFormat;
  };
  Execute(database_, "PRAGMA synchronous = OFF");
  if (is_current()) return true;
  Execute(database_, "PRAGMA page_size = 8192");
  if (!Execute(database_, "BEGIN IMMEDIATE")) return false;
  const bool made =
      is_current() ||  // by another process in the meantime
      (Execute(database_,
               "DROP TABLE IF EXISTS entries; DROP TABLE IF EXISTS leaves; "
               "DROP TABLE IF EXISTS artifacts") &&
       Execute(database_,
               "CREATE TABLE entries (key TEXT PRIMARY KEY, size INTEGER, mtime_ns INTEGER, "
               "ctime_ns INTEGER, inode INTEGER, type TEXT, name TEXT, content TEXT, "
               "likeness TEXT, inputs TEXT, blobs TEXT, written_s INTEGER, seconds REAL, "
               "peak_rss_mib REAL, cpu TEXT) WITHOUT ROWID") &&
       Execute(database_,
               "CREATE TABLE leaves (key TEXT PRIMARY KEY, type TEXT, leaves BLOB) "
               "WITHOUT ROWID") &&
       Execute(database_,
               "CREATE TABLE artifacts (key TEXT PRIMARY KEY, hash INTEGER, artifact TEXT)") &&
       Execute(database_, absl::StrCat("PRAGMA user_version = ", kIndexFormat).c_str()));
  return Execute(database_, made ? "COMMIT" : "ROLLBACK") && made;
}

// A file that is damaged is made anew; one that cannot be used is left to others.
void StoreIndex::Load() {
  if (is_loaded_) return;
  is_loaded_ = true;
  bool done = OpenFile() && Synchronize();
  if (!done) {
    const int error = sqlite3_errcode(database_) & 0xff;
    Close();
    if (error == SQLITE_CORRUPT || error == SQLITE_NOTADB || error == SQLITE_ERROR) {
      ::unlink(path_.c_str());
      ::unlink((path_ + "-journal").c_str());
      done = OpenFile() && Synchronize();
    }
  }
  if (!done) {
    Close();
    if (OpenMemory()) Synchronize();
  }
  read_now_.clear();
}

const Artifact* StoreIndex::ReadOnce(const std::string& key) {
  auto found = read_now_.find(key);
  if (found == read_now_.end()) {
    found = read_now_.emplace(key, read_(key)).first;
    ++num_read_;
  }
  return found->second.ok() ? &*found->second : nullptr;
}

bool StoreIndex::ReadKnown() {
  entries_.clear();
  stamps_.clear();
  Statement query(database_,
                  "SELECT key, size, mtime_ns, ctime_ns, inode, type, name, content, likeness, "
                  "inputs, blobs, written_s, seconds, peak_rss_mib, cpu FROM entries ORDER BY key");
  while (query.Step()) {
    StoredEntry entry;
    entry.key = query.Text(0);
    stamps_.push_back({query.Integer(1), query.Integer(2), query.Integer(3), query.Integer(4)});
    entry.type = query.Text(5);
    entry.name = query.Text(6);
    entry.content = query.Text(7);
    entry.likeness = query.Text(8);
    ParseLists(query.View(9), query.View(10), &entry);
    entry.written_s = query.Integer(11);
    entry.seconds = query.Number(12);
    entry.peak_rss_mib = query.Number(13);
    entry.cpu = query.Text(14);
    entries_.push_back(std::move(entry));
  }
  return query.ok();
}

// Makes the tables say what the folder says.
bool StoreIndex::Synchronize() {
  if (!ReadKnown()) return false;
  const Listing listed = Listed();
  Listing changed;
  std::vector<std::string> gone;
  auto known = entries_.begin();
  for (const auto& [key, stamp] : listed) {
    for (; known != entries_.end() && known->key < key; ++known) gone.push_back(known->key);
    const bool is_known = known != entries_.end() && known->key == key;
    if (!is_known || !(stamps_[static_cast<size_t>(known - entries_.begin())] == stamp)) {
      changed.emplace_back(key, stamp);
    }
    if (is_known) ++known;
  }
  for (; known != entries_.end(); ++known) gone.push_back(known->key);
  if (changed.empty() && gone.empty()) return true;
  return Write(changed, gone) && ReadKnown();
}

bool StoreIndex::Write(const std::vector<std::pair<std::string, Stamp>>& changed,
                       const std::vector<std::string>& gone) {
  timespec now;
  ::clock_gettime(CLOCK_REALTIME, &now);
  const int64_t newest_ns = Nanoseconds(now) - 1000000000;
  std::vector<std::string> outdated = gone;
  for (const auto& [key, stamp] : changed) {
    ReadOnce(key);  // before others have to wait
    outdated.push_back(key);
  }
  if (!Execute(database_, "BEGIN IMMEDIATE")) return false;
  bool done = true;
  for (const char* const table : {"entries", "leaves", "artifacts"}) {
    Statement remove(database_, absl::StrCat("DELETE FROM ", table, " WHERE key = ?1").c_str());
    for (const std::string& key : outdated) {
      remove.Bind(1, key);
      remove.Step();
      done = done && remove.ok();
      remove.Reset();
    }
  }
  for (const auto& [key, stamp] : changed) {
    const Artifact* const artifact = ReadOnce(key);
    if (artifact == nullptr) continue;
    const bool is_old = std::max(stamp.mtime_ns, stamp.ctime_ns) <= newest_ns;
    done = done && Insert(*artifact, is_old ? stamp : Stamp{0, stamp.mtime_ns, 0, 0});
  }
  return Execute(database_, done ? "COMMIT" : "ROLLBACK") && done;
}

bool StoreIndex::Insert(const Artifact& artifact, const Stamp& stamp) {
  const Json& provenance = artifact.provenance;
  const std::map<std::string, Json> key_leaves = KeyLeaves(artifact.key_document);
  Statement entry(database_,
                  "INSERT OR REPLACE INTO entries VALUES "
                  "(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)");
  entry.Bind(1, artifact.key);
  entry.Bind(2, stamp.size);
  entry.Bind(3, stamp.mtime_ns);
  entry.Bind(4, stamp.ctime_ns);
  entry.Bind(5, stamp.inode);
  entry.Bind(6, artifact.type);
  entry.Bind(7, artifact.name);
  entry.Bind(8, artifact.ContentDigest());
  entry.Bind(9, LikenessDigest(key_leaves));
  entry.Bind(10, InputsText(artifact.key_document.value("inputs", Json::object())
                                .get<std::map<std::string, std::string>>()));
  entry.Bind(11, BlobsText(artifact.files));
  entry.Bind(12, stamp.mtime_ns / 1000000000);
  entry.Bind(13, provenance.value("resumed", false) ? -1.0 : provenance.value("seconds", -1.0));
  entry.Bind(14, provenance.value("peak_rss_mib", -1.0));
  entry.Bind(15, provenance.value("cpu", ""));
  entry.Step();
  Statement leaves(database_, "INSERT OR REPLACE INTO leaves VALUES (?1, ?2, ?3)");
  leaves.Bind(1, artifact.key);
  leaves.Bind(2, artifact.type);
  leaves.BindBlob(3, Packed(HashLeaves(key_leaves)));
  leaves.Step();
  const std::string text = Dump(ToJson(artifact));
  Statement whole(database_, "INSERT OR REPLACE INTO artifacts VALUES (?1, ?2, ?3)");
  whole.Bind(1, artifact.key);
  whole.Bind(2, static_cast<int64_t>(Hash64(text)));
  whole.Bind(3, text);
  whole.Step();
  return entry.ok() && leaves.ok() && whole.ok();
}

std::optional<Artifact> StoreIndex::Recall(const std::string& key) {
  Statement query(database_, "SELECT hash, artifact FROM artifacts WHERE key = ?1");
  query.Bind(1, key);
  if (!query.Step()) return std::nullopt;
  const std::string text = query.Text(1);
  if (static_cast<int64_t>(Hash64(text)) != query.Integer(0)) return std::nullopt;
  const absl::StatusOr<Json> json = ParseJson(text, "the index");
  if (!json.ok()) return std::nullopt;
  absl::StatusOr<Artifact> artifact = ArtifactFromJson(*json);
  if (!artifact.ok() || artifact->key != key) return std::nullopt;
  return *std::move(artifact);
}

std::optional<Artifact> StoreIndex::Find(const std::string& key) {
  const std::lock_guard<std::mutex> lock(mutex_);
  Load();
  const auto known = std::lower_bound(
      entries_.begin(), entries_.end(), key,
      [](const StoredEntry& entry, const std::string& other) { return entry.key < other; });
  Stamp now;
  if (known == entries_.end() || known->key != key || !StampOf(AT_FDCWD, ArtifactPath(key), &now) ||
      !(now == stamps_[static_cast<size_t>(known - entries_.begin())])) {
    return std::nullopt;
  }
  return Recall(key);
}

void StoreIndex::Refresh() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!is_loaded_) return;
  const Listing listed = Listed();
  bool is_same = listed.size() == entries_.size();
  for (size_t i = 0; is_same && i < listed.size(); ++i) {
    is_same = listed[i].first == entries_[i].key && listed[i].second == stamps_[i];
  }
  if (is_same) return;
  types_.clear();
  alike_.clear();
  documents_.clear();
  is_loaded_ = Synchronize();
  read_now_.clear();
  if (is_loaded_) return;
  Close();
  Load();
}

const std::vector<StoredEntry>& StoreIndex::Entries() {
  const std::lock_guard<std::mutex> lock(mutex_);
  Load();
  return entries_;
}

std::vector<const StoredEntry*> StoreIndex::Alike(const std::string& type,
                                                  const std::string& likeness) {
  const std::lock_guard<std::mutex> lock(mutex_);
  Load();
  GroupAlike();
  std::vector<const StoredEntry*> alike;
  if (const auto found = alike_.find(likeness); found != alike_.end()) alike = found->second;
  alike.erase(std::remove_if(alike.begin(), alike.end(),
                             [&type](const StoredEntry* entry) { return entry->type != type; }),
              alike.end());
  return alike;
}

bool StoreIndex::HasType(const std::string& type) {
  const std::lock_guard<std::mutex> lock(mutex_);
  Load();
  GroupAlike();
  return types_.count(type) > 0;
}

void StoreIndex::GroupAlike() {
  if (!alike_.empty()) return;
  for (const StoredEntry& entry : entries_) {
    types_.insert(entry.type);
    alike_[entry.likeness].push_back(&entry);
  }
}

StoreIndex::Documents* StoreIndex::DocumentsOf(const std::string& type) {
  if (documents_.empty()) {
    Statement query(database_, "SELECT key, type, leaves FROM leaves ORDER BY key");
    while (query.Step()) {
      std::unique_ptr<Documents>& of_type = documents_[query.Text(1)];
      if (of_type == nullptr) of_type = std::make_unique<Documents>();
      of_type->keys.push_back(query.Text(0));
      of_type->neighbours.Add(Unpacked(query.View(2)));
    }
    for (const auto& [name, of_type] : documents_) of_type->neighbours.Settle();
  }
  const auto found = documents_.find(type);
  return found == documents_.end() ? nullptr : found->second.get();
}

std::optional<Json> StoreIndex::Nearest(const std::string& type, const Json& document) {
  const std::lock_guard<std::mutex> lock(mutex_);
  Load();
  Documents* const documents = DocumentsOf(type);
  if (documents == nullptr) return std::nullopt;
  const size_t place = documents->neighbours.Nearest(HashLeaves(KeyLeaves(document)));
  const auto known = documents->documents.find(place);
  if (known != documents->documents.end()) return known->second;
  std::optional<Artifact> artifact = Recall(documents->keys[place]);
  if (!artifact) return std::nullopt;
  return documents->documents[place] = std::move(artifact->key_document);
}

}  // namespace facet
