// An independent check that a transport plan is optimal: weak duality.
//
// Primal: minimise <C, P> over plans P >= 0 with row sums a and column sums b. Dual: maximise <a, u> + <b, v> subject
// to u_i + v_j <= C_ij. For feasible P and (u, v) dual <= primal, so equal values prove that both are optimal;
// equivalently C_ij = u_i + v_j wherever P_ij > 0 (complementary slackness). The check costs one pass over C.
#ifndef COMMON_OT_EXACT_CERTIFICATE_H_
#define COMMON_OT_EXACT_CERTIFICATE_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "common/ot/matrix_view.h"

namespace wgan::ot {

// One positive entry P_ij of a sparse plan: `mass` moved from row (source) `row` to column (target) `column`.
struct PlanEntry {
  int32_t row;
  int32_t column;
  double mass;
};

// What was found. Every violation is an absolute number in the unit of the costs; 0 is perfect.
struct Certificate {
  double primal = 0;    // <C, P>
  double dual = 0;      // <a, u> + <b, v>
  double gap = 0;       // primal - dual; in theory >= 0, and 0 at an optimum
  double max_cost = 0;  // max |C_ij|
  // max(0, max_ij u_i + v_j - C_ij) and the first row where it is attained (-1 if it is 0).
  double feasibility_violation = 0;
  int64_t feasibility_row = -1;
  // max over entries of the plan of |C_ij - u_i - v_j|, and its row and column (-1 if it is 0).
  double slackness_violation = 0;
  int64_t slackness_row = -1;
  int64_t slackness_column = -1;
  // max over rows and columns of |sum of the plan - weight|, in units of mass.
  double marginal_violation = 0;
  bool plan_in_range = true;  // all indices in range, all masses >= 0
  bool finite = true;         // all costs, masses and duals are numbers
  double cost_tolerance = 0;  // what |gap| and the first two violations were compared with
  double mass_tolerance = 0;  // what the last was compared with
  bool ok = false;            // every condition holds
};

// How far from perfect still passes. The defaults leave room for the rounding of duals in double and for no error.
struct CertificateTolerance {
  double relative_cost = 1e-12;  // times max |C_ij|
  double mass = 1e-12;           // times the total mass
};

// Checks `plan` and the duals `u` [rows], `v` [columns] against `costs` and the weights `a` [rows], `b` [columns].
// T is float or double; everything is computed in double. Wrong sizes are programmers' errors, all else is reported.
template <typename T>
Certificate CheckPlan(MatrixView<T> costs, absl::Span<const PlanEntry> plan, absl::Span<const double> a,
                      absl::Span<const double> b, absl::Span<const double> u, absl::Span<const double> v,
                      const CertificateTolerance& tolerance = {});

// The same for an assignment: the plan that moves 1/n from row i to column_of_row[i], all weights 1/n. So `primal` and
// `dual` are means.
template <typename T>
Certificate CheckAssignment(MatrixView<T> costs, absl::Span<const int32_t> column_of_row, absl::Span<const double> u,
                            absl::Span<const double> v, const CertificateTolerance& tolerance = {});

// OK if `certificate.ok`; otherwise kInternal with the first condition that failed, where, and by how much.
absl::Status CertificateStatus(const Certificate& certificate);

}  // namespace wgan::ot

#endif  // COMMON_OT_EXACT_CERTIFICATE_H_
