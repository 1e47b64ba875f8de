#include "common/io/hdf5.h"

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/status_matchers.h"
#include "common/io/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// testdata/make_hdf5.py; the arrays [5, 4, 3] hold 100 i + 10 j + k.
const char kFile[] = "common/io/testdata/arrays.h5";

// Entries [first, first + count) of those, whatever their type.
std::vector<double> Expected(int first, int count) {
  std::vector<double> values;
  for (int i = first; i < first + count; ++i) {
    for (int j = 0; j < 4; ++j) {
      for (int k = 0; k < 3; ++k) values.push_back(100 * i + 10 * j + k);
    }
  }
  return values;
}

absl::StatusOr<std::vector<double>> Read(const Hdf5Array& array, int64_t first, int64_t count) {
  if (array.type() == Hdf5Array::Type::kReal) return array.ReadReals(first, count);
  const absl::StatusOr<std::vector<int64_t>> integers = array.ReadIntegers(first, count);
  if (!integers.ok()) return integers.status();
  return std::vector<double>(integers->begin(), integers->end());
}

class Hdf5FormTest : public testing::TestWithParam<const char*> {};

TEST_P(Hdf5FormTest, ReadsEveryRange) {
  WGAN_ASSERT_OK_AND_ASSIGN(const Hdf5Array array, Hdf5Array::Open(kFile, GetParam()));
  EXPECT_THAT(array.shape(), ElementsAre(5, 4, 3));
  for (int first = 0; first <= 5; ++first) {
    for (int count = 0; count <= 5 - first; ++count) {
      WGAN_ASSERT_OK_AND_ASSIGN(const std::vector<double> values, Read(array, first, count));
      EXPECT_EQ(values, Expected(first, count)) << first << " " << count;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Forms, Hdf5FormTest, testing::Values("contiguous", "chunked", "packed/deep", "big_endian"),
                         [](const auto& info) { return absl::StrCat("Form", info.index); });

TEST(Hdf5Array, BytesIntegersAndEmptyArrays) {
  WGAN_ASSERT_OK_AND_ASSIGN(const Hdf5Array bytes, Hdf5Array::Open(kFile, "bytes"));
  EXPECT_EQ(bytes.type(), Hdf5Array::Type::kByte);
  EXPECT_EQ(bytes.ReadBytes(4, 1)->substr(0, 4), "\x90\x91\x92\x9a");  // 400 mod 256, ...
  WGAN_ASSERT_OK_AND_ASSIGN(const Hdf5Array compact, Hdf5Array::Open(kFile, "compact"));
  EXPECT_EQ(compact.type(), Hdf5Array::Type::kInteger);
  EXPECT_THAT(*compact.ReadIntegers(0, 3), ElementsAre(7, -8, 9));
  WGAN_ASSERT_OK_AND_ASSIGN(const Hdf5Array empty, Hdf5Array::Open(kFile, "empty"));
  EXPECT_THAT(*empty.ReadReals(0, 0), IsEmpty());
}

TEST(Hdf5Array, MemoryIsAsGoodAsAFile) {
  WGAN_ASSERT_OK_AND_ASSIGN(const Hdf5Array array, Hdf5Array::FromBytes(*ReadFile(kFile), "packed/deep"));
  EXPECT_EQ(*Read(array, 1, 3), Expected(1, 3));
}

TEST(Hdf5Array, RefusesWhatItDoesNotRead) {
  const auto refused = [](const std::string& name, absl::StatusCode code, const std::string& why) {
    EXPECT_THAT(Hdf5Array::Open(kFile, name),
                StatusIs(code, HasSubstr(absl::StrCat(kFile, ", array '", name, "': ", why))));
  };
  refused("scalar", absl::StatusCode::kUnimplemented, "it has 0 dimensions");
  refused("text", absl::StatusCode::kUnimplemented, "its elements are neither integers nor");
  refused("complex", absl::StatusCode::kUnimplemented, "its elements are neither integers nor");
  refused("lzf", absl::StatusCode::kUnimplemented, "it is packed with filter 32000 ('lzf'); deflate");
  refused("checksummed", absl::StatusCode::kUnimplemented, "it is packed with filter 3");
  refused("elsewhere", absl::StatusCode::kUnimplemented, "its numbers lie in other files");
  refused("virtual", absl::StatusCode::kUnimplemented, "its numbers lie in other files");
  refused("soft", absl::StatusCode::kUnimplemented, "'soft' is a link to another place, which is not followed");
  refused("outside", absl::StatusCode::kUnimplemented, "'outside' is a link to another place");
  refused("packed", absl::StatusCode::kNotFound, "it is no array");
  refused("nothing", absl::StatusCode::kNotFound, "the file has no 'nothing'");
  refused("packed/nothing", absl::StatusCode::kNotFound, "the file has no 'packed/nothing'");
  refused("", absl::StatusCode::kNotFound, "the file has no ''");
}

TEST(Hdf5Array, ClaimsWithoutNumbersTakeNoMemory) {
  for (const char* name : {"unwritten", "unwritten_contiguous"}) {
    WGAN_ASSERT_OK_AND_ASSIGN(const Hdf5Array array, Hdf5Array::Open(kFile, name));
    EXPECT_THAT(array.ReadBytes(0, 1000),
                StatusIs(absl::StatusCode::kDataLoss, HasSubstr("it claims 1000000000 numbers, in a file of")));
    EXPECT_FALSE(array.ReadBytes(0, 1).ok());
  }
  WGAN_ASSERT_OK_AND_ASSIGN(const Hdf5Array bomb, Hdf5Array::Open(kFile, "bomb"));
  EXPECT_THAT(bomb.ReadBytes(0, 16),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("the chunk at entry 0: unpacks to other than 16 bytes")));
  WGAN_ASSERT_OK_AND_ASSIGN(const Hdf5Array damaged, Hdf5Array::Open(kFile, "damaged"));
  EXPECT_THAT(damaged.ReadBytes(0, 16),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("the chunk at entry 0: the zlib stream is cut off")));
}

TEST(Hdf5Array, FilesThatAreNone) {
  EXPECT_THAT(Hdf5Array::Open("no/such.h5", "x"), StatusIs(absl::StatusCode::kNotFound, HasSubstr("no/such.h5")));
  EXPECT_THAT(Hdf5Array::FromBytes("", "x"), StatusIs(absl::StatusCode::kDataLoss, HasSubstr("no HDF5 file")));
  EXPECT_THAT(
      Hdf5Array::FromBytes("<html>quota exceeded</html>", "x"),
      StatusIs(absl::StatusCode::kDataLoss, "array 'x': no HDF5 file, or a damaged one: file signature not found"));
  const std::string whole = *ReadFile(kFile);
  for (size_t size = 0; size < whole.size(); size += 97) {
    EXPECT_FALSE(Hdf5Array::FromBytes(whole.substr(0, size), "contiguous").ok()) << size;
  }
  EXPECT_THAT(Hdf5Array::FromBytes(whole.substr(0, whole.size() - 1), "contiguous"),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("truncated file")));
}

}  // namespace
}  // namespace wgan
