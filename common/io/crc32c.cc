#include "common/io/crc32c.h"

#include <nmmintrin.h>

#include <array>
#include <cstdint>
#include <cstring>

#include "absl/strings/string_view.h"

namespace wgan {
namespace {

constexpr uint32_t kReflectedPolynomial = 0x82F63B78;  // 0x1EDC6F41 with its bits in reverse order

// table[b] is the remainder of the byte b followed by four zero bytes.
constexpr std::array<uint32_t, 256> MakeTable() {
  std::array<uint32_t, 256> table{};
  for (uint32_t b = 0; b < 256; ++b) {
    uint32_t remainder = b;
    for (int bit = 0; bit < 8; ++bit) remainder = (remainder >> 1) ^ ((remainder & 1) ? kReflectedPolynomial : 0);
    table[b] = remainder;
  }
  return table;
}

constexpr std::array<uint32_t, 256> kTable = MakeTable();

// The remainder of `crc` followed by `bytes`.
uint32_t ExtendByTable(uint32_t crc, absl::string_view bytes) {
  for (const char c : bytes) crc = (crc >> 8) ^ kTable[(crc ^ static_cast<uint8_t>(c)) & 0xFF];
  return crc;
}

// The same by the processor's instruction for it, eight bytes at once.
__attribute__((target("sse4.2"))) uint32_t ExtendByInstruction(uint32_t crc, absl::string_view bytes) {
  uint64_t remainder = crc;
  for (; bytes.size() >= 8; bytes.remove_prefix(8)) {
    uint64_t word;
    memcpy(&word, bytes.data(), 8);
    remainder = _mm_crc32_u64(remainder, word);
  }
  return ExtendByTable(static_cast<uint32_t>(remainder), bytes);
}

}  // namespace

uint32_t Crc32c(absl::string_view bytes) {
  static const bool has_instruction = __builtin_cpu_supports("sse4.2") != 0;
  const uint32_t start = 0xFFFFFFFF;
  return (has_instruction ? ExtendByInstruction(start, bytes) : ExtendByTable(start, bytes)) ^ 0xFFFFFFFF;
}

}  // namespace wgan
