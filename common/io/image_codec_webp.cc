// WebP by libwebp, which reports errors by return values.

#include <webp/decode.h>

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/base/status_macros.h"
#include "common/io/image.h"
#include "common/io/image_codec_internal.h"

namespace wgan {
namespace {

absl::Status Corrupt(const char* why) { return absl::DataLossError(absl::StrCat("corrupt WebP image: ", why)); }

// The file's length by its header: 8 bytes and what bytes 4 to 7, little-endian, say. Assumes a header.
uint64_t LengthByHeader(absl::string_view bytes) {
  uint64_t length = 8;
  for (int i = 0; i < 4; ++i) length += uint64_t{static_cast<uint8_t>(bytes[4 + i])} << (8 * i);
  return length;
}

}  // namespace

absl::StatusOr<Image> internal::DecodeWebp(absl::string_view bytes, int64_t max_pixels) {
  const auto* data = reinterpret_cast<const uint8_t*>(bytes.data());
  WebPBitstreamFeatures features;
  switch (WebPGetFeatures(data, bytes.size(), &features)) {
    case VP8_STATUS_OK:
      break;
    case VP8_STATUS_NOT_ENOUGH_DATA:
      return Corrupt("the file ends in the middle");
    case VP8_STATUS_UNSUPPORTED_FEATURE:
      return absl::InvalidArgumentError("the WebP image uses a feature that libwebp does not support");
    case VP8_STATUS_OUT_OF_MEMORY:
    case VP8_STATUS_INVALID_PARAM:
    case VP8_STATUS_BITSTREAM_ERROR:
    case VP8_STATUS_SUSPENDED:
    case VP8_STATUS_USER_ABORT:
      return Corrupt("its header is damaged");
  }
  if (features.has_animation != 0) return absl::InvalidArgumentError("the WebP image is an animation, not a picture");
  RETURN_IF_ERROR(CheckPixelCount(features.height, features.width, max_pixels));
  if (bytes.size() < LengthByHeader(bytes)) return Corrupt("the file ends in the middle");
  Image image = Image::Black(features.height, features.width, 3);
  if (WebPDecodeRGBInto(data, bytes.size(), image.pixels.data(), image.pixels.size(), 3 * features.width) == nullptr) {
    return Corrupt("its pixels cannot be decoded");
  }
  return image;
}

}  // namespace wgan
