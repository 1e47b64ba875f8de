// Exact and entropic transport distances between two samples, as scores. Thin: the solvers are in common/ot. No
// LibTorch.
#ifndef EVAL_METRICS_SAMPLE_TRANSPORT_H_
#define EVAL_METRICS_SAMPLE_TRANSPORT_H_

#include "absl/status/statusor.h"
#include "common/ot/matrix_view.h"

namespace wgan {

// Between the empirical measures of the rows of `x` [n,d] and `y` [m,d], equal weights; T is float or double.
//   W_1 = min_P sum P_ij |x_i - y_j|,   W_2 = (min_P sum P_ij |x_i - y_j|^2)^(1/2): root taken, no factor 1/2.
// Exact, by assignment if n = m, else by the transport simplex. Errors: those of the solvers.
template <typename T>
absl::StatusOr<double> Wasserstein1(ot::MatrixView<T> x, ot::MatrixView<T> y);
template <typename T>
absl::StatusOr<double> Wasserstein2(ot::MatrixView<T> x, ot::MatrixView<T> y);

// S_eps = OT_eps(x, y) - OT_eps(x, x) / 2 - OT_eps(y, y) / 2 for the cost |x - y|^2, without a factor 1/2, eps =
// `relative_epsilon` times the mean of the costs between x and y. kResourceExhausted if Sinkhorn does not converge: a
// score that is not one is not given.
template <typename T>
absl::StatusOr<double> SinkhornDivergenceScore(ot::MatrixView<T> x, ot::MatrixView<T> y, double relative_epsilon);

}  // namespace wgan

#endif  // EVAL_METRICS_SAMPLE_TRANSPORT_H_
