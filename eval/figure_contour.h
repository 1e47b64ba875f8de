// Level lines of a function on a grid, by marching squares. No LibTorch.
#ifndef EVAL_FIGURE_CONTOUR_H_
#define EVAL_FIGURE_CONTOUR_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace wgan {

// values[row * columns + column] at (column, row), columns and rows >= 2.
struct Grid {
  int64_t rows = 0, columns = 0;
  std::vector<double> values;

  double at(int64_t row, int64_t column) const { return values[static_cast<size_t>(row * columns + column)]; }
};

// A broken line in grid coordinates: (column, row), each in fractions of the grid's spacing. A closed one ends where it
// begins.
using Polyline = std::vector<std::array<double, 2>>;

// The lines where the function, linear along each edge of the grid, is `level`. In a cell whose corners alternate, the
// mean of the four decides which two pieces there are. A corner at exactly `level` counts as above. Cells with a value
// that is not finite have no line.
std::vector<Polyline> Contour(const Grid& grid, double level);

// min + (k + 1/2) (max - min) / count for k = 0, ..., count - 1, over the finite values; empty if there are none or all
// are equal.
std::vector<double> EquallySpacedLevels(const Grid& grid, int count);

}  // namespace wgan

#endif  // EVAL_FIGURE_CONTOUR_H_
