// Variants of a DatasetConfig: where its files are, and images like its own that are not trained on. No LibTorch.
#ifndef DATASETS_HELD_OUT_H_
#define DATASETS_HELD_OUT_H_

#include <string>

#include "absl/status/statusor.h"
#include "datasets/dataset.pb.h"

namespace wgan {

// `dataset` with its files in `directory`; as it is where it has none.
DatasetConfig WithDirectory(DatasetConfig dataset, const std::string& directory);

// `dataset`, with drawn portraits of its size in place of a source whose files nobody gave (`has_directory` false).
// Toys need no files.
DatasetConfig OrPortraits(DatasetConfig dataset, bool has_directory);

// Images like those of `dataset` that do not occur in it: the test images of CIFAR-10, MNIST, Fashion-MNIST and USPS,
// portraits of other people. kInvalidArgument for sources without such images, and for a `dataset` that is itself the
// test images.
absl::StatusOr<DatasetConfig> HeldOut(DatasetConfig dataset);

}  // namespace wgan

#endif  // DATASETS_HELD_OUT_H_
