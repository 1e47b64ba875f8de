#include "datasets/resize.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "common/base/check.h"

namespace wgan {
namespace {

constexpr int kFractionBits = 22;

// The input pixels first, ..., first + weights.size() - 1 make one output pixel.
struct Taps {
  int first = 0;
  std::vector<int32_t> weights;  // in units of 2^-22, about 1 in sum
};

Taps TapsOfPixel(int output_pixel, double ratio, int input_size) {
  const double stretch = std::max(ratio, 1.0);  // of the filter, whose half width is 1
  const double center = (output_pixel + 0.5) * ratio;
  // Pixels whose centres may lie within the filter.
  const int first = std::max(static_cast<int>(center - stretch + 0.5), 0);
  const int end = std::min(static_cast<int>(center + stretch + 0.5), input_size);
  std::vector<double> weights;
  double sum = 0;
  for (int input_pixel = first; input_pixel < end; ++input_pixel) {
    const double offset = std::abs((input_pixel - center + 0.5) * (1.0 / stretch));
    weights.push_back(std::max(1 - offset, 0.0));
    sum += weights.back();
  }
  Taps taps{first, {}};
  for (double weight : weights) {
    taps.weights.push_back(static_cast<int32_t>(0.5 + weight / sum * (1 << kFractionBits)));
  }
  return taps;
}

std::vector<Taps> AllTaps(int input_size, int output_size) {
  const double ratio = static_cast<double>(input_size) / output_size;
  std::vector<Taps> taps;
  for (int pixel = 0; pixel < output_size; ++pixel) taps.push_back(TapsOfPixel(pixel, ratio, input_size));
  return taps;
}

// The weighted sum of `taps.weights.size()` bytes, `stride` apart.
uint8_t Apply(const Taps& taps, const uint8_t* input, int64_t stride) {
  int32_t sum = 1 << (kFractionBits - 1);
  for (int32_t weight : taps.weights) {
    sum += weight * *input;
    input += stride;
  }
  return static_cast<uint8_t>(std::clamp(sum >> kFractionBits, 0, 255));
}

Image ResizeRows(const Image& image, int width) {
  const std::vector<Taps> taps = AllTaps(image.width, width);
  Image result = Image::Black(image.height, width, image.channels);
  uint8_t* output = result.pixels.data();
  for (int row = 0; row < image.height; ++row) {
    const uint8_t* input = image.pixels.data() + int64_t{row} * image.width * image.channels;
    for (const Taps& tap : taps) {
      for (int channel = 0; channel < image.channels; ++channel) {
        *output++ = Apply(tap, input + tap.first * image.channels + channel, image.channels);
      }
    }
  }
  return result;
}

Image ResizeColumns(const Image& image, int height) {
  Image result = Image::Black(height, image.width, image.channels);
  const int64_t stride = int64_t{image.width} * image.channels;
  uint8_t* output = result.pixels.data();
  for (const Taps& tap : AllTaps(image.height, height)) {
    for (int64_t i = 0; i < stride; ++i) *output++ = Apply(tap, image.pixels.data() + tap.first * stride + i, stride);
  }
  return result;
}

}  // namespace

Image ResizeBilinear(const Image& image, int height, int width) {
  WGAN_CHECK(height >= 1 && width >= 1 && image.height >= 1 && image.width >= 1);
  if (image.height == height && image.width == width) return image;
  const bool columns_first = int64_t{image.height} * width > int64_t{height} * image.width;  // the smaller intermediate
  if (columns_first) return ResizeRows(ResizeColumns(image, height), width);
  return ResizeColumns(ResizeRows(image, width), height);
}

}  // namespace wgan
