// The random orders that NumPy's RandomState(seed) draws, number for number: reference metrics pick their subsets with
// it, and a score that is to equal theirs has to pick the same ones. Everything else here uses RandomStream.
#ifndef EVAL_METRICS_NUMPY_RANDOM_H_
#define EVAL_METRICS_NUMPY_RANDOM_H_

#include <cstdint>
#include <random>
#include <vector>

namespace wgan {

// numpy.random.RandomState(seed): the 32-bit Mersenne Twister, seeded by Knuth's recurrence (which is also how the C++
// standard defines std::mt19937), with NumPy's legacy ways of using its words, frozen since NumPy 1.17.
class NumpyRandomState {
 public:
  explicit NumpyRandomState(uint32_t seed) : words_(seed) {}

  // permutation(n): a uniformly random order of 0, ..., n - 1. Assumes 0 <= n < 2^32.
  std::vector<int64_t> Permutation(int64_t n);

  // choice(n, count, replace=False): the first `count` of Permutation(n). Assumes 0 <= count <= n.
  std::vector<int64_t> Choice(int64_t n, int64_t count);

 private:
  uint32_t UpTo(uint32_t bound);  // uniform on {0, ..., bound}

  std::mt19937 words_;
};

}  // namespace wgan

#endif  // EVAL_METRICS_NUMPY_RANDOM_H_
