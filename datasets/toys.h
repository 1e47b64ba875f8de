// The two-dimensional toy distributions of the Wasserstein GAN papers, as the authors of WGAN-GP (Gulrajani et al.,
// NIPS 2017) drew them and WGAN-LP (Petzka, Fischer, Lukovnikov, ICLR 2018) kept them. No LibTorch.
#ifndef DATASETS_TOYS_H_
#define DATASETS_TOYS_H_

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/base/random_stream.h"
#include "datasets/dataset.pb.h"

namespace wgan {

// "swissroll", "8gaussians", "25gaussians".
absl::string_view ToyName(ToyConfig::Distribution distribution);

// "sha256:..." of the name and, through the first points of a fixed seed, of the program that draws them.
std::string ToyDigest(ToyConfig::Distribution distribution);

// Fills `points` [n,2], row-major, with independent points of the distribution, one after the other from `random`:
//   SWISS_ROLL            (t cos t, t sin t) / 7.5 + N(0, (0.25 / 7.5)^2 I), t = 1.5 pi (1 + 2u), u uniform on [0,1);
//   EIGHT_GAUSSIANS       one of the points 2 (cos k pi/4, sin k pi/4), + N(0, 0.02^2 I), all / 1.414;
//   TWENTY_FIVE_GAUSSIANS one of the points (2i, 2j), i and j in {-2, ..., 2}, + N(0, 0.05^2 I), all / 2.828.
// Assumes an even number of values and a distribution other than unspecified.
void FillToyPoints(ToyConfig::Distribution distribution, RandomStream& random, absl::Span<float> points);

// The centres of a mixture's components and the standard deviation of each coordinate about its own; no centres for the
// Swiss roll.
struct ToyModes {
  std::vector<std::array<double, 2>> centres;
  double deviation = 0;
};
ToyModes ModesOf(ToyConfig::Distribution distribution);

// The 25 Gaussians as the authors feed them: a fixed set of 100,000 points, 4,000 of each component, shuffled once.
// [200,000] numbers, points one after the other; a function of `seed` alone.
inline constexpr int64_t kTwentyFiveGaussiansSize = 100'000;
std::vector<float> TwentyFiveGaussiansSet(uint64_t seed);

}  // namespace wgan

#endif  // DATASETS_TOYS_H_
