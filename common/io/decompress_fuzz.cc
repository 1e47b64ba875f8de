// Any bytes as a gzip, bzip2 or zlib stream.
#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "common/io/decompress.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  wgan::Unpacked(bytes, 1 << 20).IgnoreError();
  wgan::Inflate(bytes, 1 << 20).IgnoreError();
  return 0;
}
