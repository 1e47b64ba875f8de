#include "eval/figure_contour.h"

#include <cmath>
#include <functional>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

using ::testing::DoubleEq;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

Grid Sample(int64_t rows, int64_t columns, const std::function<double(double, double)>& function) {
  Grid grid{rows, columns, {}};
  for (int64_t row = 0; row < rows; ++row) {
    for (int64_t column = 0; column < columns; ++column) {
      grid.values.push_back(function(static_cast<double>(column), static_cast<double>(row)));
    }
  }
  return grid;
}

TEST(ContourTest, OfALinearFunctionIsOneStraightLine) {
  // f = x + 2 y = 2.5 on a 4 x 3 grid: from (2.5, 0) to (0, 1.25).
  const std::vector<Polyline> lines = Contour(Sample(3, 4, [](double x, double y) { return x + 2 * y; }), 2.5);
  ASSERT_EQ(lines.size(), 1u);
  for (const auto& [x, y] : lines[0]) EXPECT_NEAR(x + 2 * y, 2.5, 1e-12);
  const auto ends = std::minmax(lines[0].front(), lines[0].back());
  EXPECT_THAT(ends.first, ElementsAre(DoubleEq(0), DoubleEq(1.25)));
  EXPECT_THAT(ends.second, ElementsAre(DoubleEq(2.5), DoubleEq(0)));
}

TEST(ContourTest, AHillHasAClosedLine) {
  const auto hill = [](double x, double y) { return -std::hypot(x - 10, y - 9); };
  const std::vector<Polyline> lines = Contour(Sample(20, 21, hill), -5);
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0].front(), lines[0].back());
  double length = 0;
  for (size_t i = 1; i < lines[0].size(); ++i) {
    EXPECT_NEAR(hill(lines[0][i][0], lines[0][i][1]), -5, 0.05);
    length += std::hypot(lines[0][i][0] - lines[0][i - 1][0], lines[0][i][1] - lines[0][i - 1][1]);
  }
  EXPECT_NEAR(length, 10 * M_PI, 0.3);
}

TEST(ContourTest, TwoHillsHaveTwoLinesAndNothingIsCountedTwice) {
  const auto hills = [](double x, double y) { return -std::min(std::hypot(x - 5, y - 5), std::hypot(x - 20, y - 5)); };
  EXPECT_EQ(Contour(Sample(11, 26, hills), -3).size(), 2u);
  // A level beyond all values has none.
  EXPECT_THAT(Contour(Sample(11, 26, hills), 1), IsEmpty());
}

TEST(ContourTest, TheMiddleOfASaddleDecides) {
  // Corners 1 0 / 0 1 clockwise 1, 0, 1, 0. At level 0.4 the middle, 0.5, is above: the lines cut off the two zeros,
  // so that each line stays on one side of the diagonal of the ones, x = y.
  const Grid saddle{2, 2, {1, 0, 0, 1}};
  for (const Polyline& line : Contour(saddle, 0.4)) {
    ASSERT_EQ(line.size(), 2u);
    EXPECT_GT((line[0][0] - line[0][1]) * (line[1][0] - line[1][1]), 0);
  }
  // At 0.6 the middle is below: they cut off the ones.
  for (const Polyline& line : Contour(saddle, 0.6)) {
    EXPECT_GT((line[0][0] + line[0][1] - 1) * (line[1][0] + line[1][1] - 1), 0);
  }
}

TEST(ContourTest, CellsWithoutANumberHaveNoLine) {
  Grid grid = Sample(2, 5, [](double, double y) { return y; });
  EXPECT_EQ(Contour(grid, 0.5).size(), 1u);
  grid.values[2] = NAN;
  EXPECT_EQ(Contour(grid, 0.5).size(), 2u);
}

TEST(LevelsTest, AreEquallySpacedInsideTheRange) {
  EXPECT_THAT(EquallySpacedLevels({1, 3, {-1, 3, NAN}}, 2), ElementsAre(0, 2));
  EXPECT_THAT(EquallySpacedLevels({1, 2, {4, 4}}, 2), IsEmpty());
  EXPECT_THAT(EquallySpacedLevels({1, 2, {NAN, NAN}}, 2), IsEmpty());
}

}  // namespace
}  // namespace wgan
