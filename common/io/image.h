// An 8-bit image in memory, the currency between codecs, crops, procedural pictures and sample grids. No LibTorch.
#ifndef COMMON_IO_IMAGE_H_
#define COMMON_IO_IMAGE_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace wgan {

// Row-major, interleaved: pixels[(row * width + column) * channels + channel]; `channels` is 1 (grey) or 3 (RGB).
struct Image {
  int height = 0;
  int width = 0;
  int channels = 0;
  std::vector<uint8_t> pixels;  // height * width * channels values

  // An all-black image.
  static Image Black(int height, int width, int channels) {
    return {height, width, channels, std::vector<uint8_t>(static_cast<size_t>(height) * width * channels)};
  }
  uint8_t& at(int row, int column, int channel) { return pixels[Index(row, column, channel)]; }
  uint8_t at(int row, int column, int channel) const { return pixels[Index(row, column, channel)]; }
  size_t Index(int row, int column, int channel) const {
    return (static_cast<size_t>(row) * width + column) * channels + channel;
  }
  bool operator==(const Image&) const = default;
};

}  // namespace wgan

#endif  // COMMON_IO_IMAGE_H_
