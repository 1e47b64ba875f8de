// Named crops: what part of an image a network sees. The name goes into the run's record, because the crop changes
// every score (published CelebA numbers differ by it). No LibTorch.
#ifndef DATASETS_CROP_H_
#define DATASETS_CROP_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/io/image.h"
#include "common/io/image_codec.h"
#include "datasets/dataset.pb.h"

namespace wgan {

// What each one takes, of an image of any size:
//   CENTER_SQUARE: the s x s in the middle, s the shorter side; an odd rest goes to the right and to the bottom.
//   RESIZE_CENTER: all of it, resized so that its shorter side is image_size (the longer one is rounded down), then the
//     middle of that; half a pixel goes to the even side. This is torchvision's Resize(s), CenterCrop(s).
// and of an aligned CelebA image, 178 wide and 218 high (rows and columns count from 0):
//   name                rows        columns     side
//   CELEBA_CROP108_64   55 to 162   35 to 142   108   reported to underlie, at 64, the public CelebA statistics for FID
//   CELEBA_CROP128      45 to 172   25 to 152   128
//   CELEBA_CROP140      39 to 178   19 to 158   140   Wasserstein auto-encoders, score-based models
//   CELEBA_CROP148      35 to 182   15 to 162   148
//   CELEBA_CROP160      29 to 188    9 to 168   160
//   CELEBA_CX89_CY121   57 to 184   25 to 152   128   not in the middle: progressive growing, diffusion models
using Crop = ImageFolderConfig::Crop;

// What --crop takes and the run's record shows: the enum's name in small letters, "center_square"; CelebA's with
// the size that they were resized to at their end, "celeba_crop140_64". Assumes that `crop` is specified.
std::string CropName(Crop crop, int image_size);

// The crop called `name` ("celeba_crop108_64", "celeba_crop140", "center_square", ...). kInvalidArgument, listing the
// names, for another.
absl::StatusOr<Crop> ParseCrop(absl::string_view name);

// For an image of this size: CELEBA_CROP108_64 for 178 x 218 (width x height), as img_align_celeba is, else
// CENTER_SQUARE.
Crop DefaultCrop(int height, int width);

// What `crop` takes of an image of this size. kInvalidArgument for one of CelebA's and another size than 178 x 218.
absl::StatusOr<ImageWindow> CropWindow(Crop crop, int height, int width);

// The part of `image` that `crop` names, resized to `image_size` x `image_size` (ResizeBilinear), widened to RGB.
// Errors: those of CropWindow; kResourceExhausted if RESIZE_CENTER makes more than kDefaultMaxPixels of a long image.
absl::StatusOr<Image> CropAndResize(const Image& image, Crop crop, int image_size);

// CropAndResize(DecodeImage(bytes), crop, image_size), the same to the last bit; decodes no more than it needs.
absl::StatusOr<Image> DecodeCropAndResize(absl::string_view bytes, Crop crop, int image_size);

// `image` with 3 channels; a grey one gets three equal ones.
Image WidenToRgb(Image image);

}  // namespace wgan

#endif  // DATASETS_CROP_H_
