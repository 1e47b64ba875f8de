#include "datasets/crop.h"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/check.h"
#include "common/base/status_macros.h"
#include "datasets/resize.h"

namespace wgan {
namespace {

constexpr int kCelebaHeight = 218, kCelebaWidth = 178;

// A crop of aligned CelebA images: the square of `side` pixels whose first one is at (top, left).
struct CelebaCrop {
  Crop crop;
  int top, left, side;
};

constexpr CelebaCrop kCelebaCrops[] = {
    {ImageFolderConfig::CELEBA_CROP108_64, 55, 35, 108}, {ImageFolderConfig::CELEBA_CROP140, 39, 19, 140},
    {ImageFolderConfig::CELEBA_CROP148, 35, 15, 148},    {ImageFolderConfig::CELEBA_CROP160, 29, 9, 160},
    {ImageFolderConfig::CELEBA_CROP128, 45, 25, 128},    {ImageFolderConfig::CELEBA_CX89_CY121, 57, 25, 128},
};

// Null for a crop that takes images of any size.
const CelebaCrop* FindCelebaCrop(Crop crop) {
  for (const CelebaCrop& entry : kCelebaCrops) {
    if (entry.crop == crop) return &entry;
  }
  return nullptr;
}

bool IsCelebaSize(int height, int width) { return height == kCelebaHeight && width == kCelebaWidth; }

std::string BaseName(Crop crop) { return absl::AsciiStrToLower(ImageFolderConfig::Crop_Name(crop)); }

std::vector<std::string> AllNames() {
  std::vector<std::string> names;
  for (int value = 1; value < ImageFolderConfig::Crop_ARRAYSIZE; ++value) {
    if (ImageFolderConfig::Crop_IsValid(value)) names.push_back(BaseName(static_cast<Crop>(value)));
  }
  return names;
}

// Half of `rest`; of an odd one the even neighbour.
int HalfToEven(int rest) {
  const int half = rest / 2;
  return rest % 2 == 1 && half % 2 == 1 ? half + 1 : half;
}

absl::StatusOr<Image> ResizeThenCenter(const Image& image, int64_t size) {
  const int shorter = std::min(image.height, image.width);
  const int64_t height = size * image.height / shorter, width = size * image.width / shorter;
  if (height * width > kDefaultMaxPixels) {
    return absl::ResourceExhaustedError(absl::StrCat("an image of ", image.width, " x ", image.height,
                                                     " pixels is too long for the crop resize_center at ", size));
  }
  const int side = static_cast<int>(size), rows = static_cast<int>(height), columns = static_cast<int>(width);
  return CopyWindow(ResizeBilinear(image, rows, columns),
                    {HalfToEven(rows - side), HalfToEven(columns - side), side, side});
}

// What follows on the window.
absl::StatusOr<Image> ResizeWindow(const Image& window, Crop crop, int image_size) {
  if (crop != ImageFolderConfig::RESIZE_CENTER) return WidenToRgb(ResizeBilinear(window, image_size, image_size));
  ASSIGN_OR_RETURN(Image resized, ResizeThenCenter(window, image_size));
  return WidenToRgb(std::move(resized));
}

}  // namespace

std::string CropName(Crop crop, int image_size) {
  WGAN_CHECK(crop != ImageFolderConfig::CROP_UNSPECIFIED) << "crop is not specified";
  const std::string name = BaseName(crop);
  if (FindCelebaCrop(crop) == nullptr) return name;
  return crop == ImageFolderConfig::CELEBA_CROP108_64 ? absl::StrCat("celeba_crop108_", image_size)
                                                      : absl::StrCat(name, "_", image_size);
}

absl::StatusOr<Crop> ParseCrop(absl::string_view name) {
  Crop crop;
  if (name == absl::AsciiStrToLower(name) && ImageFolderConfig::Crop_Parse(absl::AsciiStrToUpper(name), &crop) &&
      crop != ImageFolderConfig::CROP_UNSPECIFIED) {
    return crop;
  }
  return absl::InvalidArgumentError(
      absl::StrCat("there is no crop '", name, "'; the crops are ", absl::StrJoin(AllNames(), ", ")));
}

Crop DefaultCrop(int height, int width) {
  return IsCelebaSize(height, width) ? ImageFolderConfig::CELEBA_CROP108_64 : ImageFolderConfig::CENTER_SQUARE;
}

absl::StatusOr<ImageWindow> CropWindow(Crop crop, int height, int width) {
  if (crop == ImageFolderConfig::RESIZE_CENTER) return ImageWindow{0, 0, height, width};
  const CelebaCrop* celeba = FindCelebaCrop(crop);
  if (celeba == nullptr) {
    const int side = std::min(height, width);
    return ImageWindow{(height - side) / 2, (width - side) / 2, side, side};
  }
  if (IsCelebaSize(height, width)) return ImageWindow{celeba->top, celeba->left, celeba->side, celeba->side};
  return absl::InvalidArgumentError(
      absl::StrCat("the crop ", BaseName(crop), " is for aligned CelebA images, 178 wide and 218 high; this one is ",
                   width, " wide and ", height, " high (--crop=center_square takes any size)"));
}

absl::StatusOr<Image> CropAndResize(const Image& image, Crop crop, int image_size) {
  ASSIGN_OR_RETURN(const ImageWindow window, CropWindow(crop, image.height, image.width));
  return ResizeWindow(CopyWindow(image, window), crop, image_size);
}

absl::StatusOr<Image> DecodeCropAndResize(absl::string_view bytes, Crop crop, int image_size) {
  ASSIGN_OR_RETURN(const Image window,
                   DecodeImageWindow(bytes, [crop](int height, int width) { return CropWindow(crop, height, width); }));
  return ResizeWindow(window, crop, image_size);
}

Image WidenToRgb(Image image) {
  if (image.channels == 3) return image;
  WGAN_CHECK_EQ(image.channels, 1);
  Image result = Image::Black(image.height, image.width, 3);
  for (size_t i = 0; i < image.pixels.size(); ++i) std::fill_n(&result.pixels[3 * i], 3, image.pixels[i]);
  return result;
}

}  // namespace wgan
