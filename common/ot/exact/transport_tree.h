// A feasible basis of a transportation problem: a spanning tree of its rows and columns. Internal to common/ot.
//
// Exact arithmetic throughout: masses and costs are integers (in units that the caller chose), so a basis never drifts
// away from its flows or its duals, and every pivot does exactly what the theory says.
#ifndef COMMON_OT_EXACT_TRANSPORT_TREE_H_
#define COMMON_OT_EXACT_TRANSPORT_TREE_H_

#include <cstdint>
#include <vector>

namespace wgan::ot {

// Wide enough for masses whose ratios are beyond a double's 53 bits, and for sums of costs along any path.
__extension__ typedef __int128 WideInt;

// One arc of the basis: `flow` > 0 from row to column at integer cost `cost`.
struct BasicArc {
  int32_t row;
  int32_t column;
  int64_t cost;
  WideInt flow;
};

// Assumes non-degenerate masses: no basis has an arc without flow (transport_simplex.cc perturbs the weights so that
// this holds). Hence each pivot has one leaving arc and lowers the total cost: no basis comes twice.
//
// Duals are not kept up to date by pivots: that would visit a large part of the tree each time. A pivot adds up the
// costs along its cycle instead, and the caller asks for all duals now and then.
class TransportTree {
 public:
  // Starts from `arcs`, a spanning tree of `rows` + `columns` nodes, rows first, to hang from the node `root` for good.
  // An integer dual is worth `unit`.
  void Build(int32_t rows, int32_t columns, const std::vector<BasicArc>& arcs, int32_t root, double unit);

  // If each unit of flow on the arc (row, column) at `cost` would lower the total cost by more than `tolerance` >= 0,
  // brings it into the basis with as much flow as the others allow, and returns true. O(length of the cycle it closes).
  bool Pivot(int32_t row, int32_t column, int64_t cost, int64_t tolerance);

  // Computes all duals: u_i + v_j = C_ij on every arc. O(rows + columns).
  void UpdateDuals();

  // The duals as of the last UpdateDuals, in the unit of the costs, rounded: [rows], [columns].
  const std::vector<double>& row_duals() const { return row_duals_; }
  const std::vector<double>& column_duals() const { return column_duals_; }

  // The arcs from the leaves upwards: an arc comes after all arcs of the part of the tree that hangs from it.
  struct HangingArc {
    int32_t row, column;
    WideInt flow;
    bool row_is_below;
  };
  std::vector<HangingArc> ArcsUpwards() const;

 private:
  struct Node {
    WideInt flow;    // of the arc to the parent
    int64_t cost;    // of the same arc
    int32_t parent;  // -1: the root
    int32_t size;    // nodes in the subtree, itself included
  };
  // The cycle that an arc closes.
  struct Cycle {
    int32_t join;          // its highest node
    int32_t cut;           // lower end of the arc that runs out of flow first
    bool cut_on_row_side;  // between the row and `join`
    WideInt cost;          // of one unit that goes round
  };

  bool IsRow(int32_t node) const { return node < rows_; }
  Cycle Close(int32_t row, int32_t column, WideInt cost) const;
  void Send(int32_t from, int32_t join, bool row_side, WideInt flow);
  void Hang(int32_t inside, int32_t outside, int32_t cut, int64_t cost, WideInt flow);

  int32_t rows_ = 0;
  double unit_ = 1;
  std::vector<Node> nodes_;
  std::vector<double> row_duals_, column_duals_;
  std::vector<WideInt> dual_;    // [nodes] scratch of UpdateDuals
  std::vector<int32_t> path_;    // likewise
  std::vector<uint32_t> round_;  // [nodes] in which call dual_ was set
  uint32_t rounds_ = 0;
};

}  // namespace wgan::ot

#endif  // COMMON_OT_EXACT_TRANSPORT_TREE_H_
