#include "common/nn/inception_v3_input.h"

#include <algorithm>
#include <vector>

namespace wgan {
namespace {

// Where an output pixel reads along one axis: between `low` and `high`, `share` of the way.
struct Tap {
  int64_t low, high;
  float share;
};

std::vector<Tap> Taps(int64_t size) {
  const float scale = static_cast<float>(static_cast<double>(size) / static_cast<double>(kInceptionSize));
  std::vector<Tap> taps;
  for (int64_t i = 0; i < kInceptionSize; ++i) {
    const float position = static_cast<float>(i) * scale;
    const int64_t low = static_cast<int64_t>(position);
    taps.push_back({low, std::min(low + 1, size - 1), position - static_cast<float>(low)});
  }
  return taps;
}

}  // namespace

void InceptionInput(const uint8_t* image, int64_t height, int64_t width, float* result) {
  const std::vector<Tap> rows = Taps(height), columns = Taps(width);
  for (int64_t i = 0; i < kInceptionSize; ++i) {
    for (int64_t channel = 0; channel < 3; ++channel) {
      const uint8_t* upper = image + (channel * height + rows[i].low) * width;
      const uint8_t* lower = image + (channel * height + rows[i].high) * width;
      for (int64_t j = 0; j < kInceptionSize; ++j) {
        const Tap& tap = columns[j];
        const float upper_left = upper[tap.low], upper_right = upper[tap.high];
        const float lower_left = lower[tap.low], lower_right = lower[tap.high];
        const float top = upper_left + (upper_right - upper_left) * tap.share;
        const float bottom = lower_left + (lower_right - lower_left) * tap.share;
        const float value = top + (bottom - top) * rows[i].share;
        result[(i * kInceptionSize + j) * 3 + channel] = (value - 128) / 128;
      }
    }
  }
}

}  // namespace wgan
