#include "common/ot/regularized/regularized_tensor.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/logsumexp.h>
#include <ATen/ops/stack.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/ot/matrix_view.h"
#include "common/ot/weights.h"

namespace wgan::ot {
namespace {

absl::Status Validate(const at::Tensor& phi, const at::Tensor& psi, const at::Tensor& costs, Regularizer regularizer,
                      double lambda, DualForm form) {
  RETURN_IF_ERROR(ValidateLambda(lambda));
  if (form == DualForm::kShiftInvariant && regularizer != Regularizer::kKl) {
    return absl::InvalidArgumentError("the shift-invariant dual exists for KL only");
  }
  if (costs.dim() != 2 || costs.numel() == 0 || phi.numel() != costs.size(0) || psi.numel() != costs.size(1)) {
    std::string shape;
    for (int64_t size : costs.sizes()) absl::StrAppend(&shape, shape.empty() ? "" : ", ", size);
    return absl::InvalidArgumentError(absl::StrCat("the costs have shape [", shape, "] for ", phi.numel(), " phi and ",
                                                   psi.numel(), " psi; they need one row each and one column each"));
  }
  const bool real = costs.scalar_type() == at::kFloat || costs.scalar_type() == at::kDouble;
  if (!real || phi.scalar_type() != costs.scalar_type() || psi.scalar_type() != costs.scalar_type()) {
    return absl::InvalidArgumentError("phi, psi and the costs must be all float or all double");
  }
  if (phi.device() != costs.device() || psi.device() != costs.device()) {
    return absl::InvalidArgumentError("phi, psi and the costs must be on one device");
  }
  return absl::OkStatus();
}

// The value with what it takes to differentiate it: gradients [n] and [m].
DualTensor WithGradients(const at::Tensor& phi, const at::Tensor& psi, const at::Tensor& phi_gradient,
                         const at::Tensor& psi_gradient, const at::Tensor& value, const DualStatistics& statistics) {
  const at::Tensor u = phi.reshape({-1}), v = psi.reshape({-1});
  // Zeros with the right derivatives.
  return {value + ((u - u.detach()) * phi_gradient).sum() + ((v - v.detach()) * psi_gradient).sum(), statistics};
}

absl::StatusOr<DualTensor> Finite(DualTensor result) {
  const DualStatistics& s = result.statistics;
  if (std::isfinite(s.value) && std::isfinite(s.transport_cost) && std::isfinite(s.marginal_error)) return result;
  return absl::InternalError(absl::StrCat("the regularised dual is ", s.value, " between potentials of mean ",
                                          s.mean_phi, " and ", s.mean_psi,
                                          ": a potential or a cost is not finite or too large"));
}

std::vector<double> ToVector(const at::Tensor& tensor) {
  const at::Tensor wide = tensor.detach().to(at::kCPU, at::kDouble).contiguous();
  return std::vector<double>(wide.data_ptr<double>(), wide.data_ptr<double>() + wide.numel());
}

at::Tensor ToTensor(const std::vector<double>& values, const at::Tensor& like) {
  const at::Tensor host = at::empty({static_cast<int64_t>(values.size())}, at::kDouble);
  std::copy(values.begin(), values.end(), host.data_ptr<double>());
  return host.to(like.device(), like.scalar_type());
}

template <typename T>
DualTensor Fused(const at::Tensor& phi, const at::Tensor& psi, const at::Tensor& costs, Regularizer regularizer,
                 double lambda, DualForm form) {
  const at::Tensor dense = costs.detach().contiguous();
  const int64_t n = dense.size(0), m = dense.size(1);
  const MatrixView<T> view({dense.data_ptr<T>(), static_cast<size_t>(n * m)}, n, m);
  std::vector<double> u = ToVector(phi);
  const std::vector<double> v = ToVector(psi);
  const Marginals marginals{std::vector<double>(n, 1.0 / n), std::vector<double>(m, 1.0 / m)};
  if (form == DualForm::kShiftInvariant) {
    const double shift = KlShift(view, u, v, marginals, lambda);
    for (double& x : u) x += shift;
  }
  const Dual dual = EvaluateDualUnchecked(view, u, v, marginals, regularizer, lambda, kMaxExponent);
  return WithGradients(phi, psi, ToTensor(dual.phi_gradient, phi), ToTensor(dual.psi_gradient, psi),
                       ToTensor({dual.statistics.value}, phi).reshape({}), dual.statistics);
}

// What the operations have in common: V / lambda - 1 for KL, V / lambda for norm-2, [n, m], and the shift of phi.
struct Exponents {
  at::Tensor values;
  at::Tensor shift;  // of KL's exponents; undefined for the plain form
};

Exponents ExponentsOf(const at::Tensor& phi, const at::Tensor& psi, const at::Tensor& costs, Regularizer regularizer,
                      double lambda, DualForm form) {
  Exponents result;
  result.values = (phi.detach().reshape({-1, 1}) - psi.detach().reshape({1, -1}) - costs.detach()).mul_(1 / lambda);
  if (form == DualForm::kShiftInvariant) {
    const double pairs = static_cast<double>(costs.numel());
    result.shift = (1 + std::log(pairs)) - at::logsumexp(result.values.reshape({-1}), 0);
    result.values.add_(result.shift);
  }
  if (regularizer == Regularizer::kKl) result.values.sub_(1);
  return result;
}

at::Tensor DensityOf(const at::Tensor& exponents, Regularizer regularizer) {
  switch (regularizer) {
    case Regularizer::kKl:
      return exponents.clamp_max(kMaxExponent).exp_();
    case Regularizer::kNorm2:
      break;
  }
  return exponents.clamp_min(0);
}

}  // namespace

absl::StatusOr<DualTensor> DualObjectiveByOperations(const at::Tensor& phi, const at::Tensor& psi,
                                                     const at::Tensor& costs, Regularizer regularizer, double lambda,
                                                     DualForm form) {
  RETURN_IF_ERROR(Validate(phi, psi, costs, regularizer, lambda, form));
  const Exponents exponents = ExponentsOf(phi, psi, costs, regularizer, lambda, form);
  const at::Tensor density = DensityOf(exponents.values, regularizer);
  const bool kl = regularizer == Regularizer::kKl;
  const at::Tensor capped = kl ? exponents.values.clamp_max(kMaxExponent) : exponents.values;
  const at::Tensor violation = kl ? density * (exponents.values - capped + 1) : density.square().div_(2);
  const at::Tensor penalty = kl ? density * capped : violation;
  const at::Tensor row_error = 1 - density.mean(1), column_error = 1 - density.mean(0);
  at::Tensor mean_phi = phi.detach().mean();
  if (exponents.shift.defined()) mean_phi = mean_phi + exponents.shift * lambda;
  const at::Tensor mean_psi = psi.detach().mean();
  const at::Tensor value = mean_phi - mean_psi - violation.mean() * lambda;
  const std::vector<double> host = ToVector(
      at::stack({value, mean_phi, mean_psi, violation.mean() * lambda, density.mean(), density.diagonal().mean(),
                 density.max(), (density > 0).to(costs.scalar_type()).mean(), (density * costs.detach()).mean(),
                 penalty.mean(), row_error.abs().mean() + column_error.abs().mean(), row_error.abs().max(),
                 column_error.abs().max(), (exponents.values > kMaxExponent).to(costs.scalar_type()).sum()}));
  DualStatistics s;
  s.value = host[0];
  s.mean_phi = host[1];
  s.mean_psi = host[2];
  s.violation = host[3];
  s.mean_density = host[4];
  s.paired_density = host[5];
  s.max_density = host[6];
  s.positive_share = host[7];
  s.transport_cost = host[8];
  s.penalty = host[9];
  s.marginal_error = host[10];
  s.max_row_error = host[11];
  s.max_column_error = host[12];
  s.clamped = kl ? static_cast<int64_t>(host[13]) : 0;
  return Finite(WithGradients(phi, psi, row_error / static_cast<double>(phi.numel()),
                              column_error / -static_cast<double>(psi.numel()), value, s));
}

absl::StatusOr<DualTensor> DualObjective(const at::Tensor& phi, const at::Tensor& psi, const at::Tensor& costs,
                                         Regularizer regularizer, double lambda, DualForm form) {
  if (!costs.is_cpu()) return DualObjectiveByOperations(phi, psi, costs, regularizer, lambda, form);
  RETURN_IF_ERROR(Validate(phi, psi, costs, regularizer, lambda, form));
  return Finite(costs.scalar_type() == at::kFloat ? Fused<float>(phi, psi, costs, regularizer, lambda, form)
                                                  : Fused<double>(phi, psi, costs, regularizer, lambda, form));
}

at::Tensor SmoothedPlan(const at::Tensor& phi, const at::Tensor& psi, const at::Tensor& costs, Regularizer regularizer,
                        double lambda, DualForm form) {
  return DensityOf(ExponentsOf(phi, psi, costs, regularizer, lambda, form).values, regularizer);
}

at::Tensor PlanWeightedCost(const at::Tensor& density, const at::Tensor& costs) {
  return (density.detach() * costs).mean();
}

at::Tensor SinkhornGeneratorLoss(const PlanAndCosts& xy, const PlanAndCosts& xx) {
  return 2 * PlanWeightedCost(xy.density, xy.costs) - PlanWeightedCost(xx.density, xx.costs);
}

at::Tensor FeatureLossToMinimise(const PlanAndCosts& xy, const PlanAndCosts& xx, const PlanAndCosts& yy) {
  return -(2 * PlanWeightedCost(xy.density, xy.costs) + PlanWeightedCost(xx.density, xx.costs) +
           PlanWeightedCost(yy.density, yy.costs));
}

}  // namespace wgan::ot
