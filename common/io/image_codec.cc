#include "common/io/image_codec.h"

#include <algorithm>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/base/check.h"
#include "common/base/status_macros.h"
#include "common/io/image.h"
#include "common/io/image_codec_internal.h"

namespace wgan {
namespace internal {

absl::Status CheckPixelCount(int64_t height, int64_t width, int64_t max_pixels) {
  if (height * width <= max_pixels) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      absl::StrCat("the image claims ", width, " x ", height, " pixels; the limit is ", max_pixels, " in all"));
}

void CheckImage(const Image& image) {
  WGAN_CHECK(image.height > 0 && image.width > 0 && (image.channels == 1 || image.channels == 3))
      << image.height << " x " << image.width << " x " << image.channels;
  WGAN_CHECK_EQ(image.pixels.size(), static_cast<size_t>(image.height) * image.width * image.channels);
}

void CheckWindow(const ImageWindow& window, int height, int width) {
  WGAN_CHECK(window.top >= 0 && window.height > 0 && window.height <= height - window.top)
      << window.top << " + " << window.height << " of " << height;
  WGAN_CHECK(window.left >= 0 && window.width > 0 && window.width <= width - window.left)
      << window.left << " + " << window.width << " of " << width;
}

}  // namespace internal

namespace {

bool IsJpeg(absl::string_view bytes) { return absl::StartsWith(bytes, "\xFF\xD8\xFF"); }
bool IsPng(absl::string_view bytes) { return absl::StartsWith(bytes, "\x89PNG\r\n\x1A\n"); }
bool IsWebp(absl::string_view bytes) {
  return absl::StartsWith(bytes, "RIFF") && bytes.size() >= 12 && bytes.substr(8, 4) == "WEBP";
}

absl::StatusOr<ImageWindow> WholeImage(int height, int width) { return ImageWindow{0, 0, height, width}; }

}  // namespace

absl::StatusOr<Image> DecodeImage(absl::string_view bytes, int64_t max_pixels) {
  if (IsJpeg(bytes)) return internal::DecodeJpeg(bytes, WholeImage, max_pixels);
  if (IsPng(bytes)) return internal::DecodePng(bytes, max_pixels);
  if (IsWebp(bytes)) return internal::DecodeWebp(bytes, max_pixels);
  if (bytes.empty()) return absl::InvalidArgumentError("the image file is empty");
  return absl::InvalidArgumentError("the file is neither a JPEG nor a PNG nor a WebP image by its first bytes");
}

absl::StatusOr<Image> DecodeImageWindow(absl::string_view bytes, WindowChooser choose, int64_t max_pixels) {
  if (IsJpeg(bytes)) return internal::DecodeJpeg(bytes, choose, max_pixels);
  ASSIGN_OR_RETURN(Image image, DecodeImage(bytes, max_pixels));
  ASSIGN_OR_RETURN(const ImageWindow window, choose(image.height, image.width));
  return CopyWindow(image, window);
}

Image CopyWindow(const Image& image, const ImageWindow& window) {
  internal::CheckWindow(window, image.height, image.width);
  Image result = Image::Black(window.height, window.width, image.channels);
  for (int row = 0; row < window.height; ++row) {
    std::copy_n(&image.pixels[image.Index(window.top + row, window.left, 0)],
                static_cast<size_t>(window.width) * image.channels, &result.pixels[result.Index(row, 0, 0)]);
  }
  return result;
}

}  // namespace wgan
