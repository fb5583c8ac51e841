// Blocks: a person's images, best score first, in the pieces that annotators judge as a whole.
// Source: Parkhi, Vedaldi, Zisserman, "Deep Face Recognition", BMVC 2015, section 3, stage 5:
// blocks of 200 by descending score, good above about 95 % purity.
#ifndef FACET_PLUGINS_CURATORS_ANNOTATION_BLOCKS_H_
#define FACET_PLUGINS_CURATORS_ANNOTATION_BLOCKS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "plugins/manifest/rows.h"

namespace facet {

struct BlockImage {
  ManifestImage row;
  std::optional<double> score;  // log p(its person | image)
};

struct PersonImages {
  int64_t identity = 0;  // the manifest's id
  std::string name;
  std::vector<BlockImage> images;
};

struct AnnotationBlock {
  int64_t identity = 0;
  std::string name;
  int64_t rank = 0;           // among the person's blocks, from 0: the best scores
  int64_t num_of_person = 0;  // blocks
  // Of the name and of the images as a set (path and SHA-256 of the bytes): a decision holds for
  // what was looked at, also when other scores put the images of a block into another order.
  std::string digest;  // 64 hexadecimal digits
  std::vector<BlockImage> images;
};

// People in the order given. Images by descending score, equal ones by id, those without one last;
// each block has `block_size` images, the person's last one what is left.
std::vector<AnnotationBlock> MakeBlocks(std::vector<PersonImages> people, int64_t block_size);

// "block 1 of 4".
std::string BlockLabel(const AnnotationBlock& block);

// A block is good if more than this share of its images is right: 190 of 200 are not above 0.95.
inline bool IsPure(int64_t right, int64_t images, double min_purity) {
  return static_cast<double>(right) / static_cast<double>(images) > min_purity;
}

}  // namespace facet

#endif  // FACET_PLUGINS_CURATORS_ANNOTATION_BLOCKS_H_
