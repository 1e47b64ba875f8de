// Any bytes as a .npy file.
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "common/io/npy.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string bytes(reinterpret_cast<const char*>(data), size);
  wgan::ParseNpy(std::move(bytes)).IgnoreError();
  return 0;
}
