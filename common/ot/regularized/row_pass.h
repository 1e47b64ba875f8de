// The inner loops of this folder: passes over one contiguous row of a cost matrix. Internal to common/ot/regularized.
//
// Each pass exists for several instruction sets and gives bit-identical results on all of them: sums are kept in eight
// parts over the columns congruent modulo 8, which are added first to last at the end, exp is our own, and nothing is
// contracted. Costs are float or double; all arithmetic is in double.
#ifndef COMMON_OT_REGULARIZED_ROW_PASS_H_
#define COMMON_OT_REGULARIZED_ROW_PASS_H_

#include <cstdint>

#include "common/ot/instruction_set.h"

namespace wgan::ot {

// Sums over a row of the dual's terms, with m_j the density M(phi - psi_j - c_j).
struct DualRow {
  double density = 0;      // sum_j p_j m_j
  double violation = 0;    // sum_j p_j f_lambda / lambda
  double cost = 0;         // sum_j p_j m_j c_j
  double penalty = 0;      // sum_j p_j h(m_j)
  double max_density = 0;  // max_j m_j
  int64_t positive = 0;    // how many m_j > 0
  int64_t clamped = 0;     // how many exponents were beyond the cap
};

// max_j and sum_j of exp(t_j - max).
struct ExpSum {
  double max;
  double sum;
};

// sum_j p_j and sum_j p_j (phi - s_j) over the columns with s_j < phi.
struct Threshold {
  double mass;
  double excess;
};

// The passes for one instruction set. All pointers are to `n` >= 1 elements and need no alignment.
template <typename T>
struct RowPass {
  // The dual at potentials phi (of the row) and psi, and column_density[j] += q * m_j. `p` are the columns' weights.
  DualRow (*kl_dual)(const T* costs, double phi, const double* psi, const double* p, double lambda, double cap,
                     double q, int64_t n, double* column_density);
  DualRow (*norm2_dual)(const T* costs, double phi, const double* psi, const double* p, double lambda, double q,
                        int64_t n, double* column_density);

  // weight[j] = exp(t_j - max t), t_j = offset[j] - costs[j] / lambda.
  ExpSum (*exp_sum)(const T* costs, const double* offset, double lambda, int64_t n, double* weight);

  // y[j] += scale * x[j].
  void (*add)(double scale, const double* x, int64_t n, double* y);

  // Over s_j = psi_j + c_j.
  Threshold (*threshold)(const T* costs, const double* psi, const double* p, double phi, int64_t n);
  // y[j] += scale * max(phi - s_j, 0); returns sum_j p_j max(phi - s_j, 0)^2.
  double (*add_excess)(const T* costs, const double* psi, const double* p, double phi, double scale, int64_t n,
                       double* y);
  // mass[j] += q and excess[j] += q * (u_j - s_j) where s_j < u_j, with u_j = -psi_j, s_j = costs[j] - phi.
  void (*column_threshold)(const T* costs, const double* psi, double phi, double q, int64_t n, double* mass,
                           double* excess);
};

// The passes of `set`, which the processor must have. T is float or double.
template <typename T>
const RowPass<T>& RowPassFor(InstructionSet set = BestInstructionSet());

// exp(x) as the passes compute it: within 1e-15 relative of the true value for -708 <= x <= 709, 0 below. Assumes
// x <= 709.
double RowPassExp(double x);

}  // namespace wgan::ot

#endif  // COMMON_OT_REGULARIZED_ROW_PASS_H_
