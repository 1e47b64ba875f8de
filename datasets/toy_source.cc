#include "datasets/toy_source.h"

#include <ATen/ops/empty.h>

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/base/random_stream.h"
#include "datasets/toys.h"

namespace wgan {
ToySource::ToySource(const ToyConfig& config, int64_t batch_size, uint64_t seed)
    : distribution_(config.distribution()), batch_size_(batch_size), seed_(seed) {
  info_.name = std::string(ToyName(distribution_));
  info_.digest = ToyDigest(distribution_);
  info_.description = absl::StrCat(info_.name, ", points of the plane drawn by formula as in the paper");
  if (distribution_ != ToyConfig::TWENTY_FIVE_GAUSSIANS) return;
  fixed_set_ = TwentyFiveGaussiansSet(seed);
  info_.size = kTwentyFiveGaussiansSize;
  WGAN_CHECK_LE(batch_size, info_.size);
}

absl::StatusOr<at::Tensor> ToySource::Batch(int64_t index) {
  WGAN_CHECK_GE(index, 0);
  at::Tensor batch = at::empty({batch_size_, 2}, at::kFloat);
  const absl::Span<float> points(batch.mutable_data_ptr<float>(), 2 * batch_size_);
  if (fixed_set_.empty()) {
    RandomStream random(seed_, "toy_data", index);
    FillToyPoints(distribution_, random, points);
  } else {
    const int64_t slice = index % (info_.size / batch_size_);
    std::copy_n(&fixed_set_[slice * points.size()], points.size(), points.begin());
  }
  return batch;
}

}  // namespace wgan
