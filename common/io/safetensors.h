// The safetensors format (8-byte little-endian header length, JSON header, raw data): arrays on disk that Python and
// every framework read, and that cannot run code. No LibTorch; tensor.h beside this file adds at::Tensor.
#ifndef COMMON_IO_SAFETENSORS_H_
#define COMMON_IO_SAFETENSORS_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace wgan {

// Element types that we read and write, by their safetensors names F32, F64, I64, I32, U8, BOOL.
enum class ElementType { kF32, kF64, kI64, kI32, kU8, kBool };
int ElementSize(ElementType type);                    // bytes
absl::string_view ElementTypeName(ElementType type);  // "F32"

// One named array; `data` holds product(shape) elements in row-major order and is not owned.
struct ArrayView {
  std::string name;
  ElementType type = ElementType::kF32;
  std::vector<int64_t> shape;
  absl::string_view data;
};

// A parsed file. `arrays` point into `bytes` and come in name order. Movable, not copyable.
struct SafetensorsFile {
  SafetensorsFile() = default;
  SafetensorsFile(SafetensorsFile&&) = default;
  SafetensorsFile& operator=(SafetensorsFile&&) = default;

  std::string bytes;
  std::vector<ArrayView> arrays;
  std::map<std::string, std::string> metadata;  // without our own checksum entry

  // The array called `name`, or null.
  const ArrayView* Find(absl::string_view name) const;
};

// Serialises `arrays` with string `metadata`. The data start 8-byte aligned and follow in order of falling element
// size, then of name, so that every array is aligned for readers that map the file; equal input gives equal bytes. The
// metadata entry "wgan.sha256" holds the SHA-256 of the whole file taken with that entry's 64 digits replaced by '0',
// so every flipped bit is found, and Python still reads the file. kInvalidArgument for duplicate or reserved names,
// names and metadata that are not UTF-8, and data whose size is not that of its shape.
absl::StatusOr<std::string> SerializeSafetensors(std::vector<ArrayView> arrays,
                                                 const std::map<std::string, std::string>& metadata);

// Parses and checks everything: header length within file and <= 100,000,000, no duplicate keys, offsets without holes
// or overlaps and covering the data exactly, sizes equal to shape x type with checked arithmetic, BOOL bytes 0 or 1,
// and our checksum where there is one (`require_checksum`: its absence is an error too). kDataLoss says what is wrong
// and where. Memory in proportion to the size of `bytes`, whatever they claim.
absl::StatusOr<SafetensorsFile> ParseSafetensors(std::string bytes, bool require_checksum = false);

// The same on files: atomic write; errors name `path`.
absl::Status WriteSafetensors(const std::string& path, std::vector<ArrayView> arrays,
                              const std::map<std::string, std::string>& metadata);
absl::StatusOr<SafetensorsFile> ReadSafetensors(const std::string& path, bool require_checksum = false);

}  // namespace wgan

#endif  // COMMON_IO_SAFETENSORS_H_
