#include "common/io/crc32c.h"

#include <string>

#include "gtest/gtest.h"

namespace wgan {
namespace {

// RFC 3720, appendix B.4; "123456789" is the check value of the CRC catalogues.
TEST(Crc32cTest, KnownAnswers) {
  EXPECT_EQ(Crc32c(""), 0u);
  EXPECT_EQ(Crc32c("123456789"), 0xE3069283u);
  EXPECT_EQ(Crc32c(std::string(32, '\0')), 0x8A9136AAu);
  EXPECT_EQ(Crc32c(std::string(32, '\xFF')), 0x62A8AB43u);
  std::string rising, falling;
  for (char c = 0; c < 32; ++c) rising.push_back(c);
  for (char c = 31; c >= 0; --c) falling.push_back(c);
  EXPECT_EQ(Crc32c(rising), 0x46DD794Eu);
  EXPECT_EQ(Crc32c(falling), 0x113FDB5Cu);
}

// By hand: 0x00008001 rotated right by 15 bits is 0x00020001; plus 0xA282EAD8.
TEST(Crc32cTest, MaskRotatesAndAdds) {
  EXPECT_EQ(MaskCrc32c(0), 0xA282EAD8u);
  EXPECT_EQ(MaskCrc32c(0x00008001), 0xA284EAD9u);
  EXPECT_EQ(MaskCrc32c(0xFFFFFFFF), 0xA282EAD7u);  // wraps around
}

}  // namespace
}  // namespace wgan
