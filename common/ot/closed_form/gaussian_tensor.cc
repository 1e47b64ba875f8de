#include "common/ot/closed_form/gaussian_tensor.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"

namespace wgan::ot {
namespace {

constexpr double kEpsilon = std::numeric_limits<double>::epsilon();
// How far a covariance may be from symmetric and positive semi-definite: what float32 statistics bring with them.
constexpr double kMomentTolerance = 1e-6;
// The error of the fidelity, relative to the traces, from which on it is computed by singular values.
constexpr double kAcceptedRounding = 1e-9;
// Products of triangular matrices go by blocks of this size, without those that are 0.
constexpr int64_t kBlock = 256;

at::Tensor Double(const at::Tensor& tensor) { return tensor.detach().to(at::kCPU, at::kDouble).contiguous(); }

absl::Status CheckMoments(const at::Tensor& mean, const at::Tensor& covariance) {
  if (mean.dim() != 1 || mean.size(0) < 1 || covariance.dim() != 2 || covariance.size(0) != mean.size(0) ||
      covariance.size(1) != mean.size(0)) {
    return absl::InvalidArgumentError(
        absl::StrCat("a Gaussian needs a mean [d] and a covariance [d, d], not tensors of ", mean.dim(), " and ",
                     covariance.dim(), " dimensions with ", mean.numel(), " and ", covariance.numel(), " elements"));
  }
  // NaN if an entry is.
  const double size = at::linalg_vector_norm(covariance, INFINITY).item<double>();
  if (!mean.isfinite().all().item<bool>() || !std::isfinite(size)) {
    return absl::InvalidArgumentError("the mean or the covariance of a Gaussian has a number that is not finite");
  }
  const double asymmetry = at::linalg_vector_norm(covariance - covariance.t(), INFINITY).item<double>();
  if (asymmetry > kMomentTolerance * size) {
    return absl::InvalidArgumentError(absl::StrCat("a covariance must be symmetric, but entries of this one (at most ",
                                                   size, " in size) differ by ", asymmetry,
                                                   " from their mirror images"));
  }
  return absl::OkStatus();
}

// Whether the least and the largest eigenvalue are those of a positive semi-definite matrix, up to rounding.
absl::Status CheckEigenvalues(double least, double most) {
  if (least >= -kMomentTolerance * std::max(most, 0.0) && most >= 0) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("a covariance has no negative eigenvalues, but one has ", least, " (the largest is ", most, ")"));
}

// The factor of a covariance that has no Cholesky factor.
absl::StatusOr<at::Tensor> EigenFactor(const at::Tensor& covariance) {
  const auto [values, vectors] = at::linalg_eigh(covariance);
  const int64_t d = values.size(0);
  const double most = values[d - 1].item<double>();
  RETURN_IF_ERROR(CheckEigenvalues(values[0].item<double>(), most));
  const at::Tensor kept = (values > d * kEpsilon * most).nonzero().flatten();
  return at::mul(vectors.index_select(1, kept), values.index_select(0, kept).sqrt()).contiguous();
}

double Trace(const Gaussian& gaussian) {
  if (gaussian.covariance.defined()) return gaussian.covariance.diagonal().sum().item<double>();
  return gaussian.factor.square().sum().item<double>();
}

// L^T S L, its lower triangle by blocks, for lower triangular L and symmetric S. Blocks of L above the diagonal are
// left out: a quarter of the multiplications of two full products.
at::Tensor Congruence(const at::Tensor& l, const at::Tensor& s) {
  const int64_t d = l.size(0);
  at::Tensor result = at::zeros_like(s);
  for (int64_t j = 0; j < d; j += kBlock) {
    const int64_t width = std::min(kBlock, d - j), rest = d - j;
    // Rows j.. of S L in these columns: rows above only meet blocks of L^T that are 0.
    const at::Tensor column = at::mm(s.narrow(0, j, rest).narrow(1, j, rest), l.narrow(0, j, rest).narrow(1, j, width));
    for (int64_t i = j; i < d; i += kBlock) {
      const int64_t height = std::min(kBlock, d - i);
      const at::Tensor block = at::mm(l.narrow(0, i, d - i).narrow(1, i, height).t(), column.narrow(0, i - j, d - i));
      result.narrow(0, i, height).narrow(1, j, width).copy_(block);
    }
  }
  return result;
}

// The sum of the roots of the eigenvalues of L^T S L and an estimate of its error: each eigenvalue is off by about
// epsilon times the largest, and the root's derivative is 1/(2 root).
absl::Status FidelityByEigenvalues(const at::Tensor& l, const at::Tensor& s, BuresWasserstein& result) {
  const at::Tensor values = at::linalg_eigvalsh(Congruence(l, s), "L");
  const double most = values[values.size(0) - 1].item<double>(), noise = kEpsilon * most;
  RETURN_IF_ERROR(CheckEigenvalues(values[0].item<double>(), most));
  if (noise == 0) return absl::OkStatus();
  const at::Tensor roots = values.clamp_min(0).sqrt();
  result.fidelity = roots.sum().item<double>();
  result.rounding = (0.5 * noise / roots.clamp_min(std::sqrt(noise))).sum().item<double>();
  return absl::OkStatus();
}

// The same for factors: the sum of singular values, each off by about epsilon times the largest.
void FidelityBySvd(const at::Tensor& f, const at::Tensor& g, BuresWasserstein& result) {
  const at::Tensor values = at::linalg_svdvals(at::mm(f.t(), g));
  result.by_svd = true;
  result.fidelity = values.sum().item<double>();
  result.rounding =
      values.numel() > 0 ? kEpsilon * values.max().item<double>() * static_cast<double>(values.numel()) : 0;
}

absl::Status CheckDimensions(const Gaussian& first, const Gaussian& second) {
  if (first.mean.size(0) == second.mean.size(0)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("Gaussians of dimension ", first.mean.size(0), " and ", second.mean.size(0), " have no distance"));
}

}  // namespace

absl::StatusOr<Gaussian> MakeGaussian(const at::Tensor& mean, const at::Tensor& covariance) {
  const at::NoGradGuard no_grad;
  Gaussian result{Double(mean), Double(covariance), {}, false};
  RETURN_IF_ERROR(CheckMoments(result.mean, result.covariance));
  return result;
}

absl::Status Factorize(Gaussian& gaussian) {
  const at::NoGradGuard no_grad;
  if (gaussian.factor.defined()) return absl::OkStatus();
  const auto [factor, failed] = at::linalg_cholesky_ex(gaussian.covariance);
  gaussian.triangular = failed.item<int>() == 0;
  if (gaussian.triangular) {
    gaussian.factor = factor;
  } else {
    ASSIGN_OR_RETURN(gaussian.factor, EigenFactor(gaussian.covariance));
  }
  return absl::OkStatus();
}

absl::StatusOr<Gaussian> GaussianFromSamples(const at::Tensor& samples) {
  const at::NoGradGuard no_grad;
  if (samples.dim() != 2 || samples.size(0) < 2 || samples.size(1) < 1) {
    return absl::InvalidArgumentError("a Gaussian needs at least two samples, [n, d]");
  }
  const at::Tensor x = Double(samples);
  if (!x.isfinite().all().item<bool>()) return absl::InvalidArgumentError("a sample is not finite");
  const at::Tensor mean = x.mean(0);
  return Gaussian{mean, {}, ((x - mean) / std::sqrt(static_cast<double>(x.size(0) - 1))).t(), false};
}

absl::StatusOr<BuresWasserstein> SolveGaussians(const Gaussian& first, const Gaussian& second) {
  const at::NoGradGuard no_grad;
  RETURN_IF_ERROR(CheckDimensions(first, second));
  Gaussian p = first, q = second;  // the tensors are shared
  RETURN_IF_ERROR(Factorize(p));
  BuresWasserstein result;
  const double traces = Trace(p) + Trace(q);
  const bool eigenvalues = p.triangular && q.covariance.defined();
  if (eigenvalues) RETURN_IF_ERROR(FidelityByEigenvalues(p.factor, q.covariance, result));
  if (!eigenvalues || result.rounding > kAcceptedRounding * traces) {
    RETURN_IF_ERROR(Factorize(q));
    FidelityBySvd(p.factor, q.factor, result);
  }
  result.mean_term = (p.mean - q.mean).square().sum().item<double>();
  result.trace_term = std::max(0.0, traces - 2 * result.fidelity);
  result.squared = result.mean_term + result.trace_term;
  result.distance = std::sqrt(result.squared);
  return result;
}

absl::StatusOr<at::Tensor> GaussianMap(const Gaussian& first, const Gaussian& second) {
  const at::NoGradGuard no_grad;
  RETURN_IF_ERROR(CheckDimensions(first, second));
  Gaussian p = first;
  RETURN_IF_ERROR(Factorize(p));
  if (!p.triangular) {
    return absl::FailedPreconditionError("the first covariance is singular: no map takes it to another");
  }
  // L^-T (L^T S_2 L)^1/2 L^-1 with S_1 = L L^T: symmetric, and A S_1 A = S_2.
  const at::Tensor& l = p.factor;
  const at::Tensor s = second.covariance.defined() ? second.covariance : at::mm(second.factor, second.factor.t());
  const auto [values, vectors] = at::linalg_eigh(Congruence(l, s), "L");
  RETURN_IF_ERROR(CheckEigenvalues(values[0].item<double>(), values[values.size(0) - 1].item<double>()));
  const at::Tensor root = at::mm(vectors * values.clamp_min(0).sqrt(), vectors.t());
  const at::Tensor left = at::linalg_solve_triangular(l.t(), root, /*upper=*/true);
  const at::Tensor map = at::linalg_solve_triangular(l.t(), left.t(), /*upper=*/true);
  return (map + map.t()) / 2;
}

}  // namespace wgan::ot
