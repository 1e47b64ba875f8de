#include "common/io/npz.h"

#include <cstdint>
#include <cstdlib>
#include <cstring>
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
std::string FromNumpy(const std::string& name) { return absl::StrCat("common/io/testdata/numpy_", name, ".npz"); }

auto Corrupt(const char* words) { return StatusIs(absl::StatusCode::kDataLoss, HasSubstr(words)); }
auto Unimplemented(const char* words) { return StatusIs(absl::StatusCode::kUnimplemented, HasSubstr(words)); }
auto Invalid(const char* words) { return StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(words)); }

const std::vector<double> kMu = {1, 2, 3};
const std::vector<int32_t> kRow = {4, 5};

std::string Ours(bool compress) {
  return SerializeNpz({NpyView("mu", {3}, absl::MakeConstSpan(kMu)), NpyView("row", {2, 1}, absl::MakeConstSpan(kRow))},
                      compress)
      .value();
}

bool SameArrays(const NpzArrays& a, const NpzArrays& b) {
  if (a.size() != b.size()) return false;
  for (const auto& [name, array] : a) {
    const auto other = b.find(name);
    if (other == b.end() || other->second.type != array.type || other->second.shape != array.shape ||
        other->second.data != array.data) {
      return false;
    }
  }
  return true;
}

TEST(NpzTest, ReadsWhatNumpyWrites) {
  for (const char* name : {"stored", "deflated"}) {
    WGAN_ASSERT_OK_AND_ASSIGN(const NpzArrays arrays, ReadNpz(FromNumpy(name)));
    ASSERT_EQ(arrays.size(), 2);
    EXPECT_THAT(arrays.at("mu").ToDoubles(), ElementsAre(-1, 0, 1, 2));
    EXPECT_EQ(arrays.at("sigma").type, ElementType::kF32);
    EXPECT_THAT(arrays.at("sigma").shape, ElementsAre(4, 4));
    for (int i = 0; i < 16; ++i) EXPECT_EQ(arrays.at("sigma").ToDoubles()[i], i - 1);
  }
}

TEST(NpzTest, WhatIsWrittenComesBack) {
  const std::string path = JoinPath(std::getenv("TEST_TMPDIR"), "arrays.npz");
  const std::vector<double> zeros(10'000);
  for (const bool compress : {false, true}) {
    WGAN_ASSERT_OK(
        WriteNpz(path,
                 {NpyView("mu", {3}, absl::MakeConstSpan(kMu)), NpyView("row", {1, 2}, absl::MakeConstSpan(kRow)),
                  NpyView("\xce\xb5 zeros", {100, 100}, absl::MakeConstSpan(zeros))},
                 compress));
    WGAN_ASSERT_OK_AND_ASSIGN(const int64_t size, FileSize(path));
    EXPECT_EQ(size < 2000, compress);
    WGAN_ASSERT_OK_AND_ASSIGN(const NpzArrays arrays, ReadNpz(path));
    EXPECT_EQ(arrays.at("mu").ToDoubles(), kMu);
    EXPECT_THAT(arrays.at("row").ToDoubles(), ElementsAre(4, 5));
    EXPECT_EQ(arrays.at("\xce\xb5 zeros").ToDoubles(), zeros);
  }
  WGAN_ASSERT_OK_AND_ASSIGN(const std::string empty, SerializeNpz({}));
  WGAN_ASSERT_OK_AND_ASSIGN(const NpzArrays none, ParseNpz(empty));
  EXPECT_TRUE(none.empty());
}

TEST(NpzTest, RefusesToWriteWhatCannotBeRead) {
  const ArrayView mu = NpyView("mu", {3}, absl::MakeConstSpan(kMu));
  EXPECT_THAT(SerializeNpz({mu, mu}), Invalid("'mu' is empty, longer than 1000 bytes or there twice"));
  EXPECT_THAT(SerializeNpz({NpyView("", {3}, absl::MakeConstSpan(kMu))}), Invalid("''"));
  EXPECT_THAT(SerializeNpz({NpyView("mu", {4}, absl::MakeConstSpan(kMu))}), Invalid("array 'mu': "));
  EXPECT_THAT(SerializeNpz(std::vector<ArrayView>(65535)), Invalid("''"));
}

// Bytes of `file` at `at` replaced by the little-endian `value`.
template <typename T>
std::string With(std::string file, size_t at, T value) {
  std::memcpy(file.data() + at, &value, sizeof(T));
  return file;
}

TEST(NpzTest, SaysWhatItDoesNotRead) {
  const std::string file = Ours(false);
  const size_t end = file.size() - 22, central = file.find("PK\x01\x02");
  EXPECT_THAT(ReadNpz(FromNumpy("text")), Unimplemented("numpy_text.npz: entry 'readme.txt': its name does not end"));
  EXPECT_THAT(ParseNpz(With<uint16_t>(With<uint16_t>(file, end + 8, 0xffff), end + 10, 0xffff)),
              Unimplemented("zip64"));
  EXPECT_THAT(ParseNpz(With<uint32_t>(file, central + 24, 0xffffffff)), Unimplemented("'mu.npy': a zip64 entry"));
  EXPECT_THAT(ParseNpz(With<uint16_t>(file, central + 8, 1)), Unimplemented("encrypted"));
  EXPECT_THAT(ParseNpz(With<uint16_t>(file, central + 10, 12)), Unimplemented("compression method 12"));
  EXPECT_THAT(ReadNpz("missing.npz"), StatusIs(absl::StatusCode::kNotFound, HasSubstr("missing.npz")));
}

TEST(NpzTest, FilesThatLie) {
  const std::string file = Ours(false), deflated = Ours(true);
  const size_t end = file.size() - 22, central = file.find("PK\x01\x02"), second = file.find("PK\x01\x02", central + 4);
  EXPECT_THAT(ParseNpz("PK"), Corrupt("too short"));
  EXPECT_THAT(ParseNpz(std::string(100, 'x')), Corrupt("no zip directory"));
  EXPECT_THAT(ParseNpz(With<uint32_t>(file, central + 16, 1)),
              Corrupt("entry 'mu.npy': corrupt .npz file: its data do not"));
  EXPECT_THAT(ParseNpz(With<uint32_t>(file, end + 16, 0)), Corrupt("not where it should be"));
  EXPECT_THAT(ParseNpz(With<uint32_t>(file, central + 42, static_cast<uint32_t>(file.size()))),
              Corrupt("not where the directory"));
  EXPECT_THAT(ParseNpz(With<uint32_t>(With<uint32_t>(file, central + 20, 1u << 20), central + 24, 1u << 20)),
              Corrupt("beyond the end"));
  EXPECT_THAT(ParseNpz(With<uint16_t>(With<uint16_t>(file, end + 8, 1), end + 10, 1)),
              Corrupt("room for more entries"));
  EXPECT_THAT(ParseNpz(With<uint16_t>(With<uint16_t>(file, end + 8, 3), end + 10, 3)), Corrupt("entry 2"));
  // The first entry stretched over the second.
  EXPECT_THAT(ParseNpz(With<uint32_t>(With<uint32_t>(file, central + 20, 300), central + 24, 300)), Corrupt("overlap"));
  // A name that only the directory has, and one name for both entries.
  std::string renamed = file;
  renamed.replace(second + 46, 3, "mu.");
  EXPECT_THAT(ParseNpz(renamed), Corrupt("header and the directory differ"));
  const ArrayView aa = NpyView("aa", {3}, absl::MakeConstSpan(kMu)), ab = NpyView("ab", {3}, absl::MakeConstSpan(kMu));
  WGAN_ASSERT_OK_AND_ASSIGN(const std::string two, SerializeNpz({aa, ab}));
  EXPECT_THAT(ParseNpz(absl::StrReplaceAll(two, {{"ab.npy", "aa.npy"}})), Corrupt("'aa.npy' comes twice"));
  // A small file that claims gigabytes, and one that claims a byte more or less than it inflates to.
  const size_t at = deflated.find("PK\x01\x02");
  uint32_t size = 0;
  std::memcpy(&size, deflated.data() + at + 24, sizeof(size));
  EXPECT_THAT(ParseNpz(With<uint32_t>(deflated, at + 24, 4'000'000'000u)), Corrupt("are not believed"));
  EXPECT_THAT(ParseNpz(With<uint32_t>(deflated, at + 24, size - 1)), Corrupt("compressed data are damaged"));
  EXPECT_THAT(ParseNpz(With<uint32_t>(deflated, at + 24, size + 1)), Corrupt("compressed data are damaged"));
}

// A bomb: 200 entries of 10 MB of zeros each in a file of about 2 MB; the limit is 64 MiB + 100 times that.
TEST(NpzTest, ManyEntriesThatInflateTogetherAreNotBelieved) {
  const std::vector<double> zeros(1'250'000);
  WGAN_ASSERT_OK_AND_ASSIGN(const std::string one,
                            SerializeNpz({NpyView("0000", {1'250'000}, absl::MakeConstSpan(zeros))}, true));
  WGAN_EXPECT_OK(ParseNpz(one));
  const size_t central = one.find("PK\x01\x02");
  std::string file, directory;
  for (int i = 0; i < 200; ++i) {
    const std::string name = absl::StrCat(1000 + i);
    std::string local = one.substr(0, central), header = one.substr(central, one.size() - 22 - central);
    local.replace(30, 4, name);
    header.replace(46, 4, name);
    directory += With<uint32_t>(header, 42, static_cast<uint32_t>(file.size()));
    file += local;
  }
  std::string end = one.substr(one.size() - 22);
  end = With<uint16_t>(With<uint16_t>(end, 8, 200), 10, 200);
  end = With<uint32_t>(With<uint32_t>(end, 12, static_cast<uint32_t>(directory.size())), 16,
                       static_cast<uint32_t>(file.size()));
  EXPECT_THAT(ParseNpz(file + directory + end), Corrupt("are not believed"));
}

// Every truncation is an error; every changed byte is an error or without effect (a date, a version, an attribute).
TEST(NpzTest, EveryTruncationAndEveryChangedByte) {
  std::vector<std::string> files = {Ours(false), Ours(true)};
  for (const char* name : {"stored", "deflated"}) {
    WGAN_ASSERT_OK_AND_ASSIGN(files.emplace_back(), ReadFile(FromNumpy(name)));
  }
  for (const std::string& good : files) {
    WGAN_ASSERT_OK_AND_ASSIGN(const NpzArrays arrays, ParseNpz(good));
    for (size_t length = 0; length < good.size(); ++length) {
      EXPECT_FALSE(ParseNpz(absl::string_view(good).substr(0, length)).ok()) << "cut to " << length;
    }
    for (size_t at = 0; at < good.size(); ++at) {
      for (int value = 0; value < 256; ++value) {
        const absl::StatusOr<NpzArrays> read = ParseNpz(With<uint8_t>(good, at, static_cast<uint8_t>(value)));
        ASSERT_TRUE(!read.ok() || SameArrays(*read, arrays)) << "byte " << at << " = " << value;
      }
    }
  }
}

}  // namespace
}  // namespace wgan
