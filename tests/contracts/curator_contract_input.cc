#include "tests/contracts/curator_contract_input.h"

#include <stdlib.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "core/base/file.h"
#include "core/base/hash.h"
#include "plugins/curators/stage/summary.h"
#include "plugins/manifest/manifest.h"

namespace facet {
namespace {

constexpr int64_t kPersons = 5, kImagesEach = 14;
constexpr int kSize_px = 96;

// Images of one person share three waves; each has a shift and some noise of its own.
Image Portrait(int64_t person, int64_t number) {
  Random look(DeriveSeed(1, absl::StrCat("person ", person)));
  double frequency[3], angle[3], phase[3];
  for (int wave = 0; wave < 3; ++wave) {
    frequency[wave] = look.Uniform(0.05, 0.4);
    angle[wave] = look.Uniform(0, 3.14159);
    phase[wave] = look.Uniform(0, 6.28318);
  }
  Random random(DeriveSeed(2, absl::StrCat("image ", person, " ", number)));
  const double shift_x = random.Uniform(-8, 8), shift_y = random.Uniform(-8, 8);
  Image image(kSize_px, kSize_px);
  for (int y = 0; y < kSize_px; ++y) {
    for (int x = 0; x < kSize_px; ++x) {
      double value = 128 + 6 * random.Normal();
      for (int wave = 0; wave < 3; ++wave) {
        value += 35 * std::sin(frequency[wave] * ((x + shift_x) * std::cos(angle[wave]) +
                                                  (y + shift_y) * std::sin(angle[wave])) +
                               phase[wave]);
      }
      for (int channel = 0; channel < 3; ++channel) {
        image.Pixel(x, y)[channel] =
            static_cast<uint8_t>(std::clamp(value + 9.0 * channel, 0.0, 255.0));
      }
    }
  }
  return image;
}

// What number `number` of a person is; see the class.
enum class Case { kRight, kWrongPerson, kNoFace, kExactDuplicate, kNearDuplicate, kRemoved };
Case CaseOf(int64_t number) {
  switch (number) {
    case 3:
    case 8:
      return Case::kWrongPerson;
    case 5:
      return Case::kExactDuplicate;
    case 6:
      return Case::kNearDuplicate;
    case 10:
      return Case::kNoFace;
    case 12:
      return Case::kRemoved;
    default:
      return Case::kRight;
  }
}

// Duplicates are of number 1.
Image Picture(int64_t person, int64_t number) {
  switch (CaseOf(number)) {
    case Case::kWrongPerson:
      return Portrait(100 + 10 * person + number, 0);
    case Case::kNoFace: {
      Image grey(kSize_px, kSize_px);
      std::fill(grey.bgr.begin(), grey.bgr.end(), static_cast<uint8_t>(60 + 10 * person));
      return grey;
    }
    case Case::kExactDuplicate:
      return Portrait(person, 1);
    case Case::kNearDuplicate: {
      Image image = Portrait(person, 1);
      for (uint8_t& value : image.bgr) value = static_cast<uint8_t>(std::min(255, value + 5));
      return image;
    }
    default:
      return Portrait(person, number);
  }
}

// A binary Netpbm file.
std::string PpmOf(const Image& image) {
  std::string bytes = absl::StrCat("P6\n", image.width, " ", image.height, "\n255\n");
  for (size_t i = 0; i < image.bgr.size(); i += 3) {
    for (const size_t channel : {2, 1, 0}) bytes += static_cast<char>(image.bgr[i + channel]);
  }
  return bytes;
}

absl::Status AddImages(const std::string& folder, Manifest* manifest, std::vector<Image>* images) {
  for (int64_t person = 1; person <= kPersons; ++person) {
    ManifestIdentity identity;
    identity.name = absl::StrCat("Person_", person);
    identity.sex = person % 2 == 0 ? "female" : "male";
    identity.rank = person - 1;
    FACET_RETURN_IF_ERROR(manifest->AddIdentity(identity).status());
    std::filesystem::create_directories(absl::StrCat(folder, "/", identity.name));
    for (int64_t number = 0; number < kImagesEach; ++number) {
      images->push_back(Picture(person, number));
      const std::string bytes = PpmOf(images->back());
      ManifestImage image;
      image.identity = person;
      image.source = number % 2 == 0 ? "one" : "two";
      image.query = absl::StrCat("Person ", person);
      image.rank = number / 2;
      image.url = absl::StrCat("http://localhost/", person, "/", number, ".ppm");
      image.path = absl::StrCat(identity.name, "/", number, ".ppm");
      image.width_px = image.height_px = kSize_px;
      image.num_bytes = static_cast<int64_t>(bytes.size());
      image.bytes_sha256 = Sha256Hex(bytes);
      image.pixels_sha256 =
          Sha256Hex(std::string(images->back().bgr.begin(), images->back().bgr.end()));
      FACET_RETURN_IF_ERROR(manifest->AddImage(image).status());
      std::ofstream stream(folder + "/" + image.path, std::ios::binary);
      if (!stream.write(bytes.data(), static_cast<std::streamsize>(bytes.size()))) {
        return absl::UnavailableError("cannot write " + folder + "/" + image.path);
      }
    }
  }
  return absl::OkStatus();
}

absl::Status TellTruth(Manifest* manifest) {
  FACET_ASSIGN_OR_RETURN(const int64_t run, manifest->StartRun(kTruthStage, "{}"));
  for (int64_t image = 1; image <= kPersons * kImagesEach; ++image) {
    const int64_t number = (image - 1) % kImagesEach;
    ManifestMark mark;
    mark.image = image;
    mark.removes = false;
    switch (CaseOf(number)) {
      case Case::kWrongPerson:
        mark.reason = kTruthWrongPerson;
        break;
      case Case::kNoFace:
        mark.reason = kTruthNoFace;
        break;
      case Case::kExactDuplicate:
      case Case::kNearDuplicate:
        mark.reason =
            CaseOf(number) == Case::kExactDuplicate ? kTruthExactDuplicate : kTruthNearDuplicate;
        mark.other = image - number + 1;
        break;
      default:
        continue;
    }
    FACET_RETURN_IF_ERROR(manifest->Mark(run, mark));
  }
  return manifest->FinishRun(run, "{}");
}

absl::Status Remove(Manifest* manifest) {
  FACET_ASSIGN_OR_RETURN(const int64_t earlier, manifest->StartRun("earlier", "{\"n\":1}"));
  for (int64_t image = 1; image <= (kPersons - 1) * kImagesEach; ++image) {
    FACET_RETURN_IF_ERROR(manifest->SetScore(earlier, image, 0.5 * static_cast<double>(image)));
    if (CaseOf((image - 1) % kImagesEach) != Case::kRemoved) continue;
    ManifestMark mark;
    mark.image = image;
    mark.reason = "contract: removed before";
    FACET_RETURN_IF_ERROR(manifest->Mark(earlier, mark));
  }
  FACET_RETURN_IF_ERROR(
      manifest->MarkIdentity(earlier, kPersons, "contract: person removed before"));
  FACET_RETURN_IF_ERROR(manifest->FinishRun(earlier, "{\"kept\":52}", {}, 60.0));
  FACET_ASSIGN_OR_RETURN(const int64_t undone, manifest->StartRun("undone", "{}"));
  for (int64_t person = 1; person < kPersons; ++person) {
    FACET_RETURN_IF_ERROR(manifest->MarkIdentity(undone, person, "contract: undone"));
  }
  FACET_RETURN_IF_ERROR(manifest->FinishRun(undone, "{}"));
  FACET_RETURN_IF_ERROR(manifest->Undo(undone));
  return manifest->DefineSnapshot("contract_earlier", {earlier, undone});
}

}  // namespace

CuratorContractInput::CuratorContractInput() { status_ = Make(); }

CuratorContractInput::~CuratorContractInput() {
  std::error_code ignored;
  if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
}

absl::Status CuratorContractInput::Make() {
  const char* temporary = std::getenv("TEST_TMPDIR");
  std::string name = absl::StrCat(
      temporary != nullptr ? temporary : std::filesystem::temp_directory_path().string(),
      "/curator_contract.XXXXXX");
  if (mkdtemp(name.data()) == nullptr) return absl::UnavailableError("cannot make " + name);
  folder_ = name;
  std::vector<Image> images;
  FACET_ASSIGN_OR_RETURN(const auto working, Manifest::Create(folder_ + "/working.sqlite"));
  const absl::Status filled = working->InTransaction([&]() -> absl::Status {
    FACET_RETURN_IF_ERROR(AddImages(image_folder(), working.get(), &images));
    FACET_RETURN_IF_ERROR(TellTruth(working.get()));
    return Remove(working.get());
  });
  FACET_RETURN_IF_ERROR(filled);
  FACET_RETURN_IF_ERROR(working->Freeze(manifest()));
  FACET_ASSIGN_OR_RETURN(const int64_t nothing_left, working->StartRun("nothing_left", "{}"));
  for (int64_t person = 1; person < kPersons; ++person) {
    FACET_RETURN_IF_ERROR(working->MarkIdentity(nothing_left, person, "contract: nothing left"));
  }
  FACET_RETURN_IF_ERROR(working->FinishRun(nothing_left, "{}"));
  FACET_RETURN_IF_ERROR(working->Freeze(empty_manifest()));

  Random random(3);
  for (int64_t image = 1; image <= (kPersons - 1) * kImagesEach; ++image) {
    const Case what = CaseOf((image - 1) % kImagesEach);
    if (what == Case::kNoFace || what == Case::kRemoved) continue;
    faces_.Add(image, images[static_cast<size_t>(image - 1)]);
    scores_.push_back({image, -random.Uniform() - (what == Case::kWrongPerson ? 3.0 : 0.0)});
  }
  return absl::OkStatus();
}

}  // namespace facet
