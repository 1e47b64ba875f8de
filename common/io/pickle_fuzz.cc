// Any bytes as a pickle that may name what it likes.
#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "common/io/pickle.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  wgan::ParsePickle(
      bytes, [](absl::string_view) { return true; }, 1 << 16)
      .IgnoreError();
  return 0;
}
