// Passes over one row of a cost matrix that turn costs and potentials into entries of a plan, in double. Internal to
// common/ot/entropic.
//
// Notation, all dimensionless: x_i = f_i / eps, y_j = g_j / eps, h_j = y_j + log b_j, c_ij = C_ij / eps, so that
// P_ij = a_i exp(x_i + h_j - c_ij). Where b_j = 0 a positive stand-in takes its place in h_j, and `present`_j, else 1,
// is 0: such columns have a potential, but no mass. Column arrays have Padded(m) numbers; h = -infinity and present = 0
// behind the last column.
#ifndef COMMON_OT_ENTROPIC_COST_PASS_H_
#define COMMON_OT_ENTROPIC_COST_PASS_H_

#include <cstdint>

#include "common/ot/instruction_set.h"

namespace wgan::ot {

// Smallest and largest cost of a row; `finite` is false if one of them is infinite, NaN or above 1e300 in size.
struct CostRange {
  double lowest;
  double highest;
  bool finite;
};

// Sums over a row of e_j = exp(x + h_j - c_j), where present.
struct RowSums {
  double mass = 0;     // sum e_j
  double cost = 0;     // sum e_j C_j
  double entropy = 0;  // sum e_j (x + h_j - c_j)
};

// The columns as the passes see them.
struct ColumnArrays {
  int64_t size = 0;
  const double* h = nullptr;
  const double* present = nullptr;
  bool all_present = false;
};

// The passes for one instruction set, over costs of type T (float or double) that need no padding.
template <typename T>
struct CostPass {
  CostRange (*range)(const T* costs, int64_t size);

  // kernel_j = exp((x + y_j) - c_j) for j < Padded(size); y = -infinity behind the last column.
  void (*fill_float)(const T* costs, int64_t size, double x, const double* y, double inverse_epsilon, float* kernel);
  void (*fill_double)(const T* costs, int64_t size, double x, const double* y, double inverse_epsilon, double* kernel);

  // e_j = exp(min((x + h_j) - c_j, 700)) into `e`; returns their sum over the present ones.
  double (*row)(const T* costs, const ColumnArrays& columns, double x, double inverse_epsilon, double* e);

  // max_j h_j - c_j over the present columns.
  double (*highest)(const T* costs, const ColumnArrays& columns, double inverse_epsilon);

  // sums_j += z * e_j.
  void (*add)(const double* e, int64_t size, double z, double* sums);

  // sums_j += z * exp((x + h_j) - c_j), present or not; the row's own sums returned.
  RowSums (*measure)(const T* costs, const ColumnArrays& columns, double x, double z, double inverse_epsilon,
                     double* sums);
};

// Assumes that the processor has `set`.
template <typename T>
const CostPass<T>& CostPassFor(InstructionSet set);

}  // namespace wgan::ot

#endif  // COMMON_OT_ENTROPIC_COST_PASS_H_
