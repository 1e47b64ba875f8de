#include "datasets/resize.h"

#include <immintrin.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <vector>

#include "common/base/check.h"

namespace wgan {
namespace {

constexpr int kFractionBits = 22;
constexpr int32_t kHalf = 1 << (kFractionBits - 1);
constexpr int kLowBits = 11;  // a weight is high * 2^11 + low, so that each part fits into 16 bits
constexpr int kGroup = 4;     // taps come in groups of this many, filled up with weights of 0

// Which input pixels make each output pixel, and with what weights.
struct Filter {
  int input_size = 0, output_size = 0;
  int taps = 0;                  // of each output pixel, a multiple of kGroup
  std::vector<int> first;        // [output_size] the first input pixel
  std::vector<int> used;         // [output_size] how many taps are not filled up
  std::vector<int32_t> weights;  // [output_size][taps] in units of 2^-22, about 1 in sum
  // [output_size][taps / 4][4]: the high parts of taps 0 and 1 in the low and high 16 bits, of 2 and 3, the low parts
  // of 0 and 1, of 2 and 3.
  std::vector<int32_t> pairs;
};

// Appends the weights of one output pixel.
void AddPixel(int output_pixel, double ratio, Filter& filter) {
  const double stretch = std::max(ratio, 1.0);  // of the triangle, whose half width is 1
  const double center = (output_pixel + 0.5) * ratio;
  // Pixels whose centres may lie within the triangle.
  const int first = std::max(static_cast<int>(center - stretch + 0.5), 0);
  const int end = std::min(static_cast<int>(center + stretch + 0.5), filter.input_size);
  std::vector<double> weights;
  double sum = 0;
  for (int input_pixel = first; input_pixel < end; ++input_pixel) {
    const double offset = std::abs((input_pixel - center + 0.5) * (1.0 / stretch));
    weights.push_back(std::max(1 - offset, 0.0));
    sum += weights.back();
  }
  int32_t* const fixed = &filter.weights[int64_t{output_pixel} * filter.taps];
  for (size_t i = 0; i < weights.size(); ++i) {
    fixed[i] = static_cast<int32_t>(0.5 + weights[i] / sum * (1 << kFractionBits));
  }
  filter.first[output_pixel] = first;
  filter.used[output_pixel] = static_cast<int>(weights.size());
}

int32_t Pair(int32_t first, int32_t second) { return first | (second << 16); }

void FillPairs(Filter& filter) {
  constexpr int32_t kLowMask = (1 << kLowBits) - 1;
  for (size_t i = 0; i < filter.weights.size(); i += kGroup) {
    const int32_t* w = &filter.weights[i];
    filter.pairs[i] = Pair(w[0] >> kLowBits, w[1] >> kLowBits);
    filter.pairs[i + 1] = Pair(w[2] >> kLowBits, w[3] >> kLowBits);
    filter.pairs[i + 2] = Pair(w[0] & kLowMask, w[1] & kLowMask);
    filter.pairs[i + 3] = Pair(w[2] & kLowMask, w[3] & kLowMask);
  }
}

Filter MakeFilter(int input_size, int output_size) {
  const double ratio = static_cast<double>(input_size) / output_size;
  Filter filter;
  filter.input_size = input_size;
  filter.output_size = output_size;
  const int most = static_cast<int>(2 * std::max(ratio, 1.0)) + 2;
  filter.taps = (most + kGroup - 1) / kGroup * kGroup;
  filter.first.resize(output_size);
  filter.used.resize(output_size);
  filter.weights.resize(int64_t{output_size} * filter.taps);
  filter.pairs.resize(filter.weights.size());
  for (int pixel = 0; pixel < output_size; ++pixel) AddPixel(pixel, ratio, filter);
  FillPairs(filter);
  return filter;
}

// The filter of these sizes; the one used last in this thread is kept, since images of a data set are alike.
const Filter& FilterOf(int input_size, int output_size) {
  thread_local Filter filter;
  if (filter.input_size != input_size || filter.output_size != output_size)
    filter = MakeFilter(input_size, output_size);
  return filter;
}

uint8_t ToByte(int32_t sum) { return static_cast<uint8_t>(std::clamp(sum >> kFractionBits, 0, 255)); }

// One row: `input` and `output` of `channels` interleaved channels.
void ResizeRowBaseline(const uint8_t* input, const Filter& filter, int channels, uint8_t* output) {
  for (int pixel = 0; pixel < filter.output_size; ++pixel) {
    const int32_t* const weights = &filter.weights[int64_t{pixel} * filter.taps];
    const uint8_t* const from = input + int64_t{filter.first[pixel]} * channels;
    for (int channel = 0; channel < channels; ++channel) {
      int32_t sum = kHalf;
      for (int tap = 0; tap < filter.used[pixel]; ++tap) sum += weights[tap] * from[tap * channels + channel];
      *output++ = ToByte(sum);
    }
  }
}

// Sixteen bytes from each of two rows, into the low and the high half.
__attribute__((target("avx2"))) inline __m256i LoadTwo(const uint8_t* first, const uint8_t* second) {
  const __m128i low = _mm_loadu_si128(reinterpret_cast<const __m128i*>(first));
  return _mm256_inserti128_si256(_mm256_castsi128_si256(low), _mm_loadu_si128(reinterpret_cast<const __m128i*>(second)),
                                 1);
}

// Two rows of 3 channels at once, one in each half of a vector. The sums are exact: those of the weights' high and low
// parts are kept apart. Of each row up to 3 taps + 16 bytes more than it has are read.
__attribute__((target("avx2"))) void ResizeTwoRows(const uint8_t* const input[2], const Filter& filter,
                                                   uint8_t* const output[2]) {
  // Bytes to 16-bit numbers: red of two neighbours, green, blue.
  const __m256i first_two =
      _mm256_broadcastsi128_si256(_mm_setr_epi8(0, -1, 3, -1, 1, -1, 4, -1, 2, -1, 5, -1, -1, -1, -1, -1));
  const __m256i last_two =
      _mm256_broadcastsi128_si256(_mm_setr_epi8(6, -1, 9, -1, 7, -1, 10, -1, 8, -1, 11, -1, -1, -1, -1, -1));
  for (int pixel = 0; pixel < filter.output_size; ++pixel) {
    const int64_t first = 3 * filter.first[pixel];
    const int32_t* const pairs = &filter.pairs[int64_t{pixel} * filter.taps];
    __m256i high = _mm256_setzero_si256(), low = _mm256_set1_epi32(kHalf);
    for (int tap = 0; tap < filter.used[pixel]; tap += kGroup) {
      const __m256i bytes = LoadTwo(input[0] + first + 3 * tap, input[1] + first + 3 * tap);
      const __m256i a = _mm256_shuffle_epi8(bytes, first_two), b = _mm256_shuffle_epi8(bytes, last_two);
      high = _mm256_add_epi32(high, _mm256_madd_epi16(a, _mm256_set1_epi32(pairs[tap])));
      high = _mm256_add_epi32(high, _mm256_madd_epi16(b, _mm256_set1_epi32(pairs[tap + 1])));
      low = _mm256_add_epi32(low, _mm256_madd_epi16(a, _mm256_set1_epi32(pairs[tap + 2])));
      low = _mm256_add_epi32(low, _mm256_madd_epi16(b, _mm256_set1_epi32(pairs[tap + 3])));
    }
    const __m256i sum = _mm256_srai_epi32(_mm256_add_epi32(_mm256_slli_epi32(high, kLowBits), low), kFractionBits);
    const __m256i words = _mm256_packs_epi32(sum, sum);
    const __m256i colours = _mm256_packus_epi16(words, words);
    const int32_t rgb[2] = {_mm256_extract_epi32(colours, 0), _mm256_extract_epi32(colours, 4)};
    for (int i = 0; i < 2; ++i) {
      // Four bytes at once, the last of which the next pixel overwrites. A copy of a varying size would be a loop.
      if (pixel + 1 < filter.output_size) {
        memcpy(output[i] + 3 * pixel, &rgb[i], 4);
      } else {
        memcpy(output[i] + 3 * pixel, &rgb[i], 3);
      }
    }
  }
}

// An output row from `used` input rows, `stride` bytes apart and long; bytes from `begin` on.
void BlendRowsBaseline(const uint8_t* input, int64_t stride, const int32_t* weights, int used, int64_t begin,
                       uint8_t* output) {
  for (int64_t i = begin; i < stride; ++i) {
    int32_t sum = kHalf;
    for (int tap = 0; tap < used; ++tap) sum += weights[tap] * input[tap * stride + i];
    output[i] = ToByte(sum);
  }
}

// The same for all bytes, eight at once.
__attribute__((target("avx2"))) void BlendRowsAvx2(const uint8_t* input, int64_t stride, const int32_t* weights,
                                                   int used, uint8_t* output) {
  int64_t i = 0;
  for (; i + 8 <= stride; i += 8) {
    __m256i sum = _mm256_set1_epi32(kHalf);
    for (int tap = 0; tap < used; ++tap) {
      const __m128i bytes = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(input + tap * stride + i));
      const __m256i weight = _mm256_set1_epi32(weights[tap]);
      sum = _mm256_add_epi32(sum, _mm256_mullo_epi32(_mm256_cvtepu8_epi32(bytes), weight));
    }
    sum = _mm256_srai_epi32(sum, kFractionBits);
    const __m128i words = _mm_packs_epi32(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
    _mm_storel_epi64(reinterpret_cast<__m128i*>(output + i), _mm_packus_epi16(words, words));
  }
  BlendRowsBaseline(input, stride, weights, used, i, output);
}

// ResizeRows for 3 channels, two rows at once; of an odd number the last is done twice. Rows so near to the end that
// the pixels do not go on for long enough are read from a copy.
void ResizeRowPairs(const Image& image, const Filter& filter, Image& result) {
  const size_t input_bytes = size_t{3} * image.width, past = 3 * filter.taps + 16;
  std::vector<uint8_t> copies[2];
  for (int row = 0; row < image.height; row += 2) {
    const uint8_t* input[2];
    uint8_t* output[2];
    for (int i = 0; i < 2; ++i) {
      const int at = std::min(row + i, image.height - 1);
      input[i] = &image.pixels[at * input_bytes];
      output[i] = &result.pixels[result.Index(at, 0, 0)];
      if ((at + 1) * input_bytes + past <= image.pixels.size()) continue;
      copies[i].assign(input_bytes + past, 0);
      memcpy(copies[i].data(), input[i], input_bytes);
      input[i] = copies[i].data();
    }
    ResizeTwoRows(input, filter, output);
  }
}

Image ResizeRows(const Image& image, int width, bool vectors) {
  const Filter& filter = FilterOf(image.width, width);
  Image result = Image::Black(image.height, width, image.channels);
  if (vectors && image.channels == 3) {
    ResizeRowPairs(image, filter, result);
    return result;
  }
  for (int row = 0; row < image.height; ++row) {
    ResizeRowBaseline(&image.pixels[image.Index(row, 0, 0)], filter, image.channels,
                      &result.pixels[result.Index(row, 0, 0)]);
  }
  return result;
}

Image ResizeColumns(const Image& image, int height, bool vectors) {
  const Filter& filter = FilterOf(image.height, height);
  const int64_t stride = int64_t{image.width} * image.channels;
  Image result = Image::Black(height, image.width, image.channels);
  for (int row = 0; row < height; ++row) {
    const uint8_t* const input = image.pixels.data() + filter.first[row] * stride;
    const int32_t* const weights = &filter.weights[int64_t{row} * filter.taps];
    uint8_t* const output = result.pixels.data() + row * stride;
    if (vectors) {
      BlendRowsAvx2(input, stride, weights, filter.used[row], output);
    } else {
      BlendRowsBaseline(input, stride, weights, filter.used[row], 0, output);
    }
  }
  return result;
}

Image Resize(const Image& image, int height, int width, bool vectors) {
  WGAN_CHECK(height >= 1 && width >= 1 && image.height >= 1 && image.width >= 1);
  if (image.height == height && image.width == width) return image;
  const bool columns_first = int64_t{image.height} * width > int64_t{height} * image.width;  // the smaller intermediate
  if (columns_first) return ResizeRows(ResizeColumns(image, height, vectors), width, vectors);
  return ResizeColumns(ResizeRows(image, width, vectors), height, vectors);
}

}  // namespace

Image ResizeBilinear(const Image& image, int height, int width) {
  static const bool vectors = __builtin_cpu_supports("avx2") != 0;
  return Resize(image, height, width, vectors);
}

Image ResizeBilinearBaseline(const Image& image, int height, int width) { return Resize(image, height, width, false); }

}  // namespace wgan
