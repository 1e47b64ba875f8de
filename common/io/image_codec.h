// Image files to pixels and back: JPEG through libjpeg-turbo, PNG through libpng, WebP through libwebp. No LibTorch.
#ifndef COMMON_IO_IMAGE_CODEC_H_
#define COMMON_IO_IMAGE_CODEC_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/io/image.h"

namespace wgan {

// An image whose header claims more pixels than this is refused before memory is taken (decompression bombs).
inline constexpr int64_t kDefaultMaxPixels = int64_t{64} << 20;

// Decodes a whole JPEG, PNG or WebP file, told apart by its first bytes. Grey stays 1 channel; palettes become RGB;
// alpha is dropped; 16-bit PNG keeps the high byte; CMYK JPEG and animated WebP are refused. kDataLoss (with the
// codec's own words) for a truncated or corrupt file, where any libjpeg warning counts: a truncated JPEG otherwise
// decodes to a half-grey picture without an error. kInvalidArgument for bytes of no such format; kResourceExhausted
// above `max_pixels`. Colour profiles, gamma and EXIF orientation are not applied: pixels are taken as they are stored.
// WebP has no checksums: damage that leaves its bit stream well-formed decodes to another picture, as it does in JPEG.
absl::StatusOr<Image> DecodeImage(absl::string_view bytes, int64_t max_pixels = kDefaultMaxPixels);

// Rows top, ..., top + height - 1 and columns left, ..., left + width - 1 of an image; at least one pixel.
struct ImageWindow {
  int top = 0;
  int left = 0;
  int height = 0;
  int width = 0;

  bool operator==(const ImageWindow&) const = default;
};

// Says which window is wanted of an image of this height and width, or why none can be had.
using WindowChooser = absl::FunctionRef<absl::StatusOr<ImageWindow>(int height, int width)>;

// The pixels of DecodeImage(bytes, max_pixels) in the window that `choose` names, the same to the last bit. Of a
// baseline JPEG only the blocks around the window are transformed and converted, and nothing behind its last row is
// decoded: a file that is cut off there is found all the same, other damage there is not, since the window's pixels do
// not depend on it. Errors: else those of DecodeImage, and `choose`'s. Assumes that the window lies in the image.
absl::StatusOr<Image> DecodeImageWindow(absl::string_view bytes, WindowChooser choose,
                                        int64_t max_pixels = kDefaultMaxPixels);

// Copies `window` out of `image`. Assumes that it lies in there.
Image CopyWindow(const Image& image, const ImageWindow& window);

// A PNG file of `image`. `text` goes into tEXt chunks: provenance. kInvalidArgument for what PNG does not allow there:
// keywords are 1-79 printable Latin-1 characters without spaces at the ends or two in a row, values hold no NUL and at
// most 8 MB.
absl::StatusOr<std::string> EncodePng(const Image& image,
                                      const std::vector<std::pair<std::string, std::string>>& text = {});

// The tEXt chunks of a PNG file, in order. Errors as DecodeImage.
absl::StatusOr<std::vector<std::pair<std::string, std::string>>> ReadPngText(absl::string_view bytes);

// A baseline JPEG file of `image`; assumes `quality` in [1, 100]. Chroma at half resolution as is usual. Used by tests
// and by exporters of data sets. kInvalidArgument above 65500 pixels a side.
absl::StatusOr<std::string> EncodeJpeg(const Image& image, int quality);

}  // namespace wgan

#endif  // COMMON_IO_IMAGE_CODEC_H_
