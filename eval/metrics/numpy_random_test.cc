#include "eval/metrics/numpy_random.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

using testing::ElementsAre;

// Printed by numpy 2.4.6: RandomState(2020).permutation(12), then .permutation(5) of the same state.
TEST(NumpyRandomStateTest, PermutesAsNumpyDoes) {
  NumpyRandomState random(2020);
  EXPECT_THAT(random.Permutation(12), ElementsAre(2, 1, 11, 4, 10, 5, 7, 9, 6, 3, 8, 0));
  EXPECT_THAT(random.Permutation(5), ElementsAre(1, 2, 3, 4, 0));
}

// RandomState(7).choice(1000, 5, replace=False), twice.
TEST(NumpyRandomStateTest, ChoosesAsNumpyDoes) {
  NumpyRandomState random(7);
  EXPECT_THAT(random.Choice(1000, 5), ElementsAre(778, 334, 271, 802, 216));
  EXPECT_THAT(random.Choice(1000, 5), ElementsAre(562, 11, 731, 106, 234));
}

TEST(NumpyRandomStateTest, SmallestCases) {
  NumpyRandomState random(0);
  EXPECT_THAT(random.Permutation(0), ElementsAre());
  EXPECT_THAT(random.Permutation(1), ElementsAre(0));
  EXPECT_THAT(random.Choice(3, 0), ElementsAre());
}

TEST(NumpyRandomStateTest, IsAPermutation) {
  NumpyRandomState random(5);
  std::vector<int64_t> order = random.Permutation(1000), all(1000);
  std::iota(all.begin(), all.end(), 0);
  EXPECT_NE(order, all);
  std::sort(order.begin(), order.end());
  EXPECT_EQ(order, all);
}

}  // namespace
}  // namespace wgan
