// The decoders behind DecodeImage. For image_codec*.cc only.
#ifndef COMMON_IO_IMAGE_CODEC_INTERNAL_H_
#define COMMON_IO_IMAGE_CODEC_INTERNAL_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/io/image.h"
#include "common/io/image_codec.h"

namespace wgan::internal {

absl::StatusOr<Image> DecodeJpeg(absl::string_view bytes, WindowChooser choose, int64_t max_pixels);
absl::StatusOr<Image> DecodePng(absl::string_view bytes, int64_t max_pixels);
absl::StatusOr<Image> DecodeWebp(absl::string_view bytes, int64_t max_pixels);

// Aborts unless `window` has a pixel and lies in an image of this size.
void CheckWindow(const ImageWindow& window, int height, int width);

// kResourceExhausted if an image of this size may not be decoded.
absl::Status CheckPixelCount(int64_t height, int64_t width, int64_t max_pixels);

// Aborts unless the members of `image` fit each other and it has a pixel.
void CheckImage(const Image& image);

}  // namespace wgan::internal

#endif  // COMMON_IO_IMAGE_CODEC_INTERNAL_H_
