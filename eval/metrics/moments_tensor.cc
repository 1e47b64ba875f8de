#include "eval/metrics/moments_tensor.h"

#include <torch/torch.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/base/status_macros.h"

namespace wgan {
namespace {

constexpr int64_t kBlockRows = 1024;  // long enough for the matrix product to run at full speed

}  // namespace

MomentAccumulator::MomentAccumulator(int64_t dimension) {
  WGAN_CHECK_GE(dimension, 1);
  buffer_ = torch::empty({kBlockRows, dimension}, torch::kFloat64);
  sums_.mean = torch::zeros({dimension}, torch::kFloat64);
  sums_.scatter = torch::zeros({dimension, dimension}, torch::kFloat64);
}

MomentAccumulator::Sums MomentAccumulator::Merge(const Sums& sums, const at::Tensor& rows) {
  if (rows.size(0) == 0) return sums;
  const double added = static_cast<double>(rows.size(0)), before = static_cast<double>(sums.count);
  const at::Tensor mean = rows.mean(0);
  const at::Tensor centred = rows - mean;
  const at::Tensor shift = mean - sums.mean;
  Sums merged;
  merged.count = sums.count + rows.size(0);
  merged.mean = sums.mean + shift * (added / (before + added));
  merged.scatter = torch::addmm(sums.scatter, centred.t(), centred);
  merged.scatter.addr_(shift, shift, 1, before * added / (before + added));
  return merged;
}

absl::Status MomentAccumulator::Add(const at::Tensor& batch) {
  torch::NoGradGuard no_grad;
  if (batch.dim() != 2 || batch.size(1) != buffer_.size(1) || !batch.is_floating_point()) {
    return absl::InvalidArgumentError(absl::StrCat("Features must be a floating-point matrix with ", buffer_.size(1),
                                                   " columns, not ", batch.dim(), "-dimensional with ",
                                                   batch.dim() == 2 ? batch.size(1) : 0, " columns"));
  }
  const at::Tensor rows = batch.to(torch::kCPU, torch::kFloat64);
  if (!torch::isfinite(rows).all().item<bool>()) {
    return absl::InvalidArgumentError("Features hold a number that is not finite");
  }
  for (int64_t begin = 0; begin < rows.size(0);) {
    const int64_t taken = std::min(rows.size(0) - begin, kBlockRows - buffered_);
    buffer_.narrow(0, buffered_, taken).copy_(rows.narrow(0, begin, taken));
    buffered_ += taken;
    begin += taken;
    if (buffered_ == kBlockRows) {
      sums_ = Merge(sums_, buffer_);
      count_ = sums_.count;
      buffered_ = 0;
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<FeatureStatistics> MomentAccumulator::Statistics() const {
  torch::NoGradGuard no_grad;
  if (count() < 2) {
    return absl::InvalidArgumentError(
        absl::StrCat("A covariance needs at least 2 samples; there are ", count(), ". Give more images"));
  }
  const Sums sums = Merge(sums_, buffer_.narrow(0, 0, buffered_));
  // The product of a matrix with itself need not be symmetric to the last bit.
  const at::Tensor symmetric = (sums.scatter + sums.scatter.t()) * (0.5 / static_cast<double>(sums.count - 1));
  return FeatureStatistics{sums.mean, symmetric, sums.count};
}

absl::StatusOr<FeatureStatistics> StatisticsOf(const at::Tensor& features) {
  if (features.dim() != 2 || features.size(1) < 1) {
    return absl::InvalidArgumentError("Features must be a matrix with at least one column");
  }
  MomentAccumulator moments(features.size(1));
  // In pieces, so that the copy in double stays small.
  for (int64_t begin = 0; begin < features.size(0); begin += kBlockRows) {
    RETURN_IF_ERROR(moments.Add(features.narrow(0, begin, std::min(kBlockRows, features.size(0) - begin))));
  }
  return moments.Statistics();
}

}  // namespace wgan
