// Any bytes as LIBSVM text of USPS.
#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "datasets/usps.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  wgan::ParseUspsText(bytes).IgnoreError();
  return 0;
}
