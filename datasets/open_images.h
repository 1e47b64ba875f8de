// From a DatasetConfig to images: every data set of images. No LibTorch.
#ifndef DATASETS_OPEN_IMAGES_H_
#define DATASETS_OPEN_IMAGES_H_

#include "absl/status/statusor.h"
#include "datasets/dataset.pb.h"
#include "datasets/image_reader.h"

namespace wgan {

// The images of `config`. What is wrong with config or data as a whole comes out here: ValidateDatasetConfig's errors,
// and those of each format's opener. kInvalidArgument for toys.
absl::StatusOr<OpenedImages> OpenImages(const DatasetConfig& config);

}  // namespace wgan

#endif  // DATASETS_OPEN_IMAGES_H_
