#include "plugins/curators/annotation/blocks.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/hash.h"

namespace facet {
namespace {

bool Before(const BlockImage& a, const BlockImage& b) {
  if (a.score.has_value() != b.score.has_value()) return a.score.has_value();
  if (a.score != b.score) return *a.score > *b.score;
  return a.row.id < b.row.id;
}

std::string DigestOf(const AnnotationBlock& block) {
  std::vector<std::string> lines;
  for (const BlockImage& image : block.images) {
    lines.push_back(absl::StrCat(image.row.path, "\t", image.row.bytes_sha256, "\n"));
  }
  std::sort(lines.begin(), lines.end());
  Sha256 hash;
  hash.Update(absl::StrCat(block.name, "\n"));
  for (const std::string& line : lines) hash.Update(line);
  return hash.HexDigest();
}

}  // namespace

std::vector<AnnotationBlock> MakeBlocks(std::vector<PersonImages> people, int64_t block_size) {
  std::vector<AnnotationBlock> blocks;
  for (PersonImages& person : people) {
    std::vector<BlockImage>& images = person.images;
    std::sort(images.begin(), images.end(), Before);
    const int64_t count = static_cast<int64_t>(images.size());
    const int64_t num_blocks = (count + block_size - 1) / block_size;
    for (int64_t rank = 0; rank < num_blocks; ++rank) {
      AnnotationBlock block;
      block.identity = person.identity;
      block.name = person.name;
      block.rank = rank;
      block.num_of_person = num_blocks;
      block.images.assign(
          std::make_move_iterator(images.begin() + rank * block_size),
          std::make_move_iterator(images.begin() + std::min(count, (rank + 1) * block_size)));
      block.digest = DigestOf(block);
      blocks.push_back(std::move(block));
    }
  }
  return blocks;
}

std::vector<AnnotationBlock> MakePersonBlocks(std::vector<PersonImages> people,
                                              int64_t num_images) {
  std::vector<AnnotationBlock> blocks;
  for (PersonImages& person : people) {
    AnnotationBlock block;
    block.identity = person.identity;
    block.name = person.name;
    block.num_of_person = 1;
    std::set<std::string> shown;
    for (BlockImage& image : person.images) {
      if (static_cast<int64_t>(block.images.size()) == num_images) break;
      if (shown.insert(image.row.path).second) block.images.push_back(std::move(image));
    }
    block.digest = DigestOf(block);
    blocks.push_back(std::move(block));
  }
  return blocks;
}

std::string BlockLabel(const AnnotationBlock& block) {
  return absl::StrCat("block ", block.rank + 1, " of ", block.num_of_person);
}

}  // namespace facet
