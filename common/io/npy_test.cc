#include "common/io/npy.h"

#include <cstdint>
#include <cstdlib>
#include <limits>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/base/status_matchers.h"
#include "common/io/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// A file that NumPy wrote: testdata/make_numpy_files.py.
std::string FromNumpy(const std::string& name) { return absl::StrCat("common/io/testdata/numpy_", name, ".npy"); }

// Element i is i - 1.
void ExpectCounted(const NpyArray& array, ElementType type, const std::vector<int64_t>& shape) {
  EXPECT_EQ(array.type, type);
  EXPECT_EQ(array.shape, shape);
  const std::vector<double> values = array.ToDoubles();
  ASSERT_EQ(static_cast<int64_t>(values.size()), array.size());
  for (size_t i = 0; i < values.size(); ++i) EXPECT_EQ(values[i], static_cast<double>(i) - 1);
}

TEST(NpyTest, ReadsWhatNumpyWrites) {
  WGAN_ASSERT_OK_AND_ASSIGN(NpyArray array, ReadNpy(FromNumpy("f8")));
  ExpectCounted(array, ElementType::kF64, {3, 4});
  WGAN_ASSERT_OK_AND_ASSIGN(array, ReadNpy(FromNumpy("f4_fortran")));
  ExpectCounted(array, ElementType::kF32, {2, 3, 4});
  WGAN_ASSERT_OK_AND_ASSIGN(array, ReadNpy(FromNumpy("i4_version2")));
  ExpectCounted(array, ElementType::kI32, {5});
  WGAN_ASSERT_OK_AND_ASSIGN(array, ReadNpy(FromNumpy("i8_version3")));
  ExpectCounted(array, ElementType::kI64, {3, 2});
  WGAN_ASSERT_OK_AND_ASSIGN(array, ReadNpy(FromNumpy("u1_scalar")));
  EXPECT_TRUE(array.shape.empty());
  EXPECT_THAT(array.ToDoubles(), ElementsAre(255));
  WGAN_ASSERT_OK_AND_ASSIGN(array, ReadNpy(FromNumpy("b1")));
  EXPECT_EQ(array.type, ElementType::kBool);
  EXPECT_THAT(array.ToDoubles(), ElementsAre(1, 0, 1, 0, 1, 0));
  WGAN_ASSERT_OK_AND_ASSIGN(array, ReadNpy(FromNumpy("f8_empty")));
  EXPECT_THAT(array.shape, ElementsAre(0, 3));
  EXPECT_EQ(array.size(), 0);
}

TEST(NpyTest, SaysWhatItDoesNotRead) {
  const auto unimplemented = [](const char* words) {
    return StatusIs(absl::StatusCode::kUnimplemented, HasSubstr(words));
  };
  EXPECT_THAT(ReadNpy(FromNumpy("big_endian")), unimplemented("numpy_big_endian.npy: the array is big-endian ('>f8')"));
  EXPECT_THAT(ReadNpy(FromNumpy("object")), unimplemented("Python objects"));
  EXPECT_THAT(ReadNpy(FromNumpy("record")), unimplemented("records"));
  EXPECT_THAT(ReadNpy(FromNumpy("complex")), unimplemented("'<c16'"));
  EXPECT_THAT(ReadNpy("common/io/testdata/numpy_stored.npz"),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("another kind of file")));
  EXPECT_THAT(ReadNpy("missing.npy"), StatusIs(absl::StatusCode::kNotFound, HasSubstr("missing.npy")));
}

TEST(NpyTest, WhatIsWrittenComesBack) {
  const std::string path = JoinPath(std::getenv("TEST_TMPDIR"), "array.npy");
  const std::vector<double> values = {1.5, -0.0, 1e300, 4, 5, std::numeric_limits<double>::infinity()};
  for (const std::vector<int64_t>& shape : {std::vector<int64_t>{6}, {2, 3}, {1, 3, 2, 1}}) {
    WGAN_ASSERT_OK(WriteNpy(path, NpyView("", shape, absl::MakeConstSpan(values))));
    WGAN_ASSERT_OK_AND_ASSIGN(const NpyArray array, ReadNpy(path));
    EXPECT_EQ(array.shape, shape);
    EXPECT_EQ(array.ToDoubles(), values);
  }
  const std::vector<int64_t> whole = {int64_t{1} << 62, -1};
  WGAN_ASSERT_OK(WriteNpy(path, NpyView("", {2}, absl::MakeConstSpan(whole))));
  WGAN_ASSERT_OK_AND_ASSIGN(const NpyArray array, ReadNpy(path));
  EXPECT_EQ(array.type, ElementType::kI64);
  EXPECT_THAT(array.ToDoubles(), ElementsAre(0x1p62, -1));
}

TEST(NpyTest, TheDataAreAlignedAndTheHeaderIsPythons) {
  const std::vector<float> values = {1, 2, 3};
  WGAN_ASSERT_OK_AND_ASSIGN(const std::string bytes, SerializeNpy(NpyView("", {3}, absl::MakeConstSpan(values))));
  EXPECT_EQ(bytes.size(), 128 + 12);
  EXPECT_THAT(bytes, HasSubstr("{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }"));
  EXPECT_EQ(bytes[127], '\n');
}

TEST(NpyTest, RefusesToWriteWhatDoesNotFit) {
  const std::vector<double> values(6);
  const auto invalid = [](const char* words) { return StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(words)); };
  EXPECT_THAT(SerializeNpy(NpyView("", {5}, absl::MakeConstSpan(values))),
              invalid("48 bytes cannot have the shape (5,)"));
  EXPECT_THAT(SerializeNpy(NpyView("", {-2, -3}, absl::MakeConstSpan(values))), invalid("(-2, -3)"));
  EXPECT_THAT(SerializeNpy(NpyView("", std::vector<int64_t>(65, 1), absl::MakeConstSpan(values).subspan(0, 1))),
              invalid("65 dimensions"));
  EXPECT_THAT(WriteNpy("no/such/folder.npy", NpyView("", {5}, absl::MakeConstSpan(values))),
              invalid("no/such/folder.npy: "));
}

// A version-1 file with this header and `data` zero bytes.
std::string WithHeader(const std::string& header, size_t data = 0) {
  const auto length = static_cast<uint16_t>(header.size());
  return std::string("\x93NUMPY\x01\0", 8) + std::string(reinterpret_cast<const char*>(&length), 2) + header +
         std::string(data, '\0');
}

TEST(NpyTest, HeadersThatLie) {
  const auto parse = [](const std::string& shape, size_t data) {
    return ParseNpy(WithHeader(absl::StrCat("{'descr':'<f8','fortran_order':True,'shape':", shape, "}"), data));
  };
  const auto corrupt = [](const char* words) { return StatusIs(absl::StatusCode::kDataLoss, HasSubstr(words)); };
  WGAN_EXPECT_OK(parse("(2,1,)", 16));
  EXPECT_THAT(parse("(2,)", 15), corrupt("needs 16 bytes of data, not 15"));
  EXPECT_THAT(parse("(2,)", 17), corrupt("needs 16 bytes of data, not 17"));
  EXPECT_THAT(parse("(1000000000000,)", 16), corrupt("needs 8000000000000 bytes"));
  EXPECT_THAT(parse("(4294967296, 4294967296)", 0), corrupt("overflows"));
  EXPECT_THAT(parse("(2305843009213693952,)", 0), corrupt("overflows"));
  EXPECT_THAT(parse("(4611686018427387904, 4611686018427387904, 0)", 0), corrupt("overflows"));
  EXPECT_THAT(parse("(9223372036854775808,)", 0), corrupt("no whole number"));
  EXPECT_THAT(parse("(-1,)", 0), corrupt("no whole number"));
  EXPECT_THAT(parse("(2)", 16), corrupt("no ','"));
  EXPECT_THAT(parse("(2 1)", 16), corrupt("no ','"));
  EXPECT_THAT(parse("(,)", 8), corrupt("no whole number"));
  EXPECT_THAT(parse("[2]", 16), corrupt("no tuple"));
  std::string many = "(";
  for (int i = 0; i < 65; ++i) many += "1,";
  EXPECT_THAT(parse(many + ")", 8), corrupt("more than 64 dimensions"));
}

TEST(NpyTest, HeadersThatAreNone) {
  const std::string good = "{\"shape\": (), 'descr': '<f8', 'fortran_order': False}  \n";
  WGAN_EXPECT_OK(ParseNpy(WithHeader(good, 8)));
  const auto altered = [&](const char* from, const char* to) {
    return ParseNpy(WithHeader(absl::StrReplaceAll(good, {{from, to}}), 8)).status();
  };
  const auto corrupt = [](const char* words) { return StatusIs(absl::StatusCode::kDataLoss, HasSubstr(words)); };
  EXPECT_THAT(altered("{", ""), corrupt("no dictionary"));
  EXPECT_THAT(altered("}", ""), corrupt("in the header"));
  EXPECT_THAT(altered("}", "} + [1]"), corrupt("something follows"));
  EXPECT_THAT(altered("}", ", 'descr': '<f4'}"), corrupt("the key 'descr'"));
  EXPECT_THAT(altered("}", ", 'x': 1}"), corrupt("the key 'x'"));
  EXPECT_THAT(altered("False", "0"), corrupt("neither True nor False"));
  EXPECT_THAT(altered(", 'fortran_order': False", ""), corrupt("no descr, fortran_order or shape"));
  EXPECT_THAT(altered("'descr':", "'descr'"), corrupt("no ':'"));
  EXPECT_THAT(altered("(),", "()"), corrupt("no ',' or '}'"));
  EXPECT_THAT(altered("<f8", "\x01\xff"), corrupt("not printable"));
  EXPECT_THAT(ParseNpy(std::string("\x93NUMPY\x04\0", 8)),
              StatusIs(absl::StatusCode::kUnimplemented, HasSubstr("4.0")));
  EXPECT_THAT(ParseNpy(std::string("\x93NUMPY\x02\0\xff\xff\xff\xff", 12)), corrupt("a header of 4294967295 bytes"));
  EXPECT_THAT(ParseNpy(WithHeader("{'descr': '|b1', 'fortran_order': False, 'shape': (1,)}") + "\x02"),
              corrupt("bool 0 is neither 0 nor 1"));
}

// No truncation is accepted, and no changed byte crashes or gives data of another length than the shape's.
TEST(NpyTest, EveryTruncationAndEveryChangedByte) {
  for (const char* name : {"f8", "f4_fortran", "i4_version2", "i8_version3", "u1_scalar", "b1", "f8_empty"}) {
    WGAN_ASSERT_OK_AND_ASSIGN(const std::string good, ReadFile(FromNumpy(name)));
    for (size_t length = 0; length < good.size(); ++length) {
      EXPECT_FALSE(ParseNpy(good.substr(0, length)).ok()) << name << " cut to " << length;
    }
    for (size_t at = 0; at < good.size(); ++at) {
      for (int value = 0; value < 256; ++value) {
        std::string bytes = good;
        bytes[at] = static_cast<char>(value);
        const absl::StatusOr<NpyArray> array = ParseNpy(bytes);
        if (!array.ok()) continue;
        int64_t size = 1;
        for (const int64_t dimension : array->shape) size *= dimension;
        ASSERT_EQ(array->size(), size) << name << " byte " << at << " = " << value;
      }
    }
  }
}

}  // namespace
}  // namespace wgan
