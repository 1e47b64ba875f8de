// Named crops: what part of an image a network sees. The name goes into the run's record, because the crop changes
// every score (published CelebA numbers differ by it). No LibTorch.
#ifndef DATASETS_CROP_H_
#define DATASETS_CROP_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/io/image.h"
#include "datasets/dataset.pb.h"

namespace wgan {

using Crop = ImageFolderConfig::Crop;

// What --crop takes and the run's record shows: "celeba_crop108_64" (with another `image_size` that one in place of
// 64), "center_square". Assumes that `crop` is specified.
std::string CropName(Crop crop, int image_size);

// The crop called `name` ("celeba_crop108_64", "center_square"). kInvalidArgument, listing the names, for another.
absl::StatusOr<Crop> ParseCrop(absl::string_view name);

// For an image of this size: CELEBA_CROP108_64 for 178 x 218 (width x height), as img_align_celeba is, else
// CENTER_SQUARE.
Crop DefaultCrop(int height, int width);

// The part of `image` that `crop` names, resized to `image_size` x `image_size` (ResizeBilinear), widened to RGB.
//   CELEBA_CROP108_64: rows 55 to 162, columns 35 to 142 of a 178 x 218 image: 108 x 108 around the middle. This crop,
//     resized to 64, is reported to underlie the public CelebA statistics for FID. kInvalidArgument for another size.
//   CENTER_SQUARE: the s x s in the middle, s the shorter side; an odd rest goes to the right and to the bottom.
absl::StatusOr<Image> CropAndResize(const Image& image, Crop crop, int image_size);

// `image` with 3 channels; a grey one gets three equal ones.
Image WidenToRgb(Image image);

}  // namespace wgan

#endif  // DATASETS_CROP_H_
