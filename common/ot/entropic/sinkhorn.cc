#include "common/ot/entropic/sinkhorn.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/ot/entropic/flush_denormals.h"
#include "common/ot/entropic/sinkhorn_driver.h"

namespace wgan::ot {
namespace {

// The costs' range; an error that names the first cost that is not a number of a size up to 1e300.
template <typename T>
absl::StatusOr<CostRange> FindRange(MatrixView<T> costs, InstructionSet instruction_set) {
  const CostPass<T>& pass = CostPassFor<T>(instruction_set);
  CostRange all{costs.at(0, 0), costs.at(0, 0), true};
  for (int64_t i = 0; i < costs.rows(); ++i) {
    const CostRange range = pass.range(costs.row(i), costs.columns());
    all.lowest = std::min(all.lowest, range.lowest);
    all.highest = std::max(all.highest, range.highest);
    if (range.finite) continue;
    int64_t j = 0;
    while (std::abs(costs.at(i, j)) <= 1e300) ++j;
    return absl::InvalidArgumentError(absl::StrCat("the cost in row ", i, ", column ", j, " is ", costs.at(i, j),
                                                   "; costs must be numbers of size at most 1e300"));
  }
  return all;
}

}  // namespace

template <typename T>
absl::Status SinkhornSolver<T>::Run(MatrixView<T> costs, const Marginals& marginals, const SinkhornOptions& options,
                                    bool symmetric, Sinkhorn& result) {
  const int64_t n = costs.rows(), m = costs.columns();
  const std::vector<double>& b = symmetric ? marginals.a : marginals.b;
  if (n < 1 || m < 1 || static_cast<int64_t>(marginals.a.size()) != n || static_cast<int64_t>(b.size()) != m) {
    return absl::InvalidArgumentError(absl::StrCat("the costs are ", n, " x ", m, " but there are ", marginals.a.size(),
                                                   " and ", b.size(), " weights",
                                                   symmetric ? "; a symmetric problem needs n x n" : ""));
  }
  ASSIGN_OR_RETURN(const CostRange range, FindRange(costs, options.instruction_set));
  RETURN_IF_ERROR(CheckOptions(options, m, std::max(std::abs(range.lowest), std::abs(range.highest))));
  const SinkhornProblem problem{&options, range.lowest, range.highest, marginals.a, b, symmetric};
  const FlushDenormals flush;
  state_.Begin(costs, marginals.a, b, symmetric, options.instruction_set);
  state_.Use(FirstKind(problem));
  SinkhornDriver().Run(state_, problem, result);
  return absl::OkStatus();
}

template <typename T>
absl::Status SinkhornSolver<T>::Solve(MatrixView<T> costs, const Marginals& marginals, const SinkhornOptions& options,
                                      Sinkhorn& result) {
  return Run(costs, marginals, options, /*symmetric=*/false, result);
}

template <typename T>
absl::Status SinkhornSolver<T>::SolveSymmetric(MatrixView<T> costs, const Marginals& marginals,
                                               const SinkhornOptions& options, Sinkhorn& result) {
  return Run(costs, marginals, options, /*symmetric=*/true, result);
}

template class SinkhornSolver<float>;
template class SinkhornSolver<double>;

template <typename T>
absl::StatusOr<Sinkhorn> SolveSinkhorn(MatrixView<T> costs, absl::Span<const double> a, absl::Span<const double> b,
                                       const SinkhornOptions& options) {
  ASSIGN_OR_RETURN(const Marginals marginals, MakeMarginals(a, costs.rows(), b, costs.columns()));
  SinkhornSolver<T> solver;
  Sinkhorn result;
  RETURN_IF_ERROR(solver.Solve(costs, marginals, options, result));
  return result;
}

template <typename T>
absl::StatusOr<Sinkhorn> SolveSymmetricSinkhorn(MatrixView<T> costs, absl::Span<const double> a,
                                                const SinkhornOptions& options) {
  ASSIGN_OR_RETURN(const Marginals marginals, MakeMarginals(a, costs.rows(), a, costs.columns()));
  SinkhornSolver<T> solver;
  Sinkhorn result;
  RETURN_IF_ERROR(solver.SolveSymmetric(costs, marginals, options, result));
  return result;
}

template absl::StatusOr<Sinkhorn> SolveSinkhorn(MatrixView<float>, absl::Span<const double>, absl::Span<const double>,
                                                const SinkhornOptions&);
template absl::StatusOr<Sinkhorn> SolveSinkhorn(MatrixView<double>, absl::Span<const double>, absl::Span<const double>,
                                                const SinkhornOptions&);
template absl::StatusOr<Sinkhorn> SolveSymmetricSinkhorn(MatrixView<float>, absl::Span<const double>,
                                                         const SinkhornOptions&);
template absl::StatusOr<Sinkhorn> SolveSymmetricSinkhorn(MatrixView<double>, absl::Span<const double>,
                                                         const SinkhornOptions&);

}  // namespace wgan::ot
