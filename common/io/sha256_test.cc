#include "common/io/sha256.h"

#include <string>

#include "common/base/status_matchers.h"
#include "common/io/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

// Known answers: FIPS 180-2, appendix B.1 to B.3, and the empty message.
constexpr char kEmpty[] = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
constexpr char kAbc[] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
constexpr char kMillionA[] = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";

TEST(Sha256Test, KnownAnswers) {
  EXPECT_EQ(Sha256Hex(""), kEmpty);
  EXPECT_EQ(Sha256Hex("abc"), kAbc);
  EXPECT_EQ(Sha256Hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(Sha256Hex(std::string(1'000'000, 'a')), kMillionA);
}

TEST(Sha256Test, PiecesGiveTheDigestOfTheWhole) {
  Sha256 sha256;
  sha256.Update("a");
  sha256.Update("");
  sha256.Update("bc");
  EXPECT_EQ(sha256.HexDigest(), kAbc);
}

TEST(Sha256Test, FilesLongerThanOnePiece) {
  const std::string path = JoinPath(testing::TempDir(), "sha256_test");
  WGAN_ASSERT_OK(WriteFileAtomically(path, std::string(1'000'000, 'a')));
  EXPECT_EQ(Sha256HexOfFile(path).value(), kMillionA);
  // 3,000,000 bytes do not fit into one piece of 2^20.
  WGAN_ASSERT_OK(WriteFileAtomically(path, std::string(3'000'000, 'b')));
  EXPECT_EQ(Sha256HexOfFile(path).value(), Sha256Hex(std::string(3'000'000, 'b')));
  WGAN_ASSERT_OK(WriteFileAtomically(path, ""));
  EXPECT_EQ(Sha256HexOfFile(path).value(), kEmpty);
}

TEST(Sha256Test, UnreadableFileIsAnError) {
  EXPECT_THAT(Sha256HexOfFile("none/file"), StatusIs(absl::StatusCode::kNotFound, testing::HasSubstr("none/file")));
  EXPECT_THAT(Sha256HexOfFile(testing::TempDir()),
              StatusIs(absl::StatusCode::kFailedPrecondition, testing::HasSubstr("Is a directory")));
}

}  // namespace
}  // namespace wgan
