#include "plugins/manifest/rows.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "core/api/component.h"
#include "core/base/hash.h"
#include "core/base/json.h"
#include "core/base/utf8.h"

namespace facet {
namespace {

template <class... Parts>
absl::Status Wrong(const Parts&... parts) {
  return absl::InvalidArgumentError(absl::StrCat(parts...));
}

std::optional<int64_t> Known(int64_t value, int64_t unknown) {
  return value == unknown ? std::nullopt : std::optional<int64_t>(value);
}

int64_t IntOr(const SqliteStatement& row, int column, int64_t unknown) {
  return row.IsNull(column) ? unknown : row.Int(column);
}

std::optional<double> FloatOrNone(const SqliteStatement& row, int column) {
  if (row.IsNull(column)) return std::nullopt;
  return row.Float(column);
}

absl::Status CheckHash(const char* column, const std::string& hex) {
  if (hex.empty() ||
      (hex.size() == 64 && std::all_of(hex.begin(), hex.end(), absl::ascii_isxdigit))) {
    return absl::OkStatus();
  }
  return Wrong(column, " has 64 hexadecimal digits, here \"", hex, "\"");
}

void BindHash(SqliteStatement* statement, int parameter, const std::string& hex) {
  if (hex.empty()) {
    statement->BindNull(parameter);
  } else {
    statement->BindBlob(parameter, BytesOfHex(hex));
  }
}

absl::Status CheckPath(const std::string& path) {
  if (path.empty()) return absl::OkStatus();
  for (const absl::string_view part : absl::StrSplit(path, '/')) {
    if (part.empty() || part == "." || part == "..") {
      return Wrong("path \"", path,
                   "\" does not stay below the folder of images; it is relative, with one '/' "
                   "between folders and without \"..\"");
    }
  }
  return absl::OkStatus();
}

}  // namespace

const char* const kManifestImageColumns =
    "images.id, images.identity, images.number, images.source, images.query, images.rank, "
    "images.url, images.uid, images.path, images.width_px, images.height_px, images.num_bytes, "
    "images.bytes_sha256, images.pixels_sha256, images.box_x_px, images.box_y_px, "
    "images.box_width_px, images.box_height_px, images.pose, images.pose_component, "
    "images.detection_score, images.run";

absl::Status CheckManifestText(const std::string& column, const std::string& text) {
  if (!IsUtf8(text)) return Wrong(column, " is not UTF-8: \"", absl::CHexEscape(text), "\"");
  if (text.find('\0') != std::string::npos) {
    return Wrong(column, " has a NUL in it: \"", absl::CHexEscape(text), "\"");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> CanonicalObject(const std::string& column, const std::string& text) {
  FACET_ASSIGN_OR_RETURN(const Json json, ParseJson(text, column));
  if (!json.is_object()) return Wrong(column, " is a JSON object, here \"", text, "\"");
  return Dump(json);
}

absl::Status CheckManifestIdentity(const ManifestIdentity& identity) {
  if (identity.name.empty()) return Wrong("an identity's name is empty");
  FACET_RETURN_IF_ERROR(CheckManifestText("name", identity.name));
  if (!identity.sex.empty() && identity.sex != "female" && identity.sex != "male") {
    return Wrong(identity.name, ": sex is \"female\", \"male\" or empty, here \"", identity.sex,
                 "\"");
  }
  if (identity.rank < -1) return Wrong(identity.name, ": rank ", identity.rank, " is below 0");
  const int64_t judged = identity.images_judged, right = identity.images_right;
  if (judged < -1 || (judged < 0) != (right < 0) || right > judged) {
    return Wrong(identity.name, ": ", right, " of ", judged, " judged images are right");
  }
  return CanonicalObject(absl::StrCat(identity.name, ": attributes"), identity.attributes).status();
}

absl::Status CheckManifestImage(const ManifestImage& image) {
  for (const auto& [column, text] : {std::pair("source", &image.source),
                                     {"query", &image.query},
                                     {"url", &image.url},
                                     {"uid", &image.uid},
                                     {"path", &image.path}}) {
    FACET_RETURN_IF_ERROR(CheckManifestText(column, *text));
  }
  FACET_RETURN_IF_ERROR(CheckPath(image.path));
  FACET_RETURN_IF_ERROR(CheckHash("bytes_sha256", image.bytes_sha256));
  FACET_RETURN_IF_ERROR(CheckHash("pixels_sha256", image.pixels_sha256));
  if (std::min({image.number, image.rank, image.num_bytes}) < -1 ||
      std::min(image.width_px, image.height_px) < 0) {
    return Wrong("number ", image.number, ", rank ", image.rank, ", num_bytes ", image.num_bytes,
                 " and size ", image.width_px, " x ", image.height_px, " must not be negative");
  }
  if ((image.width_px == 0) != (image.height_px == 0)) {
    return Wrong("a size of ", image.width_px, " x ", image.height_px, " px is half known");
  }
  const Box box = image.box.value_or(Box());
  for (const double value : {box.x, box.y, box.width, box.height, image.pose_component.value_or(0),
                             image.detection_score.value_or(0)}) {
    if (!std::isfinite(value)) return Wrong("box, pose or score is not finite: ", value);
  }
  return absl::OkStatus();
}

int BindManifestImage(SqliteStatement* statement, int parameter, const ManifestImage& image) {
  int p = parameter;
  statement->Bind(p++, image.identity);
  statement->Bind(p++, Known(image.number, -1));
  statement->Bind(p++, image.source);
  statement->Bind(p++, image.query);
  statement->Bind(p++, Known(image.rank, -1));
  statement->Bind(p++, image.url);
  statement->Bind(p++, image.uid);
  statement->Bind(p++, image.path);
  statement->Bind(p++, Known(image.width_px, 0));
  statement->Bind(p++, Known(image.height_px, 0));
  statement->Bind(p++, Known(image.num_bytes, -1));
  BindHash(statement, p++, image.bytes_sha256);
  BindHash(statement, p++, image.pixels_sha256);
  std::optional<double> box[4];
  if (image.box.has_value()) {
    const double values[4] = {image.box->x, image.box->y, image.box->width, image.box->height};
    std::copy(values, values + 4, box);
  }
  for (const std::optional<double>& value : box) statement->Bind(p++, value);
  statement->Bind(p++,
                  image.pose == Pose::kUnknown ? std::string() : std::string(PoseName(image.pose)));
  statement->Bind(p++, image.pose_component);
  statement->Bind(p++, image.detection_score);
  statement->Bind(p++, Known(image.run, -1));
  return p;
}

absl::StatusOr<bool> ManifestImages::Next(ManifestImage* image) {
  FACET_ASSIGN_OR_RETURN(const bool found, statement_.Step());
  if (!found) return false;
  const SqliteStatement& row = statement_;
  int c = 0;
  image->id = row.Int(c++);
  image->identity = row.Int(c++);
  image->number = IntOr(row, c++, -1);
  image->source = row.Text(c++);
  image->query = row.Text(c++);
  image->rank = IntOr(row, c++, -1);
  image->url = row.Text(c++);
  image->uid = row.Text(c++);
  image->path = row.Text(c++);
  image->width_px = IntOr(row, c++, 0);
  image->height_px = IntOr(row, c++, 0);
  image->num_bytes = IntOr(row, c++, -1);
  image->bytes_sha256 = absl::BytesToHexString(row.Text(c++));
  image->pixels_sha256 = absl::BytesToHexString(row.Text(c++));
  image->box.reset();
  if (!row.IsNull(c)) {
    image->box = Box{row.Float(c), row.Float(c + 1), row.Float(c + 2), row.Float(c + 3)};
  }
  c += 4;
  const std::string pose = row.Text(c++);
  image->pose = Pose::kUnknown;
  if (!pose.empty()) {
    FACET_ASSIGN_OR_RETURN(image->pose, PoseFromName(pose));
  }
  image->pose_component = FloatOrNone(row, c++);
  image->detection_score = FloatOrNone(row, c++);
  image->run = IntOr(row, c++, -1);
  score_ = FloatOrNone(row, c++);
  return true;
}

int BindManifestIdentity(SqliteStatement* statement, int parameter,
                         const ManifestIdentity& identity) {
  int p = parameter;
  statement->Bind(p++, identity.name);
  statement->Bind(p++, identity.sex);
  statement->Bind(p++, Known(identity.rank, -1));
  statement->Bind(p++, Known(identity.images_judged, -1));
  statement->Bind(p++, Known(identity.images_right, -1));
  // Checked before: it is a JSON object.
  statement->Bind(p++, CanonicalObject("attributes", identity.attributes).value_or("{}"));
  return p;
}

ManifestIdentity ReadManifestIdentity(const SqliteStatement& statement) {
  ManifestIdentity identity;
  identity.id = statement.Int(0);
  identity.name = statement.Text(1);
  identity.sex = statement.Text(2);
  identity.rank = IntOr(statement, 3, -1);
  identity.images_judged = IntOr(statement, 4, -1);
  identity.images_right = IntOr(statement, 5, -1);
  identity.attributes = statement.Text(6);
  return identity;
}

}  // namespace facet
