// What annotators judge as a whole: blocks of a person's images, best score first, or the person by
// the images that search engines rank first.
// Source: Parkhi, Vedaldi, Zisserman, "Deep Face Recognition", BMVC 2015, section 3. Stage 5:
// blocks of 200 by descending score, good above about 95 % purity. Stage 1: four sheets of 50 of
// each person, kept at about 90 %.
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

// One block for each person, maybe an empty one: the first `num_images` in the order given, a file
// that several rows share (one URL found by several queries) once.
std::vector<AnnotationBlock> MakePersonBlocks(std::vector<PersonImages> people, int64_t num_images);

// How a block is looked at, and what makes it good.
struct JudgingTask {
  double min_purity = 0.95;
  // 0: blocks of images, good above min_purity. Else people, whose images are shown in sheets of so
  // many, good from min_purity on.
  int64_t sheet_size = 0;

  bool OfPeople() const { return sheet_size > 0; }
  // Of `images`.
  int64_t NumSheets(int64_t images) const {
    return sheet_size > 0 ? (images + sheet_size - 1) / sheet_size : 1;
  }
  // A block is good if more than min_purity of its images is right: 190 of 200 are not above 0.95.
  // A person with 180 of 200 has 0.9 (a quotient is the number nearest to it, as a literal is).
  bool IsPure(int64_t right, int64_t images) const {
    const double purity = static_cast<double>(right) / static_cast<double>(images);
    return OfPeople() ? purity >= min_purity : purity > min_purity;
  }
};

// "block 1 of 4".
std::string BlockLabel(const AnnotationBlock& block);

}  // namespace facet

#endif  // FACET_PLUGINS_CURATORS_ANNOTATION_BLOCKS_H_
