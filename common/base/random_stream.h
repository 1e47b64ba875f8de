// Counter-based random numbers: every random value of a run is a pure function of
// (seed, stream name, index, position), so nothing needs to be saved to resume a run, and the number of threads
// or the order in which streams are read changes nothing.
//
// Philox4x32-10: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
#ifndef COMMON_BASE_RANDOM_STREAM_H_
#define COMMON_BASE_RANDOM_STREAM_H_

#include <array>
#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace wgan {

// One block of Philox4x32-10: four 32-bit words from a 128-bit `counter` and a 64-bit `key`.
std::array<uint32_t, 4> Philox4x32(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key);

// The stream called `name` at `index` (an iteration, an epoch, an image number) of the run with `seed`.
// Cheap to construct: make one where numbers are needed. Not thread-safe; make one in each thread.
class RandomStream {
 public:
  RandomStream(uint64_t seed, absl::string_view name, uint64_t index);

  // The next 32 random bits.
  uint32_t NextBits();
  // Uniform in [0, 1), a multiple of 2^-24: exact in float, never 1.
  float Uniform();
  // Uniform in [low, high).
  float Uniform(float low, float high) { return low + (high - low) * Uniform(); }
  // Uniform on {0, ..., bound - 1}, unbiased. Assumes 0 < bound.
  uint32_t Below(uint32_t bound);
  // Standard normal by Box and Muller, computed in double.
  double Normal();

  // Fills `values` with standard normal / uniform [0, 1) numbers.
  void FillNormal(absl::Span<float> values);
  void FillUniform(absl::Span<float> values);
  // A uniformly random order of 0, ..., n - 1 (Fisher and Yates). Assumes 0 <= n < 2^32.
  std::vector<int64_t> Permutation(int64_t n);

 private:
  std::array<uint32_t, 2> key_;
  uint32_t index_low_, index_high_;
  uint64_t block_ = 0;               // next counter value
  std::array<uint32_t, 4> words_{};  // the current block's output
  int used_ = 4;                     // how many of words_ are spent
  double spare_normal_ = 0;
  bool has_spare_normal_ = false;
};

// The streams of one run: hands out RandomStream(seed, name, index).
class RandomStreams {
 public:
  explicit RandomStreams(uint64_t seed) : seed_(seed) {}
  uint64_t seed() const { return seed_; }
  RandomStream Stream(absl::string_view name, uint64_t index) const { return RandomStream(seed_, name, index); }

 private:
  uint64_t seed_;
};

}  // namespace wgan

#endif  // COMMON_BASE_RANDOM_STREAM_H_
