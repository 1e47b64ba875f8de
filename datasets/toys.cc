#include "datasets/toys.h"

#include <cmath>
#include <numbers>

#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/io/sha256.h"

namespace wgan {
namespace {

// What the drawn coordinates are divided by; the authors' roundings of 7.5, sqrt(2) and sqrt(8).
constexpr double kSwissRollScale = 7.5, kEightScale = 1.414, kTwentyFiveScale = 2.828;
constexpr double kSwissRollNoise = 0.25, kEightNoise = 0.02, kTwentyFiveNoise = 0.05;
constexpr int kGridSide = 5;

// A point of the normal law about (x, y), divided by `scale`.
void WriteNormal(double x, double y, double noise, double scale, RandomStream& random, float* point) {
  point[0] = static_cast<float>((x + noise * random.Normal()) / scale);
  point[1] = static_cast<float>((y + noise * random.Normal()) / scale);
}

void WriteSwissRoll(RandomStream& random, float* point) {
  const double t = 1.5 * std::numbers::pi * (1 + 2 * static_cast<double>(random.Uniform()));
  WriteNormal(t * std::cos(t), t * std::sin(t), kSwissRollNoise, kSwissRollScale, random, point);
}

void WriteEight(int component, RandomStream& random, float* point) {
  const double angle = component * std::numbers::pi / 4;
  WriteNormal(2 * std::cos(angle), 2 * std::sin(angle), kEightNoise, kEightScale, random, point);
}

void WriteTwentyFive(int component, RandomStream& random, float* point) {
  WriteNormal(2 * (component / kGridSide - 2), 2 * (component % kGridSide - 2), kTwentyFiveNoise, kTwentyFiveScale,
              random, point);
}

}  // namespace

absl::string_view ToyName(ToyConfig::Distribution distribution) {
  switch (distribution) {
    case ToyConfig::SWISS_ROLL:
      return "swissroll";
    case ToyConfig::EIGHT_GAUSSIANS:
      return "8gaussians";
    case ToyConfig::TWENTY_FIVE_GAUSSIANS:
      return "25gaussians";
    case ToyConfig::DISTRIBUTION_UNSPECIFIED:
      break;
  }
  WGAN_CHECK(false) << "no toy distribution";
  return "";
}

void FillToyPoints(ToyConfig::Distribution distribution, RandomStream& random, absl::Span<float> points) {
  WGAN_CHECK(points.size() % 2 == 0);
  for (float* point = points.data(); point != points.data() + points.size(); point += 2) {
    switch (distribution) {
      case ToyConfig::SWISS_ROLL:
        WriteSwissRoll(random, point);
        break;
      case ToyConfig::EIGHT_GAUSSIANS:
        WriteEight(static_cast<int>(random.Below(8)), random, point);
        break;
      case ToyConfig::TWENTY_FIVE_GAUSSIANS:
        WriteTwentyFive(static_cast<int>(random.Below(kGridSide * kGridSide)), random, point);
        break;
      case ToyConfig::DISTRIBUTION_UNSPECIFIED:
        WGAN_CHECK(false) << "no toy distribution";
    }
  }
}

ToyModes ModesOf(ToyConfig::Distribution distribution) {
  ToyModes modes;
  switch (distribution) {
    case ToyConfig::EIGHT_GAUSSIANS:
      modes.deviation = kEightNoise / kEightScale;
      for (int k = 0; k < 8; ++k) {
        const double angle = k * std::numbers::pi / 4;
        modes.centres.push_back({2 * std::cos(angle) / kEightScale, 2 * std::sin(angle) / kEightScale});
      }
      return modes;
    case ToyConfig::TWENTY_FIVE_GAUSSIANS:
      modes.deviation = kTwentyFiveNoise / kTwentyFiveScale;
      for (int k = 0; k < kGridSide * kGridSide; ++k) {
        modes.centres.push_back(
            {2 * (k / kGridSide - 2) / kTwentyFiveScale, 2 * (k % kGridSide - 2) / kTwentyFiveScale});
      }
      return modes;
    case ToyConfig::SWISS_ROLL:
    case ToyConfig::DISTRIBUTION_UNSPECIFIED:
      break;
  }
  return modes;
}

std::vector<float> TwentyFiveGaussiansSet(uint64_t seed) {
  RandomStream random(seed, "twenty_five_gaussians", 0);
  const std::vector<int64_t> slots = random.Permutation(kTwentyFiveGaussiansSize);
  std::vector<float> points(2 * kTwentyFiveGaussiansSize);
  for (int64_t i = 0; i < kTwentyFiveGaussiansSize; ++i) {
    WriteTwentyFive(static_cast<int>(i % (kGridSide * kGridSide)), random, &points[2 * slots[i]]);
  }
  return points;
}

std::string ToyDigest(ToyConfig::Distribution distribution) {
  std::array<float, 32> points;
  RandomStream random(0, "toy_digest", 0);
  FillToyPoints(distribution, random, absl::MakeSpan(points));
  std::string text = absl::StrCat("toy ", ToyName(distribution), "\n");
  text.append(reinterpret_cast<const char*>(points.data()), sizeof(points));
  return absl::StrCat("sha256:", Sha256Hex(text));
}

}  // namespace wgan
