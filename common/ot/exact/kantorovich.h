// The Kantorovich dual of the quadratic cost between two minibatches, as WGAN-QC uses it (Liu, Gu, Samaras,
// "Wasserstein GAN with Quadratic Transport Cost", ICCV 2019).
//
// Notation of the paper: y_i real, x_j generated, i, j = 0..n-1; K > 0; C_ij = K/2 ||y_i - x_j||^2;
//   maximise mean(H_r) - mean(H_s) subject to H_r[i] - H_s[j] <= C_ij,
// whose optimum W is the transport cost between the minibatches; sigma(j) is the real sample matched to x_j.
#ifndef COMMON_OT_EXACT_KANTOROVICH_H_
#define COMMON_OT_EXACT_KANTOROVICH_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "common/ot/exact/assignment.h"
#include "common/ot/exact/certificate.h"
#include "common/ot/matrix_view.h"

namespace wgan::ot {

// An optimal dual, centred. Optimal duals are not unique beyond a common shift; any of them serves, and which one comes
// is a function of the costs and of the warm start.
struct KantorovichDual {
  std::vector<double> real;       // H_r [n]
  std::vector<double> fake;       // H_s [n]; the mean of all 2n numbers is 0
  std::vector<int64_t> matching;  // sigma [n]: real index of each fake
  double wasserstein = 0;         // W = mean(H_r) - mean(H_s) = (1/n) sum_j C_sigma(j),j; so mean(H_r) = W/2
  Certificate certificate;        // of the assignment: rows real, columns fake
};

// H_r = u and H_s = -v of an optimal assignment with rows real and columns fake, both less the mean of all 2n.
KantorovichDual CentredDual(const Assignment& assignment);

// Solves the dual for costs [n, n], rows real and columns fake. A warm start is minus an earlier or predicted H_s, such
// as -D(x_j) of a critic D. Errors: as AssignmentSolver::Solve.
absl::StatusOr<KantorovichDual> SolveKantorovichDual(MatrixView<double> costs, const AssignmentOptions& options = {});

// The value of a potential at a point and the real sample that gives it.
struct Potential {
  double value;
  int64_t maximiser;
};

// The constructive potential phi(x) = max_i { H_r[i] - (K/2) ||x - y_i||^2 }, the c-transform of H_r, at one point `x`
// [d]; ties go to the lowest i. phi(x_j) = H_s[j] at every fake x_j of the minibatch that `h_real` [n] is dual to,
// phi(y_i) >= H_r[i], and phi(x) + (K/2) ||x||^2 is convex. `y` [n, d] with n >= 1.
Potential EvaluatePotential(MatrixView<double> y, absl::Span<const double> h_real, double k,
                            absl::Span<const double> x);

// Its gradient K (y_i - x) [d] with the maximising i, a subgradient where several are. At a fake x_j to which only
// y_sigma(j) is tight it is K (y_sigma(j) - x_j), the paper's Eq. (8).
std::vector<double> PotentialGradient(MatrixView<double> y, absl::Span<const double> h_real, double k,
                                      absl::Span<const double> x);

}  // namespace wgan::ot

#endif  // COMMON_OT_EXACT_KANTOROVICH_H_
