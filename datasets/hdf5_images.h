// Images in one array of an HDF5 file, as GAN programs cache their data sets. No LibTorch.
#ifndef DATASETS_HDF5_IMAGES_H_
#define DATASETS_HDF5_IMAGES_H_

#include "absl/status/statusor.h"
#include "datasets/dataset.pb.h"
#include "datasets/image_reader.h"

namespace wgan {

// The square images of the byte array `config.images` in the file `config.file`, [N, H, W, C] or [N, C, H, W], C 1 or
// 3: two programs in use write "imgs", each in its own layout. They stay on the disk and are read one by one, resized
// (ResizeBilinear) unless they have that size; grey ones get `channels` equal channels. Classes are in the integers
// `config.labels`, [N], if there is such an array.
// The digest covers the shape, the classes, and the pixels of 64 images spread over the array: not all pixels, since
// such files have many gigabytes.
// kInvalidArgument for an empty `config.file`, for an array that is no images, one whose layout could be either and is
// not named, colour images with `channels` 1; kDataLoss for classes that are not one for each image; else Hdf5Array's
// errors.
absl::StatusOr<OpenedImages> OpenHdf5Images(const Hdf5Config& config, int image_size, int channels);

}  // namespace wgan

#endif  // DATASETS_HDF5_IMAGES_H_
