// Squared distances of all pairs of points to within a known bound, from one matrix product.
//
// |x - y|^2 = |x|^2 + |y|^2 - 2 <x, y> takes one product for all pairs, but it rounds and cancels. So it only screens:
// what the bound leaves open is computed again from the original coordinates, in double.
//
// Points whose coordinates are bytes (whole numbers up to 255, or such numbers mapped to [0, 1] or [-1, 1], as pixels
// are) are screened in integers on processors with AVX-512 VNNI: exactly, and in less than half the time. All others
// are centred, scaled and screened in floats.
#ifndef EVAL_METRICS_DISTANCE_SCREEN_TENSOR_H_
#define EVAL_METRICS_DISTANCE_SCREEN_TENSOR_H_

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <vector>

namespace wgan {

constexpr double kFloatUnit = 0x1p-24;  // half a unit in the last place of a float

// The largest absolute value of a coordinate: 0 of none, not finite if one is not.
double LargestCoordinate(const at::Tensor& points);

// The screening of one arithmetic: values in a unit of its own.
class Screening {
 public:
  virtual ~Screening() = default;
  // Floats for queries i in [begin, begin + rows) and points j in [first, first + columns), row after row:
  // |x_i - y_j|^2 - r_j^2 up to Bound(i).
  virtual at::Tensor Values(int64_t begin, int64_t rows, int64_t first, int64_t columns) const = 0;
  virtual double Bound(int64_t query) const = 0;
};

// Queries x [m,d] and points y [n,d], float or double and finite, with squared radii [n] or, for null, radii of 0.
std::unique_ptr<const Screening> MakeFloatScreening(const at::Tensor& queries, const at::Tensor& points,
                                                    const std::vector<double>* squared_radii);
// Null unless the coordinates are bytes and integer products are exact and fast on this processor.
std::unique_ptr<const Screening> MakeByteScreening(const at::Tensor& queries, const at::Tensor& points,
                                                   const std::vector<double>* squared_radii);

// Both matrices, the screening that suits them, and exact distances.
class DistanceScreen {
 public:
  // Arguments as above.
  DistanceScreen(const at::Tensor& queries, const at::Tensor& points, const std::vector<double>* squared_radii);

  int64_t queries() const { return queries_.size(0); }
  int64_t points() const { return points_.size(0); }
  at::Tensor Values(int64_t begin, int64_t rows, int64_t first, int64_t columns) const {
    return screening_->Values(begin, rows, first, columns);
  }
  double Bound(int64_t query) const { return screening_->Bound(query); }
  // sum_k (x_k - y_k)^2 of the coordinates as they were given, in double, added in one fixed order.
  double Exact(int64_t query, int64_t point) const;

 private:
  at::Tensor queries_, points_;
  std::unique_ptr<const Screening> screening_;
};

}  // namespace wgan

#endif  // EVAL_METRICS_DISTANCE_SCREEN_TENSOR_H_
