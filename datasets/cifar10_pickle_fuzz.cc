// Any bytes as a file of CIFAR-10, Python version.
#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "datasets/cifar10_pickle.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  wgan::Cifar10RecordsOfPickle(bytes).IgnoreError();
  return 0;
}
