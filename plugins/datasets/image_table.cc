#include "plugins/datasets/image_table.h"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/suggest.h"
#include "core/base/utf8.h"
#include "plugins/lists/csv.h"
#include "plugins/lists/path_below.h"
#include "plugins/lists/words.h"

namespace facet {
namespace {

using Row = CsvTable::Row;

const std::vector<std::string>& KnownColumns() {
  static const std::vector<std::string>& columns = *new std::vector<std::string>{
      "path",  "identity", "key",     "x",     "y",     "width", "height",
      "score", "pose",     "curated", "video", "frame", "rank",  "fold"};
  return columns;
}

std::string Coordinate(char axis, size_t point) {
  return absl::StrCat("l", std::string(1, axis), point + 1);
}

size_t CountPoints(const CsvTable& table) {
  size_t points = 0;
  while (table.Has(Coordinate('x', points)) && table.Has(Coordinate('y', points))) ++points;
  return points;
}

absl::StatusOr<LandmarkScheme> Scheme(size_t points) {
  for (const LandmarkScheme scheme :
       {LandmarkScheme::kNone, LandmarkScheme::kEyes2, LandmarkScheme::kPoints5,
        LandmarkScheme::kPoints9, LandmarkScheme::kPoints68}) {
    if (static_cast<size_t>(NumPoints(scheme)) == points) return scheme;
  }
  return absl::InvalidArgumentError(
      absl::StrCat("columns lx1, ly1 ... of ", points, " landmarks; schemes have 2, 5, 9 or 68"));
}

absl::Status NoColumn(const std::string& path, const CsvTable& table, const char* needed) {
  return absl::InvalidArgumentError(absl::StrCat(
      path, " has no column \"", needed, "\"; columns: ", absl::StrJoin(table.columns(), ", "),
      table.columns()[0][0] == '#' ? " (a table has no comments: the first line is the header)"
                                   : ""));
}

absl::Status CheckColumns(const std::string& path, const CsvTable& table, size_t points,
                          const std::vector<std::string>& ignore) {
  std::set<std::string> known(KnownColumns().begin(), KnownColumns().end());
  known.insert(ignore.begin(), ignore.end());
  for (size_t i = 0; i < points; ++i) known.insert({Coordinate('x', i), Coordinate('y', i)});
  for (const char* needed : {"path", "identity"}) {
    if (!table.Has(needed)) return NoColumn(path, table, needed);
  }
  for (const std::string& column : table.columns()) {
    if (known.count(column) > 0) continue;
    const std::string nearest = Nearest(column, KnownColumns());
    return absl::InvalidArgumentError(absl::StrCat(
        path, ": unknown column \"", column, "\"; known: ", absl::StrJoin(KnownColumns(), ", "),
        ", lx1, ly1, ...", nearest.empty() ? "" : absl::StrCat("; did you mean \"", nearest, "\"?"),
        " Others are passed over with ignore = [\"", column, "\"]"));
  }
  const bool box[] = {table.Has("x"), table.Has("y"), table.Has("width"), table.Has("height")};
  if (box[0] != box[1] || box[0] != box[2] || box[0] != box[3]) {
    return absl::InvalidArgumentError(path + ": a box needs the columns x, y, width and height");
  }
  return absl::OkStatus();
}

// The numbers of `columns`: all or, where all fields are empty, none.
absl::StatusOr<std::vector<double>> Numbers(const CsvTable& table, const Row& row,
                                            const std::vector<std::string>& columns) {
  std::vector<double> numbers;
  for (const std::string& column : columns) {
    if (table.Get(row, column).empty()) continue;
    FACET_ASSIGN_OR_RETURN(const double number, table.Float(row, column, 0));
    numbers.push_back(number);
  }
  if (!numbers.empty() && numbers.size() != columns.size()) {
    return table.Error(row, absl::StrCat("of ", columns.front(), " to ", columns.back(),
                                         " either all are given or none"));
  }
  return numbers;
}

absl::Status ReadGeometry(const CsvTable& table, const Row& row, LandmarkScheme scheme,
                          Sample& sample) {
  FACET_ASSIGN_OR_RETURN(const std::vector<double> box,
                         Numbers(table, row, {"x", "y", "width", "height"}));
  if (!box.empty()) {
    if (box[2] <= 0 || box[3] <= 0) return table.Error(row, "the box has no area");
    sample.box = Box{box[0], box[1], box[2], box[3]};
  }
  std::vector<std::string> columns;
  for (size_t i = 0; i < static_cast<size_t>(NumPoints(scheme)); ++i) {
    columns.push_back(Coordinate('x', i));
    columns.push_back(Coordinate('y', i));
  }
  if (columns.empty()) return absl::OkStatus();
  FACET_ASSIGN_OR_RETURN(const std::vector<double> points, Numbers(table, row, columns));
  if (points.empty()) return absl::OkStatus();
  sample.landmarks.scheme = scheme;
  for (size_t i = 0; i < points.size(); i += 2) {
    sample.landmarks.points.push_back({points[i], points[i + 1]});
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> Path(const CsvTable& table, const Row& row) {
  const std::string& path = table.Get(row, "path");
  const absl::StatusOr<std::string> below = PathBelow(path);
  if (!below.ok()) return table.Error(row, absl::StrCat("path ", below.status().message()));
  if (below->empty()) return table.Error(row, absl::StrCat("path \"", path, "\" names no file"));
  return below;
}

absl::StatusOr<Sample> ReadSample(const CsvTable& table, const Row& row, LandmarkScheme scheme) {
  Sample sample;
  FACET_ASSIGN_OR_RETURN(sample.path, Path(table, row));
  sample.identity = table.Get(row, "identity");
  sample.key = table.Get(row, "key");
  sample.video = table.Get(row, "video");
  for (const std::string& field : row.fields) {
    if (!IsUtf8(field)) return table.Error(row, "a field is not UTF-8");
  }
  FACET_RETURN_IF_ERROR(ReadGeometry(table, row, scheme, sample));
  FACET_ASSIGN_OR_RETURN(sample.score, table.Float(row, "score", 0));
  FACET_ASSIGN_OR_RETURN(sample.curated, table.Bool(row, "curated", true));
  FACET_ASSIGN_OR_RETURN(sample.frame, table.Int(row, "frame", -1));
  FACET_ASSIGN_OR_RETURN(sample.rank, table.Int(row, "rank", -1));
  FACET_ASSIGN_OR_RETURN(sample.fold, table.Int(row, "fold", -1));
  if (sample.fold < -1) return table.Error(row, "folds are numbered from 0");
  if (const std::string& pose = table.Get(row, "pose"); !pose.empty()) {
    const absl::StatusOr<Pose> known = PoseFromName(pose);
    if (!known.ok()) return table.Error(row, std::string(known.status().message()));
    sample.pose = *known;
  }
  return sample;
}

// What occurs again, by file and line.
class Repeated {
 public:
  Repeated(std::string path, const char* one, const char* many, const char* cure)
      : path_(std::move(path)), one_(one), many_(many), cure_(cure) {}

  void Add(const std::string& key, int64_t line) {
    const auto [first, is_new] = line_of_.emplace(key, line);
    if (is_new || ++count_ > 1) return;
    example_ = absl::StrCat("line ", line, " repeats line ", first->second);
  }
  void Report(std::vector<std::string>* notices) const {
    if (count_ == 0) return;
    notices->push_back(absl::StrCat(path_, ": ", Thousands(count_), count_ == 1 ? one_ : many_,
                                    " (", example_, count_ > 1 ? ", ..." : "", "); ", cure_, "."));
  }

 private:
  const std::string path_, one_, many_, cure_;
  std::unordered_map<std::string, int64_t> line_of_;
  int64_t count_ = 0;
  std::string example_;
};

// The image, and which face of it.
std::string FaceOf(const Sample& sample) {
  std::string face = sample.path;
  if (sample.box.has_value()) {
    absl::StrAppend(&face, "\nbox ", sample.box->x, " ", sample.box->y, " ", sample.box->width, " ",
                    sample.box->height);
  }
  for (const Point& point : sample.landmarks.points) {
    absl::StrAppend(&face, "\n", point.x, " ", point.y);
  }
  return face;
}

// A pair's folds from the column, or in equal runs.
absl::Status AssignFolds(const std::string& path, const CsvTable& table, int64_t num_folds,
                         Protocol& protocol) {
  const auto num_pairs = static_cast<int64_t>(protocol.pairs.size());
  if (!table.Has("fold")) {
    for (int64_t i = 0; i < num_pairs; ++i) {
      protocol.pairs[static_cast<size_t>(i)].fold = i * num_folds / num_pairs;
    }
    protocol.num_folds = num_folds;
  } else {
    std::set<int64_t> folds;
    for (size_t i = 0; i < protocol.pairs.size(); ++i) {
      const Row& row = table.rows()[i];
      FACET_ASSIGN_OR_RETURN(const int64_t fold, table.Int(row, "fold", -1));
      if (fold < 0) return table.Error(row, "fold is a number from 0 on");
      protocol.pairs[i].fold = fold;
      folds.insert(fold);
    }
    protocol.num_folds = *folds.rbegin() + 1;
    for (int64_t fold = 0; fold < protocol.num_folds; ++fold) {
      if (folds.count(fold) > 0) continue;
      return absl::InvalidArgumentError(
          absl::StrCat(path, ": no pair is in fold ", fold, "; folds are numbered from 0 on"));
    }
  }
  const bool split = protocol.kind == Protocol::Kind::kSplit;
  if (protocol.num_folds < 2 || num_pairs < protocol.num_folds ||
      (split && protocol.num_folds != 2)) {
    return absl::InvalidArgumentError(absl::StrCat(
        path, " has ", num_pairs, " pairs in ", protocol.num_folds, " folds; ",
        split ? "a split has 2" : "cross-validation needs 2 or more with pairs in each"));
  }
  return absl::OkStatus();
}

// Names of templates: keys of images and videos, which "./" before a name does not change.
class Templates {
 public:
  explicit Templates(const std::vector<Sample>& samples) {
    for (size_t i = 0; i < samples.size(); ++i) {
      if (!samples[i].video.empty()) members_[samples[i].video].push_back(static_cast<int64_t>(i));
    }
    for (size_t i = 0; i < samples.size(); ++i) {
      members_.try_emplace(samples[i].key, std::vector<int64_t>{static_cast<int64_t>(i)});
    }
    for (const auto& [name, members] : members_) {
      const absl::StatusOr<std::string> below = PathBelow(name);
      if (!below.ok() || *below == name) continue;
      const auto [written, is_new] = as_written_.emplace(*below, name);
      if (!is_new) written->second.clear();  // which of the two is not known
    }
  }
  // Its index in `protocol`, where it is added; -1: no such name.
  int64_t Add(const std::string& name, Protocol& protocol) {
    const auto found = Find(name);
    if (found == members_.end()) return -1;
    const auto [index, is_new] =
        index_.emplace(found->first, static_cast<int64_t>(protocol.templates.size()));
    if (is_new) protocol.templates.push_back({found->first, found->second});
    return index->second;
  }

 private:
  using Members = std::unordered_map<std::string, std::vector<int64_t>>;

  Members::const_iterator Find(const std::string& name) const {
    const auto exact = members_.find(name);
    const absl::StatusOr<std::string> below = PathBelow(name);
    if (exact != members_.end() || !below.ok()) return exact;
    const auto written = as_written_.find(*below);
    const auto found = members_.find(*below);
    return found != members_.end() || written == as_written_.end() ? found
                                                                   : members_.find(written->second);
  }

  Members members_;
  std::unordered_map<std::string, std::string>
      as_written_;  // PathBelow() of a name, where it differs
  std::unordered_map<std::string, int64_t> index_;
};

}  // namespace

absl::StatusOr<std::vector<Sample>> ReadImageTable(const std::string& path,
                                                   const std::vector<std::string>& ignore,
                                                   std::vector<std::string>* notices) {
  FACET_ASSIGN_OR_RETURN(const CsvTable table, CsvTable::Read(path));
  const size_t points = CountPoints(table);
  FACET_RETURN_IF_ERROR(CheckColumns(path, table, points, ignore));
  const absl::StatusOr<LandmarkScheme> scheme = Scheme(points);
  if (!scheme.ok()) return Annotate(scheme.status(), path);
  std::vector<Sample> samples;
  std::unordered_map<std::string, int64_t> line_of_key, faces_of_path;
  Repeated repeated(path, " row is of an image and face that an earlier row has",
                    " rows are of an image and face that an earlier row has",
                    "each counts as a further sample: delete those that are not meant");
  for (const Row& row : table.rows()) {
    FACET_ASSIGN_OR_RETURN(Sample sample, ReadSample(table, row, *scheme));
    const int64_t face = ++faces_of_path[sample.path];
    if (sample.key.empty()) {
      sample.key = face == 1 ? sample.path : absl::StrCat(sample.path, "#", face);
    }
    const auto [first, is_new] = line_of_key.emplace(sample.key, row.line);
    if (!is_new) {
      return table.Error(
          row, absl::StrCat("key \"", sample.key, "\" is in line ", first->second, " already"));
    }
    repeated.Add(FaceOf(sample), row.line);
    samples.push_back(std::move(sample));
  }
  if (samples.empty()) return absl::InvalidArgumentError(path + " lists no images");
  repeated.Report(notices);
  return samples;
}

absl::StatusOr<PairTable> ReadPairTable(const std::string& path, bool split, int64_t num_folds,
                                        const std::vector<Sample>& samples,
                                        std::vector<std::string>* notices) {
  FACET_ASSIGN_OR_RETURN(const CsvTable table, CsvTable::Read(path));
  for (const char* needed : {"first", "second", "genuine"}) {
    if (!table.Has(needed)) return NoColumn(path, table, needed);
  }
  if (table.rows().empty()) return absl::InvalidArgumentError(path + " lists no pairs");
  PairTable pairs;
  pairs.names_folds = table.Has("fold");
  Protocol& protocol = pairs.protocol;
  protocol.kind = split ? Protocol::Kind::kSplit : Protocol::Kind::kFolds;
  Templates templates(samples);
  Repeated repeated(path, " pair occurs again, in one order or the other",
                    " pairs occur again, in one order or the other",
                    "each counts again: delete those that are not meant");
  for (const Row& row : table.rows()) {
    Pair pair;
    const std::string* identities[2];
    for (const bool second : {false, true}) {
      const std::string& name = table.Get(row, second ? "second" : "first");
      const int64_t index = templates.Add(name, protocol);
      if (index < 0) {
        return table.Error(row, absl::StrCat("\"", name, "\" is no key and no video of the list"));
      }
      (second ? pair.second : pair.first) = index;
      const int64_t sample = protocol.templates[static_cast<size_t>(index)].samples[0];
      identities[second] = &samples[static_cast<size_t>(sample)].identity;
    }
    if (pair.first == pair.second) return table.Error(row, "the pair is one template with itself");
    if (table.Get(row, "genuine").empty()) return table.Error(row, "genuine is not given");
    FACET_ASSIGN_OR_RETURN(pair.genuine, table.Bool(row, "genuine", false));
    if (!identities[0]->empty() && !identities[1]->empty() &&
        pair.genuine != (*identities[0] == *identities[1])) {
      return table.Error(
          row, absl::StrCat("genuine is ", table.Get(row, "genuine"), ", but the list says \"",
                            *identities[0], "\" and \"", *identities[1], "\""));
    }
    const auto [low, high] = std::minmax(pair.first, pair.second);
    repeated.Add(absl::StrCat(low, " ", high), row.line);
    protocol.pairs.push_back(pair);
  }
  repeated.Report(notices);
  FACET_RETURN_IF_ERROR(AssignFolds(path, table, split ? 2 : num_folds, protocol));
  return pairs;
}

}  // namespace facet
