#include "eval/metrics/numpy_random.h"

#include <numeric>
#include <utility>

#include "common/base/check.h"

namespace wgan {

uint32_t NumpyRandomState::UpTo(uint32_t bound) {
  if (bound == 0) return 0;  // draws nothing
  uint32_t mask = bound;
  for (int shift = 1; shift < 32; shift *= 2) mask |= mask >> shift;
  while (true) {
    const uint32_t value = static_cast<uint32_t>(words_()) & mask;
    if (value <= bound) return value;
  }
}

std::vector<int64_t> NumpyRandomState::Permutation(int64_t n) {
  WGAN_CHECK(n >= 0 && n < int64_t{1} << 32);
  std::vector<int64_t> order(n);
  std::iota(order.begin(), order.end(), 0);
  for (int64_t i = n - 1; i >= 1; --i) std::swap(order[i], order[UpTo(static_cast<uint32_t>(i))]);
  return order;
}

std::vector<int64_t> NumpyRandomState::Choice(int64_t n, int64_t count) {
  WGAN_CHECK(count >= 0 && count <= n);
  std::vector<int64_t> order = Permutation(n);
  order.resize(count);
  return order;
}

}  // namespace wgan
