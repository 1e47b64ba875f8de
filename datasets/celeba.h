// CelebA with its partition file, and CelebA-HQ. No LibTorch.
#ifndef DATASETS_CELEBA_H_
#define DATASETS_CELEBA_H_

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "datasets/dataset.pb.h"
#include "datasets/image_reader.h"

namespace wgan {

// Which part each photograph belongs to: file name -> 0 (train), 1 (valid), 2 (test).
using CelebaPartition = std::map<std::string, int>;

// Parses list_eval_partition.txt, lines "000001.jpg 0", or the same as CSV with a heading, as mirrors have it.
// kInvalidArgument with the line's number for another form, a part outside 0, 1, 2 or a name that comes twice.
absl::StatusOr<CelebaPartition> ParseCelebaPartition(absl::string_view text);

// The photographs of `config.split` in bytewise order of their names, which is the order of their numbers.
// The partition file is looked for in the folder, the one above it and their sub-folder Eval, as .txt and as .csv; ALL
// needs none. The description notes a count that is not the original's: 202,599 photographs, of which 162,770 to
// train, 19,867 to validate and 19,962 to test. The digest covers names and lengths (DigestOfImageFiles).
// Errors: those of ListImageFiles and ParseCelebaPartition; kNotFound without a partition file or with none of its
// photographs.
absl::StatusOr<OpenedImages> OpenCeleba(const CelebaConfig& config, int image_size);

// All photographs of the folder: the middle square, which is all of an original one, resized. The description notes a
// count other than 30,000. Errors: those of ListImageFiles.
absl::StatusOr<OpenedImages> OpenCelebaHq(const CelebaHqConfig& config, int image_size);

}  // namespace wgan

#endif  // DATASETS_CELEBA_H_
