#include "common/ot/exact/row_scan.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "common/base/random_stream.h"
#include "gtest/gtest.h"

namespace wgan::ot {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// The instruction sets of this machine.
std::vector<InstructionSet> Sets() {
  std::vector<InstructionSet> sets = {InstructionSet::kBaseline};
  if (BestInstructionSet() != InstructionSet::kBaseline) sets.push_back(InstructionSet::kAvx2);
  if (BestInstructionSet() == InstructionSet::kAvx512) sets.push_back(InstructionSet::kAvx512);
  return sets;
}

// A row of costs and what goes with it. Small integers, so that minima tie.
struct Row {
  std::vector<float> costs;
  std::vector<double> v;
};

Row RandomRow(int64_t n, uint64_t index) {
  RandomStream random(7, "row", index);
  Row row;
  for (int64_t j = 0; j < n; ++j) {
    row.costs.push_back(static_cast<float>(random.Below(12)) - 4);
    row.v.push_back(random.Below(3));
  }
  return row;
}

class RowScanTest : public testing::TestWithParam<InstructionSet> {
 protected:
  const RowScan<float>& scan() const { return RowScanFor<float>(GetParam()); }
};

TEST_P(RowScanTest, TwoSmallestFindsLowestColumnAndRunnerUp) {
  for (int64_t n = 1; n <= 70; ++n) {
    const Row row = RandomRow(n, n);
    std::vector<double> reduced;
    for (int64_t j = 0; j < n; ++j) reduced.push_back(row.costs[j] - row.v[j]);
    const auto least = std::min_element(reduced.begin(), reduced.end());
    const TwoSmallest found = scan().two_smallest(row.costs.data(), row.v.data(), n);
    EXPECT_EQ(found.first, *least) << n;
    EXPECT_EQ(found.column, least - reduced.begin()) << n;
    *least = kInfinity;
    EXPECT_EQ(found.second, *std::min_element(reduced.begin(), reduced.end())) << n;
  }
}

TEST_P(RowScanTest, SmallestBelowFindsTheLowestColumnOrNone) {
  for (int64_t n = 1; n <= 140; ++n) {
    const Row row = RandomRow(n, n);
    std::vector<double> reduced;
    for (int64_t j = 0; j < n; ++j) reduced.push_back(row.costs[j] - row.v[j]);
    const auto least = std::min_element(reduced.begin(), reduced.end());
    for (const double limit : {kInfinity, *least + 1, *least, *least - 1, -kInfinity}) {
      const Smallest found = scan().smallest_below(row.costs.data(), row.v.data(), limit, n);
      EXPECT_EQ(found.value, *least) << n;
      EXPECT_EQ(found.column, *least < limit ? least - reduced.begin() : n) << n;
    }
  }
}

TEST_P(RowScanTest, LowerMinimaKeepsTheFirstRowOfATie) {
  const int64_t n = 21;
  const double u = 0.5;
  std::vector<double> minimum(n, kInfinity);
  std::vector<int64_t> row_of_minimum(n, -1);
  for (int64_t i = 0; i < 9; ++i) {
    const RowSize size =
        scan().lower_minima(RandomRow(n, i).costs.data(), u, n, i, minimum.data(), row_of_minimum.data());
    EXPECT_TRUE(size.finite);
    EXPECT_LE(size.max_cost, 7);
  }
  for (int64_t j = 0; j < n; ++j) {
    std::vector<float> column;
    for (int64_t i = 0; i < 9; ++i) column.push_back(RandomRow(n, i).costs[j]);
    const auto least = std::min_element(column.begin(), column.end());
    EXPECT_EQ(minimum[j], *least - u);
    EXPECT_EQ(row_of_minimum[j], least - column.begin());
  }
}

TEST_P(RowScanTest, LowerMinimaAndCheckNoticeWhatIsNotANumber) {
  for (int64_t n = 1; n <= 20; ++n) {
    for (int64_t bad = 0; bad < n; ++bad) {
      for (const double value : {kInfinity, -kInfinity, std::nan("")}) {
        std::vector<float> costs(n, 1.0f);
        costs[bad] = static_cast<float>(value);
        std::vector<double> v(n, 0.0);
        std::vector<int64_t> rows(n);
        EXPECT_FALSE(scan().check(costs.data(), 0, v.data(), n).finite);
        EXPECT_FALSE(scan().lower_minima(costs.data(), 0, n, 0, v.data(), rows.data()).finite);
      }
    }
  }
}

TEST_P(RowScanTest, RelaxLowersLabelsAndSkipsColumnsTakenOut) {
  for (int64_t n = 1; n <= 40; ++n) {
    Row row = RandomRow(n, n);
    std::vector<double> label(n, 2.5), want = label;
    std::vector<int64_t> predecessor(n, 3), want_predecessor = predecessor;
    row.v[n / 2] = -kInfinity;
    label[n / 2] = want[n / 2] = kInfinity;
    for (int64_t j = 0; j < n; ++j) {
      const double h = row.costs[j] - row.v[j] + 1.5;
      if (h < want[j]) {
        want[j] = h;
        want_predecessor[j] = 8;
      }
    }
    const Smallest smallest = scan().relax(row.costs.data(), row.v.data(), 1.5, 8, n, label.data(), predecessor.data());
    EXPECT_EQ(label, want);
    EXPECT_EQ(predecessor, want_predecessor);
    EXPECT_EQ(smallest.value, *std::min_element(want.begin(), want.end()));
    if (n > 1) {
      EXPECT_EQ(smallest.column, std::min_element(want.begin(), want.end()) - want.begin());
    }
  }
}

TEST_P(RowScanTest, ReduceGivesReducedCostsAndMinimaOfItsBlocks) {
  for (const int64_t depth : {1, 3}) {
    for (int64_t n = 1; n <= 60; ++n) {
      const Row row = RandomRow(n, n);
      std::vector<double> reduced(n), minimum(BlockCount(n, depth)), want(minimum.size(), kInfinity);
      scan().reduce(row.costs.data(), row.v.data(), n, depth, reduced.data(), minimum.data());
      for (int64_t j = 0; j < n; ++j) {
        EXPECT_EQ(reduced[j], row.costs[j] - row.v[j]);
        double& block = want[j / (8 * depth) * 8 + j % 8];
        block = std::min(block, reduced[j]);
      }
      EXPECT_EQ(minimum, want) << n;
    }
  }
}

TEST_P(RowScanTest, CheckFindsTheLargestExcessAndCost) {
  for (int64_t n = 1; n <= 40; ++n) {
    const Row row = RandomRow(n, n);
    double excess = -kInfinity, size = 0;
    for (int64_t j = 0; j < n; ++j) {
      excess = std::max(excess, 0.25 + row.v[j] - row.costs[j]);
      size = std::max<double>(size, std::fabs(row.costs[j]));
    }
    const RowCheck check = scan().check(row.costs.data(), 0.25, row.v.data(), n);
    EXPECT_EQ(check.excess, excess);
    EXPECT_EQ(check.max_cost, size);
    EXPECT_TRUE(check.finite);
  }
}

std::string SetName(const testing::TestParamInfo<InstructionSet>& info) {
  const char* const names[] = {"Baseline", "Avx2", "Avx512"};
  return names[static_cast<int>(info.param)];
}

INSTANTIATE_TEST_SUITE_P(InstructionSets, RowScanTest, testing::ValuesIn(Sets()), SetName);

}  // namespace
}  // namespace wgan::ot
