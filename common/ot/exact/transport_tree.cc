#include "common/ot/exact/transport_tree.h"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <utility>

namespace wgan::ot {
namespace {

// Nearly all fit in 64 bits, from where the conversion is an instruction.
double ToDouble(WideInt value) {
  const int64_t low = static_cast<int64_t>(value);
  return low == value ? static_cast<double>(low) : static_cast<double>(value);
}

}  // namespace

void TransportTree::Build(int32_t rows, int32_t columns, const std::vector<BasicArc>& arcs, int32_t root, double unit) {
  const int32_t count = rows + columns;
  rows_ = rows;
  unit_ = unit;
  nodes_.assign(count, {0, 0, -1, 1});
  row_duals_.assign(rows, 0);
  column_duals_.assign(columns, 0);
  dual_.assign(count, 0);
  round_.assign(count, 0);
  rounds_ = 0;
  // The arcs of each node, one after another.
  std::vector<int32_t> begin(count + 2, 0), incident(2 * arcs.size());
  for (const BasicArc& arc : arcs) {
    ++begin[arc.row + 2];
    ++begin[rows + arc.column + 2];
  }
  std::partial_sum(begin.begin(), begin.end(), begin.begin());
  for (std::size_t k = 0; k < arcs.size(); ++k) {
    incident[begin[arcs[k].row + 1]++] = static_cast<int32_t>(k);
    incident[begin[rows + arcs[k].column + 1]++] = static_cast<int32_t>(k);
  }
  // Breadth first from the root, then sizes from the leaves.
  std::vector<int32_t> order = {root};
  for (std::size_t at = 0; at < order.size(); ++at) {
    const int32_t x = order[at];
    for (int32_t k = begin[x]; k < begin[x + 1]; ++k) {
      const BasicArc& arc = arcs[incident[k]];
      const int32_t other = IsRow(x) ? rows + arc.column : arc.row;
      if (other == nodes_[x].parent) continue;
      nodes_[other] = {arc.flow, arc.cost, x, 1};
      order.push_back(other);
    }
  }
  for (std::size_t at = order.size(); at-- > 1;) nodes_[nodes_[order[at]].parent].size += nodes_[order[at]].size;
  UpdateDuals();
}

// Mass enters by (row, column) and returns from column to row through the tree. Between the column and the join it goes
// against the arcs below columns, between row and join against those below rows: these lose flow.
//
// The node with the smaller subtree climbs: that subtree cannot hold the other node unless they are the same.
TransportTree::Cycle TransportTree::Close(int32_t row, int32_t column, WideInt cost) const {
  int32_t a = row, b = rows_ + column, cut_a = -1, cut_b = -1;
  WideInt least_a = 0, least_b = 0;
  while (a != b) {
    const Node &x = nodes_[a], &y = nodes_[b];
    if (x.size <= y.size) {
      if (IsRow(a)) {
        if (cut_a < 0 || x.flow < least_a) cut_a = a, least_a = x.flow;
        cost -= x.cost;
      } else {
        cost += x.cost;
      }
      a = x.parent;
    } else {
      if (!IsRow(b)) {
        if (cut_b < 0 || y.flow < least_b) cut_b = b, least_b = y.flow;
        cost -= y.cost;
      } else {
        cost += y.cost;
      }
      b = y.parent;
    }
  }
  const bool on_row_side = cut_b < 0 || (cut_a >= 0 && least_a < least_b);
  return {a, on_row_side ? cut_a : cut_b, on_row_side, cost};
}

// Sends `flow` along one side of the cycle, from its lowest node up to the join.
void TransportTree::Send(int32_t from, int32_t join, bool row_side, WideInt flow) {
  for (int32_t x = from; x != join; x = nodes_[x].parent) nodes_[x].flow += IsRow(x) == row_side ? -flow : flow;
}

// Cuts the arc above `cut`, turns the part below it round so that `inside` is on top, and hangs it from `outside` by an
// arc of this cost and flow.
void TransportTree::Hang(int32_t inside, int32_t outside, int32_t cut, int64_t cost, WideInt flow) {
  const int32_t size = nodes_[cut].size;
  int32_t above = outside, below_size = 0;
  for (int32_t x = inside;;) {
    Node& node = nodes_[x];
    const int32_t next = node.parent, old_size = node.size;
    std::swap(node.flow, flow);
    std::swap(node.cost, cost);
    node.parent = above;
    node.size = size - below_size;
    below_size = old_size;
    above = x;
    if (x == cut) return;
    x = next;
  }
}

bool TransportTree::Pivot(int32_t row, int32_t column, int64_t cost, int64_t tolerance) {
  const Cycle cycle = Close(row, column, cost);
  if (cycle.cost >= -tolerance) return false;
  const int32_t target = rows_ + column, cut = cycle.cut;
  const WideInt flow = nodes_[cut].flow;
  Send(row, cycle.join, true, flow);
  Send(target, cycle.join, false, flow);
  const int32_t inside = cycle.cut_on_row_side ? row : target, outside = cycle.cut_on_row_side ? target : row;
  const int32_t size = nodes_[cut].size;
  for (int32_t x = nodes_[cut].parent; x != cycle.join; x = nodes_[x].parent) nodes_[x].size -= size;
  for (int32_t x = outside; x != cycle.join; x = nodes_[x].parent) nodes_[x].size += size;
  Hang(inside, outside, cut, cost, flow);
  return true;
}

void TransportTree::UpdateDuals() {
  ++rounds_;
  const int32_t count = static_cast<int32_t>(nodes_.size());
  for (int32_t start = 0; start < count; ++start) {
    // Up to a node whose dual is known, and back down.
    path_.clear();
    int32_t x = start;
    while (round_[x] != rounds_ && nodes_[x].parent >= 0) {
      path_.push_back(x);
      x = nodes_[x].parent;
    }
    round_[x] = rounds_;  // the root's dual is 0
    WideInt dual = nodes_[x].parent < 0 ? WideInt{0} : dual_[x];
    for (std::size_t k = path_.size(); k-- > 0;) {
      x = path_[k];
      dual = nodes_[x].cost - dual;
      dual_[x] = dual;
      round_[x] = rounds_;
    }
  }
  for (int32_t i = 0; i < rows_; ++i) row_duals_[i] = ToDouble(dual_[i]) * unit_;
  for (int32_t j = rows_; j < count; ++j) column_duals_[j - rows_] = ToDouble(dual_[j]) * unit_;
}

std::vector<TransportTree::HangingArc> TransportTree::ArcsUpwards() const {
  std::vector<int32_t> order(nodes_.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [this](int32_t x, int32_t y) {
    return nodes_[x].size < nodes_[y].size || (nodes_[x].size == nodes_[y].size && x < y);
  });
  std::vector<HangingArc> arcs;
  for (int32_t x : order) {
    const int32_t above = nodes_[x].parent;
    if (above < 0) continue;
    const bool is_row = IsRow(x);
    arcs.push_back({is_row ? x : above, (is_row ? above : x) - rows_, nodes_[x].flow, is_row});
  }
  return arcs;
}

}  // namespace wgan::ot
