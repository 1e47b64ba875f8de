#include "datasets/pixel_planes.h"

#include <immintrin.h>

#include <algorithm>
#include <array>
#include <cstdint>

namespace wgan {
namespace {

const std::array<float, 256>& ByteToUnitRange() {
  static const std::array<float, 256> table = [] {
    std::array<float, 256> values;
    for (int byte = 0; byte < 256; ++byte) values[byte] = (static_cast<float>(byte) / 255.0f - 0.5f) / 0.5f;
    return values;
  }();
  return table;
}

// Bytes, each in 32 bits, to values. b / 255 is a product with 1/255, corrected by its remainder: for all 256 bytes the
// rounded quotient.
__attribute__((target("avx2,fma"))) inline __m256 UnitRange(__m256i bytes) {
  const __m256 inverse = _mm256_set1_ps(1.0f / 255.0f), half = _mm256_set1_ps(0.5f);
  const __m256 value = _mm256_cvtepi32_ps(bytes);
  const __m256 quotient = _mm256_mul_ps(value, inverse);
  const __m256 remainder = _mm256_fnmadd_ps(quotient, _mm256_set1_ps(255.0f), value);
  const __m256 exact = _mm256_fmadd_ps(remainder, inverse, quotient);
  const __m256 centered = _mm256_sub_ps(exact, half);
  return _mm256_add_ps(centered, centered);
}

// Picks byte `c` of each of four pixels of 3 bytes, in each half, into the low byte of 32 bits.
__attribute__((target("avx2,fma"))) inline __m256i PickChannel(int c) {
  return _mm256_add_epi32(_mm256_set1_epi32(c), _mm256_setr_epi32(-256, -253, -250, -247, -256, -253, -250, -247));
}

// 8 pixels of 3 channels, of which 28 bytes are read, to 8 values of each plane.
__attribute__((target("avx2,fma"))) inline void EightPixels(const uint8_t* from, float* red, int64_t area) {
  // Pixels 0 to 3 into the low half and 4 to 7 into the high one.
  const __m128i low = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
  const __m128i high = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + 12));
  const __m256i pixels = _mm256_inserti128_si256(_mm256_castsi128_si256(low), high, 1);
  _mm256_storeu_ps(red, UnitRange(_mm256_shuffle_epi8(pixels, PickChannel(0))));
  _mm256_storeu_ps(red + area, UnitRange(_mm256_shuffle_epi8(pixels, PickChannel(1))));
  _mm256_storeu_ps(red + 2 * area, UnitRange(_mm256_shuffle_epi8(pixels, PickChannel(2))));
}

// All but the last pixels of a picture of 3 channels; returns how many were done.
__attribute__((target("avx2,fma"))) int64_t MostPixelsAvx2(const Image& image, float* planes) {
  const int64_t area = int64_t{image.height} * image.width;
  int64_t pixel = 0;
  for (; pixel + 10 <= area; pixel += 8) EightPixels(&image.pixels[3 * pixel], planes + pixel, area);
  return pixel;
}

void Planes(const Image& image, bool mirrored, bool vectors, float* planes) {
  const std::array<float, 256>& table = ByteToUnitRange();
  const int64_t area = int64_t{image.height} * image.width;
  const int64_t done = vectors && image.channels == 3 ? MostPixelsAvx2(image, planes) : 0;
  for (int channel = 0; channel < image.channels; ++channel) {
    float* const plane = planes + channel * area;
    for (int64_t i = done; i < area; ++i) plane[i] = table[image.pixels[i * image.channels + channel]];
  }
  if (!mirrored) return;
  for (int64_t row = 0; row < int64_t{image.channels} * image.height; ++row) {
    std::reverse(planes + row * image.width, planes + (row + 1) * image.width);
  }
}

}  // namespace

void ImageToPlanes(const Image& image, bool mirrored, float* planes) {
  static const bool vectors = __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0;
  Planes(image, mirrored, vectors, planes);
}

void ImageToPlanesBaseline(const Image& image, bool mirrored, float* planes) { Planes(image, mirrored, false, planes); }

}  // namespace wgan
