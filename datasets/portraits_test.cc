#include "datasets/portraits.h"

#include <cmath>
#include <set>
#include <string>
#include <vector>

#include "common/io/image.h"
#include "common/io/sha256.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

std::string Digest(const Image& image) { return Sha256Hex(std::string(image.pixels.begin(), image.pixels.end())); }

double Mean(const Image& image) {
  double sum = 0;
  for (uint8_t value : image.pixels) sum += value;
  return sum / image.pixels.size();
}

// Mean over the channels of the square of half side `reach` around (row, column).
double MeanAround(const Image& image, int row, int column, int reach) {
  double sum = 0;
  for (int r = row - reach; r <= row + reach; ++r) {
    for (int c = column - reach; c <= column + reach; ++c) {
      for (int channel = 0; channel < 3; ++channel) sum += image.at(r, c, channel);
    }
  }
  return sum / (3 * (2 * reach + 1) * (2 * reach + 1));
}

TEST(DrawPortrait, IsAPureFunctionOfSeedAndNumber) {
  const Image first = DrawPortrait(7, 3);
  DrawPortrait(7, 4);
  EXPECT_EQ(DrawPortrait(7, 3), first);
  EXPECT_NE(DrawPortrait(8, 3), first);
}

TEST(DrawPortrait, HasTheSizeAskedFor) {
  for (int size : {16, 32, 64, 128}) {
    const Image image = DrawPortrait(0, 0, size);
    EXPECT_EQ(image.height, size);
    EXPECT_EQ(image.width, size);
    EXPECT_EQ(image.channels, 3);
    EXPECT_EQ(image.pixels.size(), static_cast<size_t>(size) * size * 3);
  }
}

TEST(DrawPortrait, PortraitsAreDistinct) {
  std::set<std::string> digests;
  for (int k = 0; k < 500; ++k) digests.insert(Digest(DrawPortrait(0, k, 32)));
  EXPECT_EQ(digests.size(), 500u);
}

// The palettes argue the interval: skin and backgrounds average 0.55 to 0.65 of 255 before shading by 0.6 to 1.05, and
// dark hair (0.1 to 0.4) covers about a quarter, so the mean lies in 90 to 150; light skin against dark hair, 100 to
// 150 apart, gives a standard deviation of 40 to 80.
TEST(DrawPortrait, BrightnessAndContrastAreWithinTheArguedRange) {
  double sum = 0, squares = 0, count = 0;
  for (int k = 0; k < 200; ++k) {
    const Image image = DrawPortrait(0, k, 32);
    for (uint8_t value : image.pixels) {
      sum += value;
      squares += value * value;
    }
    count += image.pixels.size();
  }
  const double mean = sum / count;
  EXPECT_GT(mean, 90);
  EXPECT_LT(mean, 150);
  EXPECT_GT(std::sqrt(squares / count - mean * mean), 40);
  EXPECT_LT(std::sqrt(squares / count - mean * mean), 80);
}

// Soft gradients, no noise: neighbouring pixels differ little on average, and no picture is flat.
TEST(DrawPortrait, IsSmoothButNotFlat) {
  for (int k = 0; k < 50; ++k) {
    const Image image = DrawPortrait(0, k);
    double step = 0;
    for (int row = 0; row < 64; ++row) {
      for (int column = 1; column < 64; ++column) {
        step += std::abs(image.at(row, column, 1) - image.at(row, column - 1, 1));
      }
    }
    step /= 64 * 63;
    EXPECT_GT(step, 1.0) << k;
    EXPECT_LT(step, 10.0) << k;
    EXPECT_GT(Mean(image), 30) << k;
    EXPECT_LT(Mean(image), 225) << k;
  }
}

// Over many portraits the average picture is a face: eyes darker than the cheeks under them, skin redder than blue.
TEST(DrawPortrait, FacesAreAligned) {
  constexpr int kCount = 300;
  std::vector<double> sums(64 * 64 * 3);
  for (int k = 0; k < kCount; ++k) {
    const Image image = DrawPortrait(0, k);
    for (size_t i = 0; i < sums.size(); ++i) sums[i] += image.pixels[i];
  }
  Image average = Image::Black(64, 64, 3);
  for (size_t i = 0; i < sums.size(); ++i) average.pixels[i] = static_cast<uint8_t>(sums[i] / kCount);
  for (int column : {24, 39}) {
    EXPECT_LT(MeanAround(average, 32, column, 1) + 15, MeanAround(average, 40, column, 1)) << column;
  }
  EXPECT_GT(average.at(40, 24, 0), average.at(40, 24, 2) + 25);
  EXPECT_LT(MeanAround(average, 14, 32, 2), MeanAround(average, 40, 24, 2));  // hair above the forehead
}

// The bytes themselves: equal on every machine, since only exactly rounded arithmetic is used. A change of the drawing
// changes the data set, and with it every result on it: do it on purpose, look at portraits_sheet, then update these.
TEST(DrawPortrait, GoldenDigests) {
  EXPECT_EQ(Digest(DrawPortrait(0, 0)), "2aa1db39b783fa4625a2e90698276c2ba0ee684229686749da1692eb8bacf05e");
  EXPECT_EQ(Digest(DrawPortrait(0, 1)), "9bba945676ecc991ff6b44bfe0b9ea5dff96117cc4b624502a7d9867d758b3bb");
  EXPECT_EQ(Digest(DrawPortrait(1, 123456789, 32)), "3a250eae5ad9acb244aa902edc98829b27082ae9c5297e2a11bf5c85046c2f76");
}

}  // namespace
}  // namespace wgan
