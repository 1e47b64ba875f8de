// Any bytes as an HDF5 file with arrays of the names that data sets use. The library itself loses a few hundred bytes
// on a damaged file: run it with -detect_leaks=0.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "common/io/hdf5.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string bytes(reinterpret_cast<const char*>(data), size);
  for (const char* name : {"train/data", "train/target", "imgs", "labels"}) {
    const auto array = wgan::Hdf5Array::FromBytes(bytes, name);
    if (!array.ok()) continue;
    const int64_t count = std::min<int64_t>(array->shape()[0], 100);
    if (array->type() == wgan::Hdf5Array::Type::kReal) {
      array->ReadReals(0, count).IgnoreError();
    } else {
      array->ReadIntegers(0, count).IgnoreError();
    }
  }
  return 0;
}
