// Any bytes as an IDX file, packed or not.
#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "datasets/idx.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  wgan::ParseIdx(bytes, 1 << 24).IgnoreError();
  return 0;
}
