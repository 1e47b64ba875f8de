#include "eval/figure_contour.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <utility>

namespace wgan {
namespace {

// An edge of the grid: from (column, row) to the right (odd numbers) or down (even ones).
using Edge = int64_t;

class Tracer {
 public:
  Tracer(const Grid& grid, double level) : grid_(grid), level_(level) {}

  std::vector<Polyline> Trace() {
    for (int64_t row = 0; row + 1 < grid_.rows; ++row) {
      for (int64_t column = 0; column + 1 < grid_.columns; ++column) AddCell(row, column);
    }
    // First the lines that end at the border or at a hole, from one of their ends; what is left is closed.
    std::vector<Polyline> lines;
    std::vector<Edge> ends;
    for (const auto& [edge, neighbours] : neighbours_) {
      if (neighbours.size() == 1) ends.push_back(edge);
    }
    for (Edge edge : ends) Walk(edge, &lines);
    while (!neighbours_.empty()) Walk(neighbours_.begin()->first, &lines);
    return lines;
  }

 private:
  Edge Across(int64_t row, int64_t column) const { return 2 * (row * grid_.columns + column) + 1; }
  Edge Down(int64_t row, int64_t column) const { return 2 * (row * grid_.columns + column); }
  bool Above(int64_t row, int64_t column) const { return grid_.at(row, column) >= level_; }

  // The pieces of line in the cell whose first corner is (row, column).
  void AddCell(int64_t row, int64_t column) {
    const double corners[] = {grid_.at(row, column), grid_.at(row, column + 1), grid_.at(row + 1, column + 1),
                              grid_.at(row + 1, column)};
    for (double corner : corners) {
      if (!std::isfinite(corner)) return;
    }
    // Around the cell: top, right, bottom, left. An edge is crossed if its ends lie on different sides.
    const Edge edges[] = {Across(row, column), Down(row, column + 1), Across(row + 1, column), Down(row, column)};
    std::vector<Edge> crossed;
    for (int i = 0; i < 4; ++i) {
      if ((corners[i] >= level_) != (corners[(i + 1) % 4] >= level_)) crossed.push_back(edges[i]);
    }
    if (crossed.size() == 2) Connect(crossed[0], crossed[1]);
    if (crossed.size() != 4) return;
    const double middle = (corners[0] + corners[1] + corners[2] + corners[3]) / 4;
    // If the middle belongs to the first corner, the lines cut off the second and the fourth.
    const bool with_first = (middle >= level_) == (corners[0] >= level_);
    Connect(edges[0], edges[with_first ? 1 : 3]);
    Connect(edges[2], edges[with_first ? 3 : 1]);
  }

  void Connect(Edge a, Edge b) {
    neighbours_[a].push_back(b);
    neighbours_[b].push_back(a);
  }

  // Takes away the line through `start`, from there on to its end.
  void Walk(Edge start, std::vector<Polyline>* lines) {
    if (neighbours_.count(start) == 0) return;  // the other end of a line that was walked
    Polyline line = {Crossing(start)};
    Edge here = start;
    while (true) {
      const auto found = neighbours_.find(here);
      if (found == neighbours_.end() || found->second.empty()) break;
      const Edge next = found->second.back();
      Disconnect(here, next);
      line.push_back(Crossing(next));
      here = next;
    }
    Forget(start);
    Forget(here);
    lines->push_back(std::move(line));
  }

  void Disconnect(Edge a, Edge b) {
    for (const auto& [from, to] : {std::pair(a, b), std::pair(b, a)}) {
      std::vector<Edge>& others = neighbours_[from];
      others.erase(std::find(others.begin(), others.end(), to));
      if (from == a) Forget(a);
    }
  }

  void Forget(Edge edge) {
    const auto found = neighbours_.find(edge);
    if (found != neighbours_.end() && found->second.empty()) neighbours_.erase(found);
  }

  // Where the line crosses `edge`.
  std::array<double, 2> Crossing(Edge edge) const {
    const int64_t row = edge / 2 / grid_.columns, column = edge / 2 % grid_.columns;
    const bool across = edge % 2 == 1;
    const double first = grid_.at(row, column), second = across ? grid_.at(row, column + 1) : grid_.at(row + 1, column);
    const double share = (level_ - first) / (second - first);
    return {static_cast<double>(column) + (across ? share : 0), static_cast<double>(row) + (across ? 0 : share)};
  }

  const Grid& grid_;
  const double level_;
  std::map<Edge, std::vector<Edge>> neighbours_;  // ordered, so that equal grids give equal lines
};

}  // namespace

std::vector<Polyline> Contour(const Grid& grid, double level) { return Tracer(grid, level).Trace(); }

std::vector<double> EquallySpacedLevels(const Grid& grid, int count) {
  double least = std::numeric_limits<double>::infinity(), greatest = -least;
  for (double value : grid.values) {
    if (!std::isfinite(value)) continue;
    least = std::min(least, value);
    greatest = std::max(greatest, value);
  }
  std::vector<double> levels;
  if (!(least < greatest)) return levels;
  for (int k = 0; k < count; ++k) levels.push_back(least + (k + 0.5) * (greatest - least) / count);
  return levels;
}

}  // namespace wgan
