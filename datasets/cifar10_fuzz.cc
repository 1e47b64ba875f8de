// Any bytes as a file of CIFAR-10, binary version.
#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "datasets/cifar10.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  wgan::Cifar10Records records;
  wgan::AppendCifar10Records(bytes, records).IgnoreError();
  return 0;
}
