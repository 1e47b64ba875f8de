// Any bytes as a data.mdb.
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "datasets/lmdb_file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const int descriptor = memfd_create("data.mdb", 0);
  if (descriptor < 0 || ftruncate(descriptor, 0) != 0 || pwrite(descriptor, data, size, 0) < 0) abort();
  const auto file = wgan::LmdbFile::Open(absl::StrCat("/proc/self/fd/", descriptor), [](int64_t, int64_t) {});
  if (!file.ok()) return 0;
  for (int64_t index = 0; index < (*file)->size(); ++index) {
    const auto key = (*file)->Key(index), value = (*file)->Value(index);
    if ((key.ok() && key->size() > size) || (value.ok() && value->size() > size)) abort();
  }
  return 0;
}
