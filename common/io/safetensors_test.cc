#include "common/io/safetensors.h"

#include <cstdint>
#include <cstring>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "common/base/status_matchers.h"
#include "common/io/file.h"
#include "common/io/sha256.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

template <typename T>
absl::string_view Bytes(const std::vector<T>& values) {
  return absl::string_view(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
}

template <typename T>
std::vector<T> Values(const ArrayView& array) {
  std::vector<T> values(array.data.size() / sizeof(T));
  if (!values.empty()) memcpy(values.data(), array.data.data(), array.data.size());
  return values;
}

// A file with this header and these data, without a checksum.
std::string RawFile(const std::string& header, const std::string& data = "") {
  std::string bytes;
  for (int shift = 0; shift < 64; shift += 8) bytes.push_back(static_cast<char>(uint64_t{header.size()} >> shift));
  return bytes + header + data;
}

std::string SmallFile() {
  const std::vector<float> weight = {1.5f, -2.0f};
  const std::vector<uint8_t> mask = {1, 0, 1};
  return SerializeSafetensors(
             {{"w", ElementType::kF32, {1, 2}, Bytes(weight)}, {"m", ElementType::kBool, {3}, Bytes(mask)}},
             {{"iteration", "7"}})
      .value();
}

TEST(SafetensorsTest, RoundTripOfEveryType) {
  const std::vector<float> f32 = {1.5f, -0.0f, 1e-40f};
  const std::vector<double> f64 = {0.1, -1e300};
  const std::vector<int64_t> i64 = {INT64_MIN, 5};
  const std::vector<int32_t> i32 = {INT32_MIN, 6};
  const std::vector<uint8_t> u8 = {0, 255, 7}, flags = {1, 0};
  const std::map<std::string, std::string> metadata = {{"b", "text \"quoted\"\n"}, {"a", "na\xC3\xAFve"}, {"", ""}};
  WGAN_ASSERT_OK_AND_ASSIGN(const std::string bytes,
                            SerializeSafetensors({{"f32", ElementType::kF32, {3, 1}, Bytes(f32)},
                                                  {"f64", ElementType::kF64, {2}, Bytes(f64)},
                                                  {"i64", ElementType::kI64, {1, 2}, Bytes(i64)},
                                                  {"i32", ElementType::kI32, {2}, Bytes(i32)},
                                                  {"u8", ElementType::kU8, {3}, Bytes(u8)},
                                                  {"bool", ElementType::kBool, {2}, Bytes(flags)},
                                                  {"empty", ElementType::kF32, {0, 4}, ""},
                                                  {"scalar \"\\", ElementType::kF32, {}, Bytes(f32).substr(0, 4)}},
                                                 metadata));
  WGAN_ASSERT_OK_AND_ASSIGN(const SafetensorsFile file, ParseSafetensors(bytes, /*require_checksum=*/true));
  EXPECT_EQ(file.metadata, metadata);
  std::vector<std::string> names;
  for (const ArrayView& array : file.arrays) names.push_back(array.name);
  EXPECT_THAT(names, ElementsAre("bool", "empty", "f32", "f64", "i32", "i64", "scalar \"\\", "u8"));
  EXPECT_EQ(file.Find("f32")->data, Bytes(f32));
  EXPECT_THAT(file.Find("f32")->shape, ElementsAre(3, 1));
  EXPECT_EQ(file.Find("f32")->type, ElementType::kF32);
  EXPECT_EQ(Values<double>(*file.Find("f64")), f64);
  EXPECT_EQ(Values<int64_t>(*file.Find("i64")), i64);
  EXPECT_EQ(Values<int32_t>(*file.Find("i32")), i32);
  EXPECT_EQ(Values<uint8_t>(*file.Find("u8")), u8);
  EXPECT_EQ(Values<uint8_t>(*file.Find("bool")), flags);
  EXPECT_EQ(file.Find("bool")->type, ElementType::kBool);
  EXPECT_THAT(file.Find("scalar \"\\")->shape, IsEmpty());
  EXPECT_THAT(file.Find("empty")->shape, ElementsAre(0, 4));
  EXPECT_EQ(file.Find("f3"), nullptr);
  EXPECT_EQ(file.Find("zzz"), nullptr);
}

// The layout by hand: "w" (4-byte elements) before "m" (1 byte), the header padded to a multiple of 8.
TEST(SafetensorsTest, LayoutByHand) {
  const std::string zeros(64, '0');
  const std::string header = absl::StrCat("{\"__metadata__\":{\"wgan.sha256\":\"", zeros, "\",\"iteration\":\"7\"},",
                                          "\"w\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[0,8]},",
                                          "\"m\":{\"dtype\":\"BOOL\",\"shape\":[3],\"data_offsets\":[8,11]}}");
  std::string padded = header;
  while (padded.size() % 8 != 0) padded.push_back(' ');
  const std::string with_zeros = RawFile(padded, std::string("\0\0\xC0\x3F\0\0\0\xC0\1\0\1", 11));
  EXPECT_EQ(SmallFile(), absl::StrReplaceAll(with_zeros, {{zeros, Sha256Hex(with_zeros)}}));
}

TEST(SafetensorsTest, NothingAtAllRoundTrips) {
  WGAN_ASSERT_OK_AND_ASSIGN(const std::string bytes, SerializeSafetensors({}, {}));
  EXPECT_THAT(ParseSafetensors(bytes, true).value().arrays, IsEmpty());
  EXPECT_THAT(ParseSafetensors(RawFile("{}")).value().arrays, IsEmpty());
}

TEST(SafetensorsTest, MoveKeepsTheArrays) {
  SafetensorsFile file = ParseSafetensors(SmallFile()).value();
  const SafetensorsFile moved = std::move(file);
  EXPECT_EQ(Values<float>(*moved.Find("w")), (std::vector<float>{1.5f, -2.0f}));
}

TEST(SafetensorsTest, MetadataThatLooksLikeOurChecksumStaysText) {
  const std::map<std::string, std::string> metadata = {{"a\"wgan.sha256", std::string(64, '0')},
                                                       {"b", "{\"__metadata__\":{\"wgan.sha256\":\""}};
  WGAN_ASSERT_OK_AND_ASSIGN(const std::string bytes, SerializeSafetensors({}, metadata));
  EXPECT_EQ(ParseSafetensors(bytes, true).value().metadata, metadata);
}

TEST(SafetensorsTest, SerializeRefusesWhatCannotBeReadBack) {
  const std::vector<float> two = {1, 2};
  const auto code = absl::StatusCode::kInvalidArgument;
  const ArrayView a = {"a", ElementType::kF32, {2}, Bytes(two)};
  EXPECT_THAT(SerializeSafetensors({a, a}, {}), StatusIs(code, HasSubstr("two arrays are called 'a'")));
  ArrayView other_type = a;  // a duplicate that does not end up beside the first
  other_type.type = ElementType::kU8;
  other_type.shape = {8};
  EXPECT_THAT(SerializeSafetensors({a, {"b", ElementType::kF32, {0}, ""}, other_type}, {}),
              StatusIs(code, HasSubstr("two arrays are called 'a'")));
  EXPECT_THAT(SerializeSafetensors({{"__metadata__", ElementType::kF32, {2}, Bytes(two)}}, {}),
              StatusIs(code, HasSubstr("may not be called '__metadata__'")));
  EXPECT_THAT(SerializeSafetensors({}, {{"wgan.sha256", ""}}), StatusIs(code, HasSubstr("reserved")));
  EXPECT_THAT(SerializeSafetensors({{"a", ElementType::kF32, {3}, Bytes(two)}}, {}),
              StatusIs(code, HasSubstr("'a' of F32 and shape [3] has 8 bytes")));
  EXPECT_THAT(SerializeSafetensors({{"\xFF", ElementType::kF32, {2}, Bytes(two)}}, {}),
              StatusIs(code, HasSubstr("UTF-8")));
  EXPECT_THAT(SerializeSafetensors({}, {{"key", "\xC3"}}), StatusIs(code, HasSubstr("UTF-8")));
}

TEST(SafetensorsTest, EveryFlippedBitIsRefused) {
  const std::string bytes = SmallFile();
  WGAN_ASSERT_OK(ParseSafetensors(bytes, true));
  for (size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    std::string flipped = bytes;
    flipped[bit / 8] ^= static_cast<char>(1 << (bit % 8));
    EXPECT_EQ(ParseSafetensors(flipped, true).status().code(), absl::StatusCode::kDataLoss) << "bit " << bit;
  }
}

TEST(SafetensorsTest, EveryTruncationAndAnySurplusIsRefused) {
  const std::string ours = SmallFile();
  const std::string foreign = RawFile("{\"a\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[0,3]}}", "abc");
  WGAN_ASSERT_OK(ParseSafetensors(foreign));
  for (const std::string& bytes : {ours, foreign}) {
    for (size_t size = 0; size < bytes.size(); ++size) {
      EXPECT_EQ(ParseSafetensors(bytes.substr(0, size)).status().code(), absl::StatusCode::kDataLoss) << size;
    }
    EXPECT_EQ(ParseSafetensors(bytes + '\0').status().code(), absl::StatusCode::kDataLoss);
  }
}

TEST(SafetensorsTest, MissingChecksumIsAnErrorOnlyIfRequired) {
  WGAN_EXPECT_OK(ParseSafetensors(RawFile("{}")));
  EXPECT_THAT(ParseSafetensors(RawFile("{}"), true), StatusIs(absl::StatusCode::kDataLoss, HasSubstr("no checksum")));
  for (const std::string& checksum : {std::string(), std::string("0"), std::string(64, '0'), std::string(65, '0')}) {
    const std::string file = RawFile(absl::StrCat("{\"__metadata__\":{\"wgan.sha256\":\"", checksum, "\"}}"));
    EXPECT_THAT(ParseSafetensors(file), StatusIs(absl::StatusCode::kDataLoss, HasSubstr("checksum does not fit")));
  }
}

struct Attack {
  std::string bytes;
  std::string message;
};

std::string Entry(const std::string& dtype, const std::string& shape, const std::string& offsets) {
  return absl::StrCat("{\"dtype\":\"", dtype, "\",\"shape\":", shape, ",\"data_offsets\":", offsets, "}");
}

std::string OneArray(const std::string& dtype, const std::string& shape, const std::string& offsets) {
  return absl::StrCat("{\"a\":", Entry(dtype, shape, offsets), "}");
}

std::string TwoArrays(const std::string& offsets_a, const std::string& offsets_b) {
  return absl::StrCat("{\"a\":", Entry("U8", "[4]", offsets_a), ",\"b\":", Entry("U8", "[4]", offsets_b), "}");
}

void ExpectRefused(const std::vector<Attack>& attacks) {
  for (const Attack& attack : attacks) {
    EXPECT_THAT(
        ParseSafetensors(attack.bytes),
        StatusIs(absl::StatusCode::kDataLoss, AllOf(HasSubstr("corrupt safetensors file"), HasSubstr(attack.message))))
        << attack.bytes;
  }
}

TEST(SafetensorsAttackTest, HeaderLength) {
  ExpectRefused({
      {"", "it has 0 bytes"},
      {"1234567", "it has 7 bytes"},
      {std::string("\x03\0\0\0\0\0\0\0{}", 10), "claims 3 bytes but the file has only 10"},
      {std::string(8, '\xFF') + "{}", "claims 18446744073709551615 bytes, more than the limit"},
      {std::string("\x01\xE1\xF5\x05\0\0\0\0{}", 10), "claims 100000001 bytes, more than the limit of 100000000"},
      {std::string("\x00\xE1\xF5\x05\0\0\0\0{}", 10), "claims 100000000 bytes but the file has only"},
      {std::string(8, '\0'), "does not begin with '{'"},
  });
}

TEST(SafetensorsAttackTest, HeaderGrammar) {
  ExpectRefused({
      {RawFile("[]"), "does not begin with '{'"},
      {RawFile(" {}"), "does not begin with '{'"},
      {RawFile("{"), "not JSON"},
      {RawFile("{}x"), "not JSON"},
      {RawFile("{}{}"), "not JSON"},
      {RawFile("{\"\xFF\":1}"), "not JSON"},
      {RawFile("{\"a\":1}"), "a number where it does not belong"},
      {RawFile("{\"a\":null}"), "null where it does not belong"},
      {RawFile("{\"a\":\"F32\"}"), "a string where it does not belong"},
      {RawFile("{\"a\":[]}"), "a list where it does not belong"},
      {RawFile("{\"a\":{}}"), "no dtype, shape or data_offsets for the array 'a'"},
      {RawFile("{\"a\":{\"dtype\":\"F32\",\"shape\":[0]}}"), "no dtype, shape or data_offsets for the array 'a'"},
      {RawFile("{\"a\":{\"dtype\":{}}}"), "an object where it does not belong for the array 'a'"},
      {RawFile("{\"a\":{\"extra\":1}}"), "the unknown key 'extra' for the array 'a'"},
      {RawFile("{\"__metadata__\":{\"k\":1}}"), "a number where it does not belong in its metadata"},
      {RawFile("{\"__metadata__\":{\"k\":{}}}"), "an object where it does not belong in its metadata"},
      {RawFile(OneArray("F16", "[1]", "[0,2]"), "ab"), "the element type 'F16'"},
      {RawFile(OneArray("f32", "[1]", "[0,4]"), "abcd"), "the element type 'f32'"},
      {RawFile(OneArray("U8", "[-1]", "[0,1]"), "a"), "a negative number for the array 'a'"},
      {RawFile(OneArray("U8", "[1.0]", "[0,1]"), "a"), "not an integer"},
      {RawFile(OneArray("U8", "[true]", "[0,1]"), "a"), "a truth value"},
      {RawFile(OneArray("U8", "[[1]]", "[0,1]"), "a"), "a list where it does not belong"},
      {RawFile(OneArray("U8", "[1]", "[1]"), "a"), "data_offsets that are not two"},
      {RawFile(OneArray("U8", "[1]", "[0,1,1]"), "a"), "data_offsets that are not two"},
  });
}

TEST(SafetensorsAttackTest, DuplicateKeys) {
  const std::string entry = Entry("U8", "[1]", "[0,1]");
  ExpectRefused({
      {RawFile(absl::StrCat("{\"a\":", entry, ",\"a\":", entry, "}"), "x"), "the key 'a' twice"},
      {RawFile("{\"__metadata__\":{},\"__metadata__\":{}}"), "the key '__metadata__' twice"},
      {RawFile("{\"__metadata__\":{\"k\":\"1\",\"k\":\"2\"}}"), "the key 'k' twice in its metadata"},
      {RawFile("{\"a\":{\"dtype\":\"U8\",\"dtype\":\"I64\"}}"), "the key 'dtype' twice for the array 'a'"},
      {RawFile("{\"a\":{\"shape\":[1],\"shape\":[2]}}"), "the key 'shape' twice"},
  });
}

TEST(SafetensorsAttackTest, OffsetsAndSizes) {
  ExpectRefused({
      {RawFile(TwoArrays("[0,4]", "[2,6]"), "123456"),
       "'b' with data_offsets [2,6] overlaps with another, which ends at 4"},
      {RawFile(TwoArrays("[0,4]", "[0,4]"), "1234"), "overlaps"},
      {RawFile(TwoArrays("[0,4]", "[5,9]"), "123456789"), "leaves a hole from 4 on"},
      {RawFile(TwoArrays("[1,5]", "[5,9]"), "123456789"), "leaves a hole from 0 on"},
      {RawFile(TwoArrays("[0,4]", "[4,8]"), "123456789"), "end at byte 8 of the data, which has 9"},
      {RawFile("{}", "1"), "end at byte 0 of the data, which has 1"},
      {RawFile(OneArray("U8", "[4]", "[0,4]"), "123"), "does not lie in the 3 bytes"},
      {RawFile(OneArray("U8", "[4]", "[4,0]"), "1234"), "does not lie in the 4 bytes"},
      {RawFile(OneArray("U8", "[3]", "[0,4]"), "1234"), "should have 3 bytes by its shape [3] of U8"},
      {RawFile(OneArray("F32", "[]", "[0,8]"), "12345678"), "should have 4 bytes by its shape [] of F32"},
      {RawFile(OneArray("U8", "[4]", "[0,9223372036854775807]"), "1234"), "does not lie in"},
      {RawFile(OneArray("U8", "[4]", "[0,9223372036854775808]"), "1234"), "a number above 2^63 - 1"},
      {RawFile(OneArray("U8", "[4]", "[0,18446744073709551616]"), "1234"), "not an integer"},
      {RawFile(OneArray("BOOL", "[2]", "[0,2]"), std::string("\1\2")), "bytes other than 0 and 1"},
  });
}

// Products that wrap around to the right size: 2^62 * 4 * 1 = 2^64, and 2^32 * 2^32 * 1 = 2^64.
TEST(SafetensorsAttackTest, ShapeOverflow) {
  ExpectRefused({
      {RawFile(OneArray("F32", "[4611686018427387904]", "[0,0]")),
       "shape [4611686018427387904] of the array 'a' overflows"},
      {RawFile(OneArray("U8", "[4294967296,4294967296]", "[0,0]")), "overflows"},
      {RawFile(OneArray("U8", "[4294967296,4294967296,0]", "[0,0]")), "overflows"},
  });
}

// Nesting that would overflow a recursive parser's stack; a message that does not quote the whole header.
TEST(SafetensorsAttackTest, DeepAndLongHeadersAreRefusedEarly) {
  const std::string deep(1'000'000, '[');
  ExpectRefused({
      {RawFile("{\"a\":" + deep), "a list where it does not belong"},
      {RawFile(absl::StrReplaceAll(deep.substr(0, 100'000), {{"[", "{\"a\":"}})), "the unknown key 'a'"},
      {RawFile("{" + std::string(1'000'000, 'x')), "not JSON"},
  });
  EXPECT_LT(ParseSafetensors(RawFile("{" + std::string(1'000'000, 'x'))).status().message().size(), 1000u);
}

// Made by Python's safetensors: testdata/make_python_safetensors.py.
TEST(SafetensorsTest, ReadsPythonsFile) {
  WGAN_ASSERT_OK_AND_ASSIGN(const SafetensorsFile file, ReadSafetensors("common/io/testdata/python.safetensors"));
  EXPECT_THAT(file.metadata, ElementsAre(Pair("format", "np"), Pair("note", "made by Python")));
  EXPECT_EQ(file.arrays.size(), 8u);
  EXPECT_THAT(file.Find("weight")->shape, ElementsAre(2, 3));
  EXPECT_THAT(Values<float>(*file.Find("weight")), ElementsAre(1.5f, -2.0f, 0.1f, 0.0f, 1.0f / 0.0f, 1e-30f));
  EXPECT_THAT(Values<double>(*file.Find("double")), ElementsAre(0.1, -1e300));
  EXPECT_THAT(Values<int64_t>(*file.Find("step")), ElementsAre((int64_t{1} << 40) + 1));
  EXPECT_THAT(file.Find("step")->shape, IsEmpty());
  EXPECT_THAT(Values<int32_t>(*file.Find("small")), ElementsAre(-1, 2147483647));
  EXPECT_THAT(Values<uint8_t>(*file.Find("pixels")), ElementsAre(0, 127, 255));
  EXPECT_THAT(Values<uint8_t>(*file.Find("mask")), ElementsAre(1, 0, 1));
  EXPECT_THAT(file.Find("empty")->shape, ElementsAre(0, 4));
  EXPECT_THAT(Values<uint8_t>(*file.Find("na\xC3\xAFve.\"name\"")), ElementsAre(7));
}

TEST(SafetensorsTest, FilesNameTheirPathInErrors) {
  const std::string path = JoinPath(testing::TempDir(), "safetensors_test.safetensors");
  const std::vector<float> two = {1, 2};
  WGAN_ASSERT_OK(WriteSafetensors(path, {{"a", ElementType::kF32, {2}, Bytes(two)}}, {{"k", "v"}}));
  WGAN_ASSERT_OK_AND_ASSIGN(const SafetensorsFile file, ReadSafetensors(path, /*require_checksum=*/true));
  EXPECT_EQ(Values<float>(*file.Find("a")), two);
  EXPECT_THAT(file.metadata, ElementsAre(Pair("k", "v")));

  WGAN_ASSERT_OK(WriteFileAtomically(path, file.bytes.substr(0, 50)));
  EXPECT_THAT(ReadSafetensors(path), StatusIs(absl::StatusCode::kDataLoss, HasSubstr(path)));
  EXPECT_THAT(ReadSafetensors(path + "x"), StatusIs(absl::StatusCode::kNotFound, HasSubstr(path + "x")));
  EXPECT_THAT(WriteSafetensors(path, {{"a", ElementType::kF32, {3}, Bytes(two)}}, {}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(path)));
}

}  // namespace
}  // namespace wgan
