// Weights as integers, for exact arithmetic in the network simplex. Internal to common/ot.
#ifndef COMMON_OT_EXACT_TRANSPORT_MASSES_H_
#define COMMON_OT_EXACT_TRANSPORT_MASSES_H_

#include <cstdint>
#include <vector>

#include "common/ot/exact/certificate.h"
#include "common/ot/exact/transport_tree.h"
#include "common/ot/weights.h"

namespace wgan::ot {

// With n rows, m columns and s = the number of bits of 2 n m: weight w becomes trunc(w * 2^(120 - s)) * 2^s, to which m
// is added for a row and 1 for a column, and m (n - 1) more for the first column so that the sums agree. A set of p
// rows and q columns, without the first, then balances only if m p = q, that is never unless it is empty: no basis has
// an arc without flow. All perturbations together stay below half of 2^s, so flow / 2^s rounds to the unperturbed flow.
//
// What the truncation cuts off a weight (all of it, if it is below 2^(s - 120)) is kept as its remainder and added to
// the plan's entries afterwards, so that a tiny weight still sends its mass. Where remainders do not fit the basis,
// entries are cut at 0: sums may miss weights by that much, some 1e-28.
class TransportMasses {
 public:
  // Weights that sum to 1 up to rounding; what the sums differ by is added to the heaviest node.
  explicit TransportMasses(const Marginals& weights);

  const std::vector<WideInt>& rows() const { return rows_; }
  const std::vector<WideInt>& columns() const { return columns_; }

  // The node with the largest mass: a row, or rows().size() + a column. The root of a tree whose flows Plan is to read.
  int32_t heaviest() const { return heaviest_; }

  // The positive flows of `tree`, ordered by row, then column, as probabilities, remainders included; none of a
  // weight of 0. `weights` as at construction.
  std::vector<PlanEntry> Plan(const TransportTree& tree, const Marginals& weights) const;

 private:
  int shift_ = 0;  // s
  int32_t heaviest_ = 0;
  std::vector<WideInt> rows_, columns_;
  std::vector<double> row_remainders_, column_remainders_;
};

}  // namespace wgan::ot

#endif  // COMMON_OT_EXACT_TRANSPORT_MASSES_H_
