#include "datasets/pixel_planes.h"

#include <cstdint>
#include <vector>

#include "common/base/random_stream.h"
#include "common/io/image.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

using testing::ElementsAre;

// All bytes in all channels, with each operation rounded: the definition.
TEST(ImageToPlanes, EveryByteToTheLastBit) {
  Image image = Image::Black(16, 16, 3);
  for (int i = 0; i < 256; ++i) {
    for (int channel = 0; channel < 3; ++channel)
      image.pixels[3 * i + channel] = static_cast<uint8_t>(i + 85 * channel);
  }
  std::vector<float> planes(768);
  ImageToPlanes(image, false, planes.data());
  for (int channel = 0; channel < 3; ++channel) {
    for (int i = 0; i < 256; ++i) {
      const volatile float quotient = static_cast<float>((i + 85 * channel) % 256) / 255.0f;
      const volatile float centered = quotient - 0.5f;
      ASSERT_EQ(planes[256 * channel + i], centered / 0.5f) << channel << " " << i;
    }
  }
}

TEST(ImageToPlanes, MirroredRowsComeFromRightToLeft) {
  const Image image{2, 3, 1, {0, 51, 102, 153, 204, 255}};
  std::vector<float> planes(6);
  ImageToPlanes(image, true, planes.data());
  EXPECT_THAT(planes, ElementsAre(testing::FloatNear(-0.2f, 1e-6f), testing::FloatNear(-0.6f, 1e-6f), -1,  //
                                  1, testing::FloatNear(0.6f, 1e-6f), testing::FloatNear(0.2f, 1e-6f)));
}

TEST(ImageToPlanes, VectorsAreEqualToTheBaseline) {
  RandomStream random(1, "planes", 0);
  for (int k = 0; k < 200; ++k) {
    Image image = Image::Black(static_cast<int>(1 + random.Below(9)), static_cast<int>(1 + random.Below(20)),
                               random.Below(3) == 0 ? 1 : 3);
    for (uint8_t& value : image.pixels) value = static_cast<uint8_t>(random.Below(256));
    std::vector<float> planes(image.pixels.size()), expected(image.pixels.size());
    ImageToPlanes(image, k % 2 == 0, planes.data());
    ImageToPlanesBaseline(image, k % 2 == 0, expected.data());
    ASSERT_EQ(planes, expected) << image.height << " x " << image.width << " x " << image.channels;
  }
}

}  // namespace
}  // namespace wgan
