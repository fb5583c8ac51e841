#include <algorithm>
#include <cstring>
#include <map>
#include <opencv2/img_hash.hpp>
#include <opencv2/imgproc.hpp>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/file.h"
#include "core/base/hash.h"
#include "core/pipeline/sample_images.h"
#include "core/records/descriptors.h"
#include "core/records/name_lists.h"
#include "core/records/npy.h"
#include "core/records/record_lines.h"
#include "core/records/samples.h"
#include "core/stages/leak_check/leak_check.h"
#include "core/stages/leak_check/near_hashes.h"
#include "core/stages/leak_check/near_vectors.h"
#include "core/stages/leak_check/settings.h"

namespace facet {
namespace {

constexpr size_t kShown = 100, kNamed = 3;
// Grey values' standard deviation below which a hash says nothing: an empty picture.
constexpr double kLeastContrast = 2.0;

// What one kind of check found, worst first.
struct Leaks {
  std::string kind;     // "people"
  std::string unit;     // "people", "images"
  int64_t allowed = 0;  // so many do no harm
  std::vector<Json> found;
  std::vector<std::string> named;  // in words, in the same order
};

absl::StatusOr<std::vector<Sample>> ReadSamples(const StageContext& context,
                                                const std::string& port) {
  FACET_ASSIGN_OR_RETURN(const std::string path, context.InputFile(port, "samples.jsonl"));
  return ReadRecords(path, &SampleFromJson);
}

absl::StatusOr<Leaks> FindPeople(const std::vector<Sample>& train, const std::vector<Sample>& test,
                                 const LeakSettings& settings) {
  FACET_ASSIGN_OR_RETURN(const std::unique_ptr<NameKeys> keys, NameKeys::Create());
  std::unordered_map<std::string, std::string> trained;  // key -> name
  std::unordered_set<std::string> seen;
  for (const Sample& sample : train) {
    if (!seen.insert(sample.identity).second) continue;
    const std::string key = keys->Key(sample.identity);
    if (!key.empty()) trained.emplace(key, sample.identity);
  }
  Leaks leaks{"people", "people", settings.allowed_people, {}, {}};
  seen.clear();
  for (const Sample& sample : test) {
    if (!seen.insert(sample.identity).second) continue;
    const auto person = trained.find(keys->Key(sample.identity));
    if (person == trained.end()) continue;
    leaks.found.push_back({{"test", sample.identity}, {"train", person->second}});
    leaks.named.push_back(sample.identity);
  }
  return leaks;
}

struct Fingerprint {
  std::string digest;            // of the file's bytes; empty: unreadable
  std::optional<uint64_t> hash;  // none: not asked for, undecodable or without contrast
};

absl::StatusOr<Fingerprint> MakeFingerprint(const SampleImages& images, int64_t index,
                                            const Sample& sample, bool with_hash) {
  Fingerprint made;
  const absl::StatusOr<std::string> bytes = images.ReadBytes(index, sample);
  if (absl::IsUnavailable(bytes.status())) return Annotate(bytes.status(), sample.key);
  if (!bytes.ok()) return made;
  made.digest = Sha256Hex(*bytes);
  if (!with_hash) return made;
  const absl::StatusOr<Image> image = images.Decode(*bytes);
  if (absl::IsUnavailable(image.status())) return Annotate(image.status(), sample.key);
  if (!image.ok()) return made;
  const cv::Mat pixels(image->height, image->width, CV_8UC3,
                       const_cast<uint8_t*>(image->bgr.data()));
  cv::Scalar mean, deviation;
  cv::meanStdDev(pixels, mean, deviation);
  if (std::max({deviation[0], deviation[1], deviation[2]}) < kLeastContrast) return made;
  cv::Mat hash;
  cv::img_hash::pHash(pixels, hash);
  uint64_t value = 0;
  std::memcpy(&value, hash.data, sizeof(value));
  made.hash = value;
  return made;
}

// One fingerprint for every sample; samples that share a file after its first one have none.
absl::StatusOr<std::vector<Fingerprint>> MakeFingerprints(StageContext& context,
                                                          const std::string& port,
                                                          const std::vector<Sample>& samples,
                                                          bool with_hash) {
  const auto limit = context.settings().value("max_megapixels", int64_t{64});
  FACET_ASSIGN_OR_RETURN(const SampleImages images, SampleImages::Open(context, limit, port));
  std::vector<Fingerprint> all(samples.size());
  std::unordered_set<std::string> seen;
  size_t position = 0;
  const auto next = [&]() -> absl::StatusOr<std::optional<size_t>> {
    while (position < samples.size() && !samples[position].path.empty() &&
           !seen.insert(samples[position].path).second) {
      ++position;
    }
    if (position == samples.size()) return std::optional<size_t>();
    return std::optional<size_t>(position++);
  };
  int64_t unreadable = 0;
  FACET_RETURN_IF_ERROR((ForEachImage<size_t, absl::StatusOr<Fingerprint>>(
      context, static_cast<int64_t>(samples.size()), next,
      [&](size_t index, int) {
        return MakeFingerprint(images, static_cast<int64_t>(index), samples[index], with_hash);
      },
      [&](size_t index, absl::StatusOr<Fingerprint>& made) {
        if (!made.ok()) return made.status();
        unreadable += made->digest.empty();
        all[index] = *std::move(made);
        return absl::OkStatus();
      })));
  if (unreadable > 0) context.Count(absl::StrCat("unreadable images of ", port), unreadable);
  return all;
}

struct ImageLeak {
  int bits = -1;  // -1: the same bytes
  size_t test = 0, train = 0;
};

// The nearest training image of each test image that has one.
std::vector<ImageLeak> MatchImages(const std::vector<Fingerprint>& train,
                                   const std::vector<Fingerprint>& test, bool near, int max_bits) {
  std::unordered_map<std::string, size_t> first_of_digest;
  for (size_t i = 0; i < train.size(); ++i) {
    if (!train[i].digest.empty()) first_of_digest.emplace(train[i].digest, i);
  }
  std::vector<ImageLeak> leaks;
  std::vector<size_t> query_of, other_of;
  std::vector<uint64_t> queries, others;
  for (size_t i = 0; i < test.size(); ++i) {
    const auto same = first_of_digest.find(test[i].digest);
    if (same != first_of_digest.end()) {
      leaks.push_back({-1, i, same->second});
    } else if (test[i].hash.has_value()) {
      query_of.push_back(i);
      queries.push_back(*test[i].hash);
    }
  }
  if (near) {
    for (size_t i = 0; i < train.size(); ++i) {
      if (!train[i].hash.has_value()) continue;
      other_of.push_back(i);
      others.push_back(*train[i].hash);
    }
    const std::vector<NearHash> nearest = FindNearHashes(queries, others, max_bits);
    for (size_t q = 0; q < nearest.size(); ++q) {
      if (nearest[q].index < 0) continue;
      leaks.push_back(
          {nearest[q].bits, query_of[q], other_of[static_cast<size_t>(nearest[q].index)]});
    }
  }
  std::sort(leaks.begin(), leaks.end(), [](const ImageLeak& a, const ImageLeak& b) {
    return a.bits != b.bits ? a.bits < b.bits : a.test < b.test;
  });
  return leaks;
}

absl::StatusOr<Leaks> FindImages(StageContext& context, const std::vector<Sample>& train,
                                 const std::vector<Sample>& test, const LeakSettings& settings) {
  const bool near = settings.images == "near";
  FACET_ASSIGN_OR_RETURN(const std::vector<Fingerprint> of_test,
                         MakeFingerprints(context, "samples", test, near));
  FACET_ASSIGN_OR_RETURN(const std::vector<Fingerprint> of_train,
                         MakeFingerprints(context, "train", train, near));
  Leaks leaks{"images", "images", settings.allowed_images, {}, {}};
  for (const ImageLeak& leak :
       MatchImages(of_train, of_test, near, static_cast<int>(settings.hash_bits))) {
    const std::string &in_test = test[leak.test].key, &in_train = train[leak.train].key;
    Json found = {{"test", in_test}, {"train", in_train}, {"same_bytes", leak.bits < 0}};
    if (leak.bits >= 0) found["bits"] = leak.bits;
    leaks.found.push_back(std::move(found));
    leaks.named.push_back(absl::StrCat(
        in_test, " = ", in_train,
        leak.bits < 0 ? " (same bytes)" : absl::StrCat(" (", leak.bits, " of 64 bits differ)")));
  }
  return leaks;
}

struct Descriptors {
  FloatArray values;
  std::vector<DescriptorRecord> rows;
};

absl::StatusOr<Descriptors> ReadDescriptors(const StageContext& context, const std::string& port,
                                            size_t num_samples) {
  Descriptors read;
  FACET_ASSIGN_OR_RETURN(const std::string values, context.InputFile(port, "descriptors.npy"));
  FACET_ASSIGN_OR_RETURN(read.values, ReadNpy(values));
  FACET_ASSIGN_OR_RETURN(const std::string rows, context.InputFile(port, "rows.jsonl"));
  FACET_ASSIGN_OR_RETURN(read.rows, ReadRecords(rows, &DescriptorRecordFromJson));
  if (read.values.shape.size() != 2 ||
      read.values.shape[0] != static_cast<int64_t>(read.rows.size())) {
    return absl::DataLossError(absl::StrCat(values, " does not fit ", rows));
  }
  for (const DescriptorRecord& row : read.rows) {
    if (row.sample < 0 || row.sample >= static_cast<int64_t>(num_samples)) {
      return absl::DataLossError(
          absl::StrCat(rows, " names sample ", row.sample, " of ", num_samples));
    }
  }
  return read;
}

absl::StatusOr<Leaks> FindFaces(StageContext& context, const std::vector<Sample>& train,
                                const std::vector<Sample>& test, const LeakSettings& settings) {
  FACET_ASSIGN_OR_RETURN(const Descriptors of_test,
                         ReadDescriptors(context, "descriptors", test.size()));
  FACET_ASSIGN_OR_RETURN(const Descriptors of_train,
                         ReadDescriptors(context, "train_descriptors", train.size()));
  FACET_ASSIGN_OR_RETURN(const std::vector<NearVector> nearest,
                         FindNearVectors(of_test.values, of_train.values, settings.embedding));
  std::vector<size_t> order;
  for (size_t i = 0; i < nearest.size(); ++i) {
    if (nearest[i].index >= 0) order.push_back(i);
  }
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return nearest[a].cosine > nearest[b].cosine; });
  Leaks leaks{"faces", "faces", settings.allowed_faces, {}, {}};
  for (const size_t i : order) {
    const auto in_train = static_cast<size_t>(nearest[i].index);
    const std::string& test_key = test[static_cast<size_t>(of_test.rows[i].sample)].key;
    const std::string& train_key = train[static_cast<size_t>(of_train.rows[in_train].sample)].key;
    leaks.found.push_back(
        {{"test", test_key}, {"train", train_key}, {"cosine", nearest[i].cosine}});
    leaks.named.push_back(
        absl::StrCat(test_key, " = ", train_key, " (cosine ", nearest[i].cosine, ")"));
  }
  return leaks;
}

// "12 people of the test set are in the training set (0 are allowed): Ann, Bob, Cid and 9 more"
std::string Sentence(const Leaks& leaks) {
  const size_t count = leaks.found.size(), named = std::min(count, kNamed);
  return absl::StrCat(count, " ", leaks.unit, " of the test set are in the training set (",
                      leaks.allowed, " are allowed): ",
                      absl::StrJoin(leaks.named.begin(),
                                    leaks.named.begin() + static_cast<std::ptrdiff_t>(named), ", "),
                      count > named ? absl::StrCat(" and ", count - named, " more") : "");
}

absl::Status Conclude(StageContext& context, const LeakSettings& settings,
                      const std::vector<Leaks>& all) {
  Json json = Json::object();
  std::vector<std::string> sentences;
  for (const Leaks& leaks : all) {
    const auto count = static_cast<int64_t>(leaks.found.size());
    const auto shown = static_cast<std::ptrdiff_t>(std::min(leaks.found.size(), kShown));
    json[leaks.kind] = {
        {"count", count},
        {"allowed", leaks.allowed},
        {"found", std::vector<Json>(leaks.found.begin(), leaks.found.begin() + shown)}};
    context.Count(absl::StrCat("leaked ", leaks.kind), count);
    if (count > leaks.allowed) sentences.push_back(Sentence(leaks));
  }
  FACET_RETURN_IF_ERROR(
      WriteFileAtomically(context.output_dir() + "/leaks.json", DumpPretty(json) + "\n"));
  if (sentences.empty()) return absl::OkStatus();
  if (settings.on_leak == "report") {
    for (const std::string& sentence : sentences) context.Notice(sentence + ".");
    return absl::OkStatus();
  }
  return absl::FailedPreconditionError(absl::StrCat(
      absl::StrJoin(sentences, "; "),
      ". Leave people out of the training set with train.holdout (lfw, ytf, names), allow some "
      "with leaks.allowed_people, allowed_images or allowed_faces, or go on with a notice: "
      "leaks.on_leak = \"report\""));
}

absl::StatusOr<LeakSettings> ReadSettings(const StageContext& context) {
  Json settings = context.settings();
  settings.erase("max_megapixels");
  return ReadOptions<LeakSettings>(Dump(settings));
}

}  // namespace

absl::Status RunLeakCheck(StageContext& context) {
  FACET_ASSIGN_OR_RETURN(const LeakSettings settings, ReadSettings(context));
  FACET_ASSIGN_OR_RETURN(const std::vector<Sample> test, ReadSamples(context, "samples"));
  FACET_ASSIGN_OR_RETURN(const std::vector<Sample> train, ReadSamples(context, "train"));
  std::vector<Leaks> all;
  if (settings.names) {
    FACET_ASSIGN_OR_RETURN(Leaks leaks, FindPeople(train, test, settings));
    all.push_back(std::move(leaks));
  }
  if (settings.images != "off") {
    FACET_ASSIGN_OR_RETURN(Leaks leaks, FindImages(context, train, test, settings));
    all.push_back(std::move(leaks));
  }
  if (context.has_input("train_descriptors")) {
    FACET_ASSIGN_OR_RETURN(Leaks leaks, FindFaces(context, train, test, settings));
    all.push_back(std::move(leaks));
  }
  return Conclude(context, settings, all);
}

}  // namespace facet
