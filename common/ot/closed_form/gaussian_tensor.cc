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
// Matrices go by blocks of this size: triangular ones without those that are 0.
constexpr int64_t kBlock = 192;

at::Tensor Double(const at::Tensor& tensor) { return tensor.detach().to(at::kCPU, at::kDouble).contiguous(); }

// The largest |a_ij|; NaN if one is.
double LargestEntry(const at::Tensor& a) {
  const auto [least, most] = at::aminmax(a);
  return std::max(std::abs(least.item<double>()), std::abs(most.item<double>()));
}

// The largest |a_ij - a_ji|. By blocks, since a row of a large matrix beside a column misses the cache at every number.
double Asymmetry(const at::Tensor& a) {
  double largest = 0;
  for (int64_t i = 0; i < a.size(0); i += kBlock) {
    const int64_t height = std::min(kBlock, a.size(0) - i);
    for (int64_t j = 0; j <= i; j += kBlock) {
      const int64_t width = std::min(kBlock, a.size(0) - j);
      const at::Tensor below = a.narrow(0, i, height).narrow(1, j, width);
      const at::Tensor above = a.narrow(0, j, width).narrow(1, i, height);
      largest = std::max(largest, LargestEntry(below - above.t()));
    }
  }
  return largest;
}

absl::Status CheckMoments(const at::Tensor& mean, const at::Tensor& covariance) {
  if (mean.dim() != 1 || mean.size(0) < 1 || covariance.dim() != 2 || covariance.size(0) != mean.size(0) ||
      covariance.size(1) != mean.size(0)) {
    return absl::InvalidArgumentError(
        absl::StrCat("a Gaussian needs a mean [d] and a covariance [d, d], not tensors of ", mean.dim(), " and ",
                     covariance.dim(), " dimensions with ", mean.numel(), " and ", covariance.numel(), " elements"));
  }
  const double size = LargestEntry(covariance);
  if (!mean.isfinite().all().item<bool>() || !std::isfinite(size)) {
    return absl::InvalidArgumentError("the mean or the covariance of a Gaussian has a number that is not finite");
  }
  const double asymmetry = Asymmetry(covariance);
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

// Cholesky's factor of a covariance, or an undefined tensor if it has none. By block columns: most of the work is then
// in products, which are faster than LAPACK's whole factorisation where that has no kernels for the processor.
at::Tensor CholeskyFactor(const at::Tensor& s) {
  const int64_t d = s.size(0);
  at::Tensor l = at::zeros_like(s);
  for (int64_t j = 0; j < d; j += kBlock) {
    const int64_t width = std::min(kBlock, d - j), below = d - j - width;
    const at::Tensor before = l.narrow(0, j, d - j).narrow(1, 0, j);
    const at::Tensor rest =
        at::addmm(s.narrow(0, j, d - j).narrow(1, j, width), before, before.narrow(0, 0, width).t(), 1, -1);
    const auto [diagonal, failed] = at::linalg_cholesky_ex(rest.narrow(0, 0, width));
    if (failed.item<int>() != 0) return {};
    l.narrow(0, j, width).narrow(1, j, width).copy_(diagonal);
    if (below == 0) break;
    l.narrow(0, j + width, below)
        .narrow(1, j, width)
        .copy_(at::linalg_solve_triangular(diagonal.t(), rest.narrow(0, width, below), /*upper=*/true, /*left=*/false));
  }
  return l;
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
// left out: a quarter of the multiplications of two full products. Laid out by columns, as LAPACK takes it.
at::Tensor Congruence(const at::Tensor& l, const at::Tensor& s) {
  const int64_t d = l.size(0);
  at::Tensor upper = at::zeros_like(s);
  for (int64_t i = 0; i < d; i += kBlock) {
    const int64_t height = std::min(kBlock, d - i), rest = d - i;
    // These rows of L^T S, in the columns that meet no block of L that is 0.
    const at::Tensor rows =
        at::mm(l.narrow(0, i, rest).narrow(1, i, height).t(), s.narrow(0, i, rest).narrow(1, i, rest));
    for (int64_t j = i; j < d; j += kBlock) {
      const int64_t width = std::min(kBlock, d - j);
      const at::Tensor block = at::mm(rows.narrow(1, j - i, d - j), l.narrow(0, j, d - j).narrow(1, j, width));
      upper.narrow(0, i, height).narrow(1, j, width).copy_(block);
    }
  }
  return upper.t();
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
  gaussian.factor = CholeskyFactor(gaussian.covariance);
  gaussian.triangular = gaussian.factor.defined();
  if (!gaussian.triangular) {
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
