#include "datasets/toy_source.h"

#include <ATen/ops/empty.h>

#include <algorithm>
#include <array>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/base/random_stream.h"
#include "common/io/sha256.h"
#include "datasets/toys.h"

namespace wgan {
namespace {

// Covers the distribution and, through the first points of a fixed seed, the program that draws them. The run's own
// seed is part of its config.
std::string DigestOfToy(ToyConfig::Distribution distribution) {
  std::array<float, 32> points;
  RandomStream random(0, "toy_digest", 0);
  FillToyPoints(distribution, random, absl::MakeSpan(points));
  std::string text = absl::StrCat("toy ", ToyName(distribution), "\n");
  text.append(reinterpret_cast<const char*>(points.data()), sizeof(points));
  return absl::StrCat("sha256:", Sha256Hex(text));
}

}  // namespace

ToySource::ToySource(const ToyConfig& config, int64_t batch_size, uint64_t seed)
    : distribution_(config.distribution()), batch_size_(batch_size), seed_(seed) {
  info_.name = std::string(ToyName(distribution_));
  info_.digest = DigestOfToy(distribution_);
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
