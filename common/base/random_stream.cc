#include "common/base/random_stream.h"

#include <cmath>
#include <numbers>
#include <numeric>
#include <utility>

#include "common/base/check.h"

namespace wgan {
namespace {

// FNV-1a, so that a stream's name, not the order of streams in the code, decides its numbers.
uint64_t HashName(absl::string_view name) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (unsigned char c : name) hash = (hash ^ c) * 0x100000001b3u;
  return hash;
}

// The finaliser of splitmix64: spreads every input bit over all output bits.
uint64_t Mix(uint64_t x) {
  x += 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

std::pair<uint32_t, uint32_t> MultiplyHighLow(uint32_t a, uint32_t b) {
  const uint64_t product = uint64_t{a} * b;
  return {static_cast<uint32_t>(product >> 32), static_cast<uint32_t>(product)};
}

}  // namespace

std::array<uint32_t, 4> Philox4x32(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const auto [high0, low0] = MultiplyHighLow(0xD2511F53u, counter[0]);
    const auto [high1, low1] = MultiplyHighLow(0xCD9E8D57u, counter[2]);
    counter = {high1 ^ counter[1] ^ key[0], low1, high0 ^ counter[3] ^ key[1], low0};
    key[0] += 0x9E3779B9u;
    key[1] += 0xBB67AE85u;
  }
  return counter;
}

RandomStream::RandomStream(uint64_t seed, absl::string_view name, uint64_t index)
    : index_low_(static_cast<uint32_t>(index)), index_high_(static_cast<uint32_t>(index >> 32)) {
  const uint64_t key = Mix(Mix(seed) ^ HashName(name));
  key_ = {static_cast<uint32_t>(key), static_cast<uint32_t>(key >> 32)};
}

uint32_t RandomStream::NextBits() {
  if (used_ == 4) {
    words_ =
        Philox4x32({static_cast<uint32_t>(block_), static_cast<uint32_t>(block_ >> 32), index_low_, index_high_}, key_);
    ++block_;
    used_ = 0;
  }
  return words_[used_++];
}

float RandomStream::Uniform() { return static_cast<float>(NextBits() >> 8) * 0x1p-24f; }

uint32_t RandomStream::Below(uint32_t bound) {
  WGAN_CHECK_GT(bound, 0u);
  // Lemire's multiply-and-reject: accept unless the low word falls into the short remainder.
  const uint32_t remainder = -bound % bound;
  while (true) {
    const auto [high, low] = MultiplyHighLow(NextBits(), bound);
    if (low >= remainder) return high;
  }
}

double RandomStream::Normal() {
  if (has_spare_normal_) {
    has_spare_normal_ = false;
    return spare_normal_;
  }
  const double u = (NextBits() + 1.0) * 0x1p-32;  // in (0, 1]: the logarithm is finite
  const double angle = 2 * std::numbers::pi * (NextBits() * 0x1p-32);
  const double radius = std::sqrt(-2 * std::log(u));
  spare_normal_ = radius * std::sin(angle);
  has_spare_normal_ = true;
  return radius * std::cos(angle);
}

void RandomStream::FillNormal(absl::Span<float> values) {
  for (float& value : values) value = static_cast<float>(Normal());
}

void RandomStream::FillUniform(absl::Span<float> values) {
  for (float& value : values) value = Uniform();
}

std::vector<int64_t> RandomStream::Permutation(int64_t n) {
  WGAN_CHECK(n >= 0 && n < (int64_t{1} << 32));
  std::vector<int64_t> order(n);
  std::iota(order.begin(), order.end(), 0);
  for (int64_t i = n - 1; i > 0; --i) std::swap(order[i], order[Below(static_cast<uint32_t>(i + 1))]);
  return order;
}

}  // namespace wgan
