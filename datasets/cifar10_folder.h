// Pictures of CIFAR-10 that somebody unpacked into folders, back into its binary files. No LibTorch.
#ifndef DATASETS_CIFAR10_FOLDER_H_
#define DATASETS_CIFAR10_FOLDER_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

namespace wgan {

struct Cifar10Counts {
  int64_t training = 0, test = 0;
};

// Reads `input`/train/CLASS/*.jpg and `input`/test/CLASS/*.jpg (or .png; CLASS: airplane, automobile, bird, cat, deer,
// dog, frog, horse, ship, truck), 32x32 in colour, and writes `output`/cifar-10-batches-bin/data_batch_1.bin, ...,
// data_batch_5.bin and test_batch.bin (cifar10.h). Records are in the order of the SHA-256 of "train/CLASS/FILE", which
// mixes the classes; the training ones are cut into five files of equal length, the last ones shorter. What was
// compressed stays so: the reader calls such files a copy. kNotFound if a folder is missing or empty; kInvalidArgument
// for another folder, another size or fewer than five training images; else what DecodeImage says, with the path.
absl::StatusOr<Cifar10Counts> WriteCifar10FromFolder(const std::string& input, const std::string& output);

}  // namespace wgan

#endif  // DATASETS_CIFAR10_FOLDER_H_
