#include "common/io/image_codec.h"

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/base/check.h"
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

}  // namespace internal

absl::StatusOr<Image> DecodeImage(absl::string_view bytes, int64_t max_pixels) {
  if (absl::StartsWith(bytes, "\xFF\xD8\xFF")) return internal::DecodeJpeg(bytes, max_pixels);
  if (absl::StartsWith(bytes, "\x89PNG\r\n\x1A\n")) return internal::DecodePng(bytes, max_pixels);
  if (bytes.empty()) return absl::InvalidArgumentError("the image file is empty");
  return absl::InvalidArgumentError("the file is neither a JPEG nor a PNG image by its first bytes");
}

}  // namespace wgan
