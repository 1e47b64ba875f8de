// Any bytes as an .npz file.
#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "common/io/npz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  wgan::ParseNpz(bytes).IgnoreError();
  return 0;
}
