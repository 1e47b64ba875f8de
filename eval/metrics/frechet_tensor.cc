#include "eval/metrics/frechet_tensor.h"

#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/ot/closed_form/gaussian_tensor.h"

namespace wgan {
namespace {

std::string FewSamplesWarning(int64_t first, int64_t second, int64_t d) {
  std::string counts;
  for (int64_t count : {first, second}) {
    if (count > 0 && count <= d) absl::StrAppend(&counts, counts.empty() ? "" : " and ", count);
  }
  if (counts.empty()) return "";
  return absl::StrCat("only ", counts, " samples for ", d,
                      " dimensions: a covariance is singular and the distance is biased upwards; compare it only with "
                      "distances at the same sample sizes");
}

absl::StatusOr<FrechetDistance> Solve(const ot::Gaussian& first, const ot::Gaussian& second) {
  ASSIGN_OR_RETURN(const ot::BuresWasserstein solved, ot::SolveGaussians(first, second));
  return FrechetDistance{solved.squared, solved.mean_term, solved.trace_term, ""};
}

absl::StatusOr<ot::Gaussian> FromFeatures(const at::Tensor& features) {
  if (features.size(0) <= features.size(1)) return ot::GaussianFromSamples(features);
  ASSIGN_OR_RETURN(const FeatureStatistics statistics, StatisticsOf(features));
  return ot::MakeGaussian(statistics.mean, statistics.covariance);
}

}  // namespace

absl::StatusOr<FrechetDistance> FrechetFromStatistics(const FeatureStatistics& first, const FeatureStatistics& second) {
  ASSIGN_OR_RETURN(ot::Gaussian p, ot::MakeGaussian(first.mean, first.covariance));
  ASSIGN_OR_RETURN(ot::Gaussian q, ot::MakeGaussian(second.mean, second.covariance));
  // The solver wants a Cholesky factor of the first one: the larger sample is likelier to have it.
  const bool swap = first.count > 0 && second.count > first.count;
  ASSIGN_OR_RETURN(FrechetDistance result, swap ? Solve(q, p) : Solve(p, q));
  result.warning = FewSamplesWarning(first.count, second.count, first.mean.size(0));
  return result;
}

absl::StatusOr<FrechetDistance> FrechetFromFeatures(const at::Tensor& first, const at::Tensor& second) {
  if (first.dim() != 2 || second.dim() != 2 || first.size(1) != second.size(1)) {
    return absl::InvalidArgumentError("Two samples of features must be matrices with the same number of columns");
  }
  ASSIGN_OR_RETURN(const ot::Gaussian p, FromFeatures(first));
  ASSIGN_OR_RETURN(const ot::Gaussian q, FromFeatures(second));
  ASSIGN_OR_RETURN(FrechetDistance result, Solve(p, q));
  result.warning = FewSamplesWarning(first.size(0), second.size(0), first.size(1));
  return result;
}

}  // namespace wgan
