#include "common/ot/regularized/semidual.h"

#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/base/status_macros.h"
#include "common/ot/regularized/block_update.h"
#include "common/ot/regularized/dual.h"
#include "common/ot/weights.h"

namespace wgan::ot {

template <typename T>
absl::StatusOr<SemiDual> EvaluateSemiDual(MatrixView<T> costs, absl::Span<const double> psi, absl::Span<const double> a,
                                          absl::Span<const double> b, Regularizer regularizer, double lambda) {
  WGAN_CHECK_EQ(costs.columns(), static_cast<int64_t>(psi.size()));
  RETURN_IF_ERROR(ValidateLambda(lambda));
  ASSIGN_OR_RETURN(const Marginals marginals, MakeMarginals(a, costs.rows(), b, costs.columns()));
  SemiDual result;
  result.phi.assign(costs.rows(), -std::numeric_limits<double>::infinity());
  result.gradient.resize(psi.size());
  BlockUpdate<T> update(costs, marginals, regularizer);
  result.value = update.Rows(lambda, psi, absl::MakeSpan(result.phi), absl::MakeSpan(result.gradient));
  for (size_t j = 0; j < psi.size(); ++j) result.gradient[j] = -marginals.b[j] * (1 - result.gradient[j]);
  if (!std::isfinite(result.value)) {
    return absl::InternalError(absl::StrCat("the semi-dual is ", result.value,
                                            " and not a finite number: a cost or a potential is not finite or is too "
                                            "large for this lambda"));
  }
  return result;
}

template absl::StatusOr<SemiDual> EvaluateSemiDual<float>(MatrixView<float>, absl::Span<const double>,
                                                          absl::Span<const double>, absl::Span<const double>,
                                                          Regularizer, double);
template absl::StatusOr<SemiDual> EvaluateSemiDual<double>(MatrixView<double>, absl::Span<const double>,
                                                           absl::Span<const double>, absl::Span<const double>,
                                                           Regularizer, double);

}  // namespace wgan::ot
