#include "datasets/crop.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "datasets/resize.h"

namespace wgan {
namespace {

constexpr int kCelebaHeight = 218, kCelebaWidth = 178, kCelebaWindow = 108;

bool IsCelebaSize(int height, int width) { return height == kCelebaHeight && width == kCelebaWidth; }

Image Window(const Image& image, int top, int left, int height, int width) {
  Image result = Image::Black(height, width, image.channels);
  for (int row = 0; row < height; ++row) {
    const auto* begin = &image.pixels[(int64_t{top + row} * image.width + left) * image.channels];
    std::copy_n(begin, width * image.channels, &result.pixels[int64_t{row} * width * image.channels]);
  }
  return result;
}

Image MiddleSquare(const Image& image, int side) {
  return Window(image, (image.height - side) / 2, (image.width - side) / 2, side, side);
}

}  // namespace

std::string CropName(Crop crop, int image_size) {
  switch (crop) {
    case ImageFolderConfig::CELEBA_CROP108_64:
      return absl::StrCat("celeba_crop108_", image_size);
    case ImageFolderConfig::CENTER_SQUARE:
      return "center_square";
    case ImageFolderConfig::CROP_UNSPECIFIED:
      break;
  }
  WGAN_CHECK(false) << "crop is not specified";
  return "";
}

absl::StatusOr<Crop> ParseCrop(absl::string_view name) {
  if (name == "celeba_crop108_64") return ImageFolderConfig::CELEBA_CROP108_64;
  if (name == "center_square") return ImageFolderConfig::CENTER_SQUARE;
  return absl::InvalidArgumentError(
      absl::StrCat("there is no crop '", name, "'; the crops are celeba_crop108_64 and center_square"));
}

Crop DefaultCrop(int height, int width) {
  return IsCelebaSize(height, width) ? ImageFolderConfig::CELEBA_CROP108_64 : ImageFolderConfig::CENTER_SQUARE;
}

absl::StatusOr<Image> CropAndResize(const Image& image, Crop crop, int image_size) {
  int side = std::min(image.height, image.width);
  if (crop == ImageFolderConfig::CELEBA_CROP108_64) {
    if (!IsCelebaSize(image.height, image.width)) {
      return absl::InvalidArgumentError(
          absl::StrCat("the crop celeba_crop108_64 is for aligned CelebA images, 178 wide and 218 high; this one is ",
                       image.width, " wide and ", image.height, " high (--crop=center_square takes any size)"));
    }
    side = kCelebaWindow;
  }
  return WidenToRgb(ResizeBilinear(MiddleSquare(image, side), image_size, image_size));
}

Image WidenToRgb(Image image) {
  if (image.channels == 3) return image;
  WGAN_CHECK_EQ(image.channels, 1);
  Image result = Image::Black(image.height, image.width, 3);
  for (size_t i = 0; i < image.pixels.size(); ++i) std::fill_n(&result.pixels[3 * i], 3, image.pixels[i]);
  return result;
}

}  // namespace wgan
