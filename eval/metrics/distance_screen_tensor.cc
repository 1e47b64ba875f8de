#include "eval/metrics/distance_screen_tensor.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

#include "common/nn/dense_product.h"

namespace wgan {
namespace {

constexpr int64_t kLanes = 16;  // floats looked at together

// sum_k (x_k - y_k)^2 in double.
template <typename T>
double SquaredDistance(const T* x, const T* y, int64_t d) {
  constexpr int64_t kParts = 8;
  double parts[kParts] = {};
  int64_t k = 0;
  for (; k + kParts <= d; k += kParts) {
    for (int64_t part = 0; part < kParts; ++part) {
      const double difference = static_cast<double>(x[k + part]) - static_cast<double>(y[k + part]);
      parts[part] += difference * difference;
    }
  }
  double sum = 0;
  for (; k < d; ++k) {
    const double difference = static_cast<double>(x[k]) - static_cast<double>(y[k]);
    sum += difference * difference;
  }
  return ((parts[0] + parts[1]) + (parts[2] + parts[3])) + ((parts[4] + parts[5]) + (parts[6] + parts[7])) + sum;
}

// Writes factor * scale * (x - c) into `result` and returns |scale * (x - c)|^2.
template <typename T>
double ScaleRow(const T* x, const double* c, int64_t d, double scale, double factor, float* result) {
  constexpr int64_t kParts = 8;
  double parts[kParts] = {};
  int64_t k = 0;
  for (; k + kParts <= d; k += kParts) {
    for (int64_t part = 0; part < kParts; ++part) {
      const double value = (static_cast<double>(x[k + part]) - c[k + part]) * scale;
      parts[part] += value * value;
      result[k + part] = static_cast<float>(value * factor);
    }
  }
  for (; k < d; ++k) {
    const double value = (static_cast<double>(x[k]) - c[k]) * scale;
    parts[0] += value * value;
    result[k] = static_cast<float>(value * factor);
  }
  double sum = 0;
  for (double part : parts) sum += part;
  return sum;
}

// Points as floats y' = (y - c) / s with |y'| <= 1, c the mean point.
class FloatScreening : public Screening {
 public:
  FloatScreening(const at::Tensor& queries, const at::Tensor& points, const std::vector<double>* squared_radii) {
    const int64_t d = points.size(1);
    const at::Tensor centre = points.mean(0, false, torch::kFloat64);
    // So that no square overflows; how large the numbers are does not matter else.
    const double largest_point = LargestCoordinate(points);  // nor is the mean point farther
    const double largest = std::max(LargestCoordinate(queries), largest_point) + largest_point;
    const double scale = largest > 0 ? 1 / (largest * std::sqrt(static_cast<double>(d))) : 1;
    // The offset is one more coordinate of y', against a 1 in x', as |x'|^2 is one of x'; zeros make the length a
    // multiple of the lanes.
    const int64_t padded = (d + 2 + kLanes - 1) / kLanes * kLanes;
    const at::Tensor x_norms = Fill(queries, centre, scale, 1, padded, queries_);
    const at::Tensor y_norms = Fill(points, centre, scale, -2, padded, points_);
    at::Tensor offsets = y_norms;
    if (squared_radii != nullptr) {
      // Radii beyond all distances mean the same as 5, the squared diameter being at most 4.
      const at::Tensor radii = torch::tensor(*squared_radii, torch::kFloat64).sqrt() * scale;
      offsets = offsets - radii.square().clamp_max(5);
    }
    queries_.select(1, d).fill_(1);
    points_.select(1, d).copy_(offsets);
    queries_.select(1, d + 1).copy_(x_norms);
    points_.select(1, d + 1).fill_(1);
    // A sum of p products of rounded factors is off by at most about (p + 2) u sum |factors|, in any order of adding;
    // by Cauchy and Schwarz that sum is at most 2 |x'| |y'| + |offset| + |x'|^2. Twice that, for what "about" leaves
    // out, and a little for floats that underflow.
    const double y_largest = y_norms.max().sqrt().item<double>(), offset_largest = offsets.abs().max().item<double>();
    for (int64_t i = 0; i < x_norms.size(0); ++i) {
      const double norm = x_norms.const_data_ptr<double>()[i];
      bounds_.push_back(2 * (padded + 2) * kFloatUnit * (2 * std::sqrt(norm) * y_largest + offset_largest + norm) +
                        1e-36);
    }
  }

  at::Tensor Values(int64_t begin, int64_t rows, int64_t first, int64_t columns) const override {
    return DenseProduct(queries_.narrow(0, begin, rows), points_.narrow(0, first, columns));
  }
  double Bound(int64_t query) const override { return bounds_[query]; }

 private:
  // Writes factor * scale * (point - centre) into the first columns of `screen` [n,padded], zeros into the others, and
  // returns the squared norms, without the factor.
  static at::Tensor Fill(const at::Tensor& points, const at::Tensor& centre, double scale, double factor,
                         int64_t padded, at::Tensor& screen) {
    const int64_t n = points.size(0), d = points.size(1);
    screen = torch::empty({n, padded}, torch::kFloat32);
    screen.narrow(1, d, padded - d).zero_();
    at::Tensor norms = torch::empty({n}, torch::kFloat64);
    const double* c = centre.const_data_ptr<double>();
    for (int64_t i = 0; i < n; ++i) {
      float* row = screen.mutable_data_ptr<float>() + i * padded;
      norms.mutable_data_ptr<double>()[i] =
          points.scalar_type() == torch::kFloat64
              ? ScaleRow(points.const_data_ptr<double>() + i * d, c, d, scale, factor, row)
              : ScaleRow(points.const_data_ptr<float>() + i * d, c, d, scale, factor, row);
    }
    return norms;
  }

  at::Tensor queries_, points_;  // [m,padded], [n,padded]
  std::vector<double> bounds_;
};

}  // namespace

double LargestCoordinate(const at::Tensor& points) {
  if (points.numel() == 0) return 0;
  const auto [least, greatest] = points.aminmax();  // NaN if a number is
  return std::max(std::abs(least.item<double>()), std::abs(greatest.item<double>()));
}

std::unique_ptr<const Screening> MakeFloatScreening(const at::Tensor& queries, const at::Tensor& points,
                                                    const std::vector<double>* squared_radii) {
  return std::make_unique<FloatScreening>(queries, points, squared_radii);
}

DistanceScreen::DistanceScreen(const at::Tensor& queries, const at::Tensor& points,
                               const std::vector<double>* squared_radii) {
  const bool in_double = queries.scalar_type() == torch::kFloat64 || points.scalar_type() == torch::kFloat64;
  const auto type = in_double ? torch::kFloat64 : torch::kFloat32;
  queries_ = queries.to(torch::kCPU, type).contiguous();
  points_ = points.to(torch::kCPU, type).contiguous();
  screening_ = MakeByteScreening(queries_, points_, squared_radii);
  if (screening_ == nullptr) screening_ = MakeFloatScreening(queries_, points_, squared_radii);
}

double DistanceScreen::Exact(int64_t query, int64_t point) const {
  const int64_t d = queries_.size(1);
  if (queries_.scalar_type() == torch::kFloat64) {
    return SquaredDistance(queries_.const_data_ptr<double>() + query * d, points_.const_data_ptr<double>() + point * d,
                           d);
  }
  return SquaredDistance(queries_.const_data_ptr<float>() + query * d, points_.const_data_ptr<float>() + point * d, d);
}

}  // namespace wgan
