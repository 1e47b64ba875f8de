// Any bytes as a JPEG, PNG or WebP file, whole and in part: both or neither can be read, and the one is part of the
// other.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "absl/strings/string_view.h"
#include "common/io/image_codec.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr int64_t kMaxPixels = 1 << 20;
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto whole = wgan::DecodeImage(bytes, kMaxPixels);
  wgan::ImageWindow window;
  const auto middle = [&window](int height, int width) {
    window = {height / 3, width / 3, (height + 2) / 3, (width + 2) / 3};
    return window;
  };
  const auto part = wgan::DecodeImageWindow(bytes, middle, kMaxPixels);
  // The part may lie before what is damaged.
  if (whole.ok() && (!part.ok() || *part != wgan::CopyWindow(*whole, window))) abort();
  return 0;
}
