#include "datasets/resize.h"

#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "common/base/random_stream.h"
#include "common/io/file.h"
#include "common/io/image.h"
#include "common/io/sha256.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

// The same as in testdata/make_resize_pillow.py.
Image Picture(const std::string& pattern, int height, int width, int channels) {
  Image image = Image::Black(height, width, channels);
  for (int row = 0; row < height; ++row) {
    for (int column = 0; column < width; ++column) {
      for (int channel = 0; channel < channels; ++channel) {
        const int noise = ((row * 31 + column * 17 + channel * 101) ^ (row * column * 7)) & 255;
        const int checks = (row / 3 + column / 2 + channel) % 2 * 255;
        image.at(row, column, channel) = static_cast<uint8_t>(pattern == "noise" ? noise : checks);
      }
    }
  }
  return image;
}

std::string Bytes(const Image& image) { return std::string(image.pixels.begin(), image.pixels.end()); }

TEST(ResizeBilinear, EqualsPillowToTheLastBit) {
  const auto text = ReadFile("datasets/testdata/resize_pillow.txt");
  ASSERT_TRUE(text.ok());
  std::istringstream lines(*text);
  std::string line;
  int cases = 0;
  while (std::getline(lines, line)) {
    if (line.empty() || line[0] == '#') continue;
    std::istringstream fields(line);
    std::string pattern, digest, hex;
    int height, width, channels, output_height, output_width;
    fields >> pattern >> height >> width >> channels >> output_height >> output_width >> digest >> hex;
    const Image resized = ResizeBilinear(Picture(pattern, height, width, channels), output_height, output_width);
    EXPECT_EQ(Sha256Hex(Bytes(resized)), digest) << line;
    EXPECT_TRUE(hex.empty() || absl::BytesToHexString(Bytes(resized)) == hex)
        << line << "\nbut got " << absl::BytesToHexString(Bytes(resized));
    ++cases;
  }
  EXPECT_EQ(cases, 15);
}

TEST(ResizeBilinear, SameSizeIsTheSameImage) {
  const Image image = Picture("noise", 9, 4, 3);
  EXPECT_EQ(ResizeBilinear(image, 9, 4), image);
}

// Halving: output centres lie between two input pixels, at distance 1/2 from each; stretched by 2, the filter weighs
// the four nearest by 1/8, 3/8, 3/8, 1/8, at the border 3/7, 3/7, 1/7 for what is left of them.
TEST(ResizeBilinear, HalvingByHand) {
  const Image image{1, 4, 1, {0, 70, 140, 210}};
  EXPECT_EQ(ResizeBilinear(image, 1, 2).pixels, (std::vector<uint8_t>{50, 160}));  // (3*0 + 3*70 + 140) / 7 = 50
}

// Doubling: output centres at -1/4, 1/4, 3/4, 5/4 input pixels from the first centre: weights 3/4 and 1/4.
TEST(ResizeBilinear, DoublingByHand) {
  const Image image{1, 2, 1, {0, 200}};
  EXPECT_EQ(ResizeBilinear(image, 1, 4).pixels, (std::vector<uint8_t>{0, 50, 150, 200}));
}

TEST(ResizeBilinear, ConstantStaysConstant) {
  Image image = Image::Black(37, 53, 3);
  for (uint8_t& value : image.pixels) value = 255;
  for (uint8_t value : ResizeBilinear(image, 64, 11).pixels) ASSERT_EQ(value, 255);
}

// Shrinking, enlarging, both at once; widths beside the vectors'.
TEST(ResizeBilinear, VectorsAreEqualToTheBaseline) {
  RandomStream random(1, "resize", 0);
  for (int k = 0; k < 300; ++k) {
    Image image = Image::Black(static_cast<int>(1 + random.Below(90)), static_cast<int>(1 + random.Below(90)),
                               random.Below(2) == 0 ? 1 : 3);
    for (uint8_t& value : image.pixels) value = static_cast<uint8_t>(random.Below(4) == 0 ? 255 : random.Below(256));
    const int height = static_cast<int>(1 + random.Below(70)), width = static_cast<int>(1 + random.Below(70));
    ASSERT_EQ(ResizeBilinear(image, height, width), ResizeBilinearBaseline(image, height, width))
        << image.height << " x " << image.width << " to " << height << " x " << width;
  }
}

}  // namespace
}  // namespace wgan
