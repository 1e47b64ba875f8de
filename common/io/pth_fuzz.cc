// Any bytes as a file that PyTorch saved.
#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "common/io/pth.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  wgan::ParsePth(bytes).IgnoreError();
  return 0;
}
