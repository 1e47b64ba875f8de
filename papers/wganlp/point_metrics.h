// How far generated points are from real ones, and which parts of a mixture they reach. No LibTorch.
#ifndef PAPERS_WGANLP_POINT_METRICS_H_
#define PAPERS_WGANLP_POINT_METRICS_H_

#include <vector>

#include "absl/status/statusor.h"
#include "common/ot/matrix_view.h"
#include "datasets/toys.h"

namespace wgan::wganlp {

// The exact transport distances between two equally large samples.
struct SampleDistances {
  double em = 0;  // "EM distance" of Section 6: min over matchings of the mean of ||x - y||, which estimates W1
  double w2 = 0;  // the root of min over matchings of the mean of ||x - y||^2, which estimates W2
};

// Of `real`, `fake` [n,d], one point a row; both infinite if a coordinate is not finite. Errors: kInvalidArgument for
// samples of different shape. O(n^3) at worst; 500 points of the plane take some ten milliseconds.
absl::StatusOr<SampleDistances> ExactDistances(ot::MatrixView<float> real, ot::MatrixView<float> fake);

// How many of the components have at least one of `points` [n,2] within three of their standard deviations.
int64_t ModesHit(ot::MatrixView<float> points, const ToyModes& modes);

// The p-quantile of `values`, p in [0, 1], linear between order statistics. Assumes that there are values.
double Quantile(std::vector<double> values, double p);

}  // namespace wgan::wganlp

#endif  // PAPERS_WGANLP_POINT_METRICS_H_
