// CRC-32C (Castagnoli), the checksum of TFRecord files. No LibTorch.
#ifndef COMMON_IO_CRC32C_H_
#define COMMON_IO_CRC32C_H_

#include <cstdint>

#include "absl/strings/string_view.h"

namespace wgan {

// The CRC-32C of RFC 3720: polynomial 0x1EDC6F41, reflected, start value and final XOR 0xFFFFFFFF.
uint32_t Crc32c(absl::string_view bytes);

// What TFRecord files store in place of `crc`, so that the CRC of a string that itself holds CRCs stays good:
// rotated right by 15 bits, plus a constant.
inline uint32_t MaskCrc32c(uint32_t crc) { return ((crc >> 15) | (crc << 17)) + 0xA282EAD8u; }

}  // namespace wgan

#endif  // COMMON_IO_CRC32C_H_
