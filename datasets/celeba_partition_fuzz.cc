// Any bytes as CelebA's partition file.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "absl/strings/string_view.h"
#include "datasets/celeba.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto partition = wgan::ParseCelebaPartition(absl::string_view(reinterpret_cast<const char*>(data), size));
  if (!partition.ok()) return 0;
  for (const auto& [name, part] : *partition) {
    if (name.empty() || part < 0 || part > 2) abort();
  }
  return 0;
}
