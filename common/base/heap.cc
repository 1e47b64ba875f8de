#include "common/base/heap.h"

#include <malloc.h>

#include <limits>

namespace wgan {

void KeepFreedMemory() {
  constexpr int kNever = std::numeric_limits<int>::max();
  mallopt(M_MMAP_THRESHOLD, kNever);  // no allocation by mmap, whose munmap would give it back
  mallopt(M_TRIM_THRESHOLD, kNever);
}

}  // namespace wgan
