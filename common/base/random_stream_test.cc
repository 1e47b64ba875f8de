#include "common/base/random_stream.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "gtest/gtest.h"

namespace wgan {
namespace {

// Known answers published with the Random123 library (kat_vectors, philox4x32 10 rounds).
TEST(PhiloxTest, KnownAnswers) {
  EXPECT_EQ(Philox4x32({0, 0, 0, 0}, {0, 0}),
            (std::array<uint32_t, 4>{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(Philox4x32({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}),
            (std::array<uint32_t, 4>{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(Philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (std::array<uint32_t, 4>{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

std::vector<float> Normals(RandomStream stream, int n) {
  std::vector<float> values(n);
  stream.FillNormal(absl::MakeSpan(values));
  return values;
}

TEST(RandomStreamTest, IsAFunctionOfSeedNameAndIndex) {
  const std::vector<float> values = Normals(RandomStream(1, "noise", 7), 16);
  EXPECT_EQ(Normals(RandomStreams(1).Stream("noise", 7), 16), values);
  EXPECT_NE(Normals(RandomStream(2, "noise", 7), 16), values);
  EXPECT_NE(Normals(RandomStream(1, "order", 7), 16), values);
  EXPECT_NE(Normals(RandomStream(1, "noise", 8), 16), values);
  EXPECT_NE(Normals(RandomStream(1, "noise", 7 + (uint64_t{1} << 32)), 16), values);
}

// Standard errors at n = 100,000: mean 0.0032, variance 0.0045, third moment 0.0122, fourth 0.031. The bounds are five
// of them; the seed is fixed, so the test is deterministic.
TEST(RandomStreamTest, NormalHasTheMomentsOfAStandardNormal) {
  const int n = 100000;
  double m1 = 0, m2 = 0, m3 = 0, m4 = 0;
  for (double x : Normals(RandomStream(3, "normal", 0), n)) {
    m1 += x / n;
    m2 += x * x / n;
    m3 += x * x * x / n;
    m4 += x * x * x * x / n;
  }
  EXPECT_NEAR(m1, 0, 0.016);
  EXPECT_NEAR(m2, 1, 0.0225);
  EXPECT_NEAR(m3, 0, 0.061);
  EXPECT_NEAR(m4, 3, 0.155);
}

TEST(RandomStreamTest, UniformStaysInItsIntervalWithTheRightMean) {
  RandomStream stream(4, "uniform", 0);
  const int n = 100000;
  double mean = 0;
  for (int i = 0; i < n; ++i) {
    const float u = stream.Uniform();
    ASSERT_GE(u, 0.0f);
    ASSERT_LT(u, 1.0f);
    mean += u / n;
  }
  EXPECT_NEAR(mean, 0.5, 5 * std::sqrt(1.0 / 12 / n));
  const float shifted = stream.Uniform(-3, -1);
  EXPECT_GE(shifted, -3);
  EXPECT_LT(shifted, -1);
}

TEST(RandomStreamTest, BelowIsUniformOnItsRange) {
  RandomStream stream(5, "below", 0);
  const int bound = 7, n = 70000;
  std::vector<int> counts(bound);
  for (int i = 0; i < n; ++i) ++counts.at(stream.Below(bound));
  for (int count : counts) EXPECT_NEAR(count, n / bound, 5 * std::sqrt(n * (1.0 / 7) * (6.0 / 7)));
}

TEST(RandomStreamTest, PermutationHoldsEachNumberOnceAndEveryOrderOccurs) {
  std::vector<int64_t> order = RandomStream(6, "order", 0).Permutation(1000);
  EXPECT_FALSE(std::is_sorted(order.begin(), order.end()));
  std::sort(order.begin(), order.end());
  for (int64_t i = 0; i < 1000; ++i) EXPECT_EQ(order[i], i);
  std::set<std::vector<int64_t>> seen;
  for (int i = 0; i < 300; ++i) seen.insert(RandomStream(6, "order", i).Permutation(4));
  EXPECT_EQ(seen.size(), 24u);  // a missing one of 4! orders has probability below 24 (23/24)^300 = 7e-5
  EXPECT_TRUE(RandomStream(6, "order", 0).Permutation(0).empty());
}

}  // namespace
}  // namespace wgan
