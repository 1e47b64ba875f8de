// NumPy's .npy format: one array. Files come from strangers: everything is checked before it is believed. No LibTorch.
#ifndef COMMON_IO_NPY_H_
#define COMMON_IO_NPY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/io/safetensors.h"

namespace wgan {

// An array that owns its numbers: product(shape) elements in row-major (C) order, native (little-endian) bytes.
struct NpyArray {
  ElementType type = ElementType::kF64;
  std::vector<int64_t> shape;
  std::string data;

  int64_t size() const { return static_cast<int64_t>(data.size()) / ElementSize(type); }
  // The elements as doubles, whatever their type; integers above 2^53 are rounded.
  std::vector<double> ToDoubles() const;
};

// What is to be written under `name` (which .npy has not, .npz has): the numbers are borrowed, in row-major order.
ArrayView NpyView(std::string name, std::vector<int64_t> shape, absl::Span<const double> values);
ArrayView NpyView(std::string name, std::vector<int64_t> shape, absl::Span<const float> values);
ArrayView NpyView(std::string name, std::vector<int64_t> shape, absl::Span<const int64_t> values);
ArrayView NpyView(std::string name, std::vector<int64_t> shape, absl::Span<const int32_t> values);

// Parses a whole .npy file: format versions 1 to 3, C and Fortran order (which is transposed to C), up to 64
// dimensions, of float32, float64, int32, int64, uint8 and bool, little-endian. The data must be exactly as long as the
// shape says and bools must be 0 or 1. Memory: twice the size of `bytes` at most, whatever they claim.
//
// Errors: kDataLoss for what is damaged, kUnimplemented for what is not read: big-endian numbers, Python objects
// (which would be a pickle), records and other element types.
absl::StatusOr<NpyArray> ParseNpy(std::string bytes);

// The bytes of a .npy file, format version 1, C order, data 64-byte aligned. kInvalidArgument if `array.data` is not as
// long as the shape and type say or there are more than 64 dimensions.
absl::StatusOr<std::string> SerializeNpy(const ArrayView& array);

// The same on files: atomic write; errors name `path`.
absl::StatusOr<NpyArray> ReadNpy(const std::string& path);
absl::Status WriteNpy(const std::string& path, const ArrayView& array);

}  // namespace wgan

#endif  // COMMON_IO_NPY_H_
