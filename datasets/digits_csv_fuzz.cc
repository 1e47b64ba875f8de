// Any bytes as lines of digits.
#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "datasets/digits_csv.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  wgan::ParseDigitsCsv(bytes, wgan::kMnist5k).IgnoreError();
  wgan::ParseDigitsCsv(bytes, wgan::kUciDigits).IgnoreError();
  return 0;
}
