#include "common/io/csv.h"

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "common/base/random_stream.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

using Limits = std::numeric_limits<double>;

uint64_t Bits(double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof(bits));
  return bits;
}

TEST(FormatNumberTest, IsShortest) {
  EXPECT_EQ(FormatNumber(0.1), "0.1");
  EXPECT_EQ(FormatNumber(0.1 + 0.2), "0.30000000000000004");
  EXPECT_EQ(FormatNumber(3), "3");
  EXPECT_EQ(FormatNumber(1e-5), "1e-05");
  EXPECT_EQ(FormatNumber(1e23), "1e+23");
  EXPECT_EQ(FormatNumber(-0.0), "-0");
  EXPECT_EQ(FormatNumber(Limits::quiet_NaN()), "nan");
  EXPECT_EQ(FormatNumber(-Limits::quiet_NaN()), "nan");
  EXPECT_EQ(FormatNumber(Limits::infinity()), "inf");
  EXPECT_EQ(FormatNumber(-Limits::infinity()), "-inf");
}

TEST(FormatNumberTest, ReadsBackEqual) {
  std::vector<double> values = {0.0, -0.0, Limits::max(), Limits::lowest(), Limits::min(), -Limits::denorm_min()};
  RandomStream random(1, "bits", 0);
  while (values.size() < 10000) {
    const uint64_t bits = uint64_t{random.NextBits()} << 32 | random.NextBits();
    double value;
    memcpy(&value, &bits, sizeof(value));
    if (value == value) values.push_back(value);
  }
  for (const double value : values) {
    EXPECT_EQ(Bits(strtod(FormatNumber(value).c_str(), nullptr)), Bits(value)) << FormatNumber(value);
  }
}

TEST(CsvTest, HeaderAndRow) {
  EXPECT_EQ(CsvHeader({"iteration", "wd", "note"}), "iteration,wd,note\n");
  EXPECT_EQ(CsvRow({int64_t{7}, -0.25, "fine"}), "7,-0.25,fine\n");
  EXPECT_EQ(CsvRow({Limits::quiet_NaN(), Limits::infinity(), ""}), "nan,inf,\n");
  EXPECT_EQ(CsvRow({int64_t{-9223372036854775807} - 1}), "-9223372036854775808\n");
}

// RFC 4180, section 2, rules 6 and 7.
TEST(CsvTest, QuotesWhereItMust) {
  EXPECT_EQ(CsvRow({"a,b", "say \"hi\"", "two\nlines", "cr\r", " space "}),
            "\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\",\"cr\r\", space \n");
  EXPECT_EQ(CsvHeader({"a,b", "c"}), "\"a,b\",c\n");
}

TEST(JsonLineTest, KeepsOrderAndNumbers) {
  EXPECT_EQ(JsonLine({"z", "a", "note"}, {int64_t{7}, 0.1, "x"}), "{\"z\":7,\"a\":0.1,\"note\":\"x\"}\n");
  EXPECT_EQ(JsonLine({}, {}), "{}\n");
}

TEST(JsonLineTest, NotFiniteNumbersAreStrings) {
  EXPECT_EQ(JsonLine({"a", "b", "c"}, {Limits::quiet_NaN(), Limits::infinity(), -Limits::infinity()}),
            "{\"a\":\"NaN\",\"b\":\"Infinity\",\"c\":\"-Infinity\"}\n");
}

TEST(JsonLineTest, IsOneLineOfJsonWhateverTheText) {
  const std::string name = "quote\" back\\slash", text = "line\nfeed \x01 \xC3\xA9";
  const std::string line = JsonLine({name, "big"}, {text, 1e-300});
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  const nlohmann::json parsed = nlohmann::json::parse(line);
  EXPECT_EQ(parsed.at(name), text);
  EXPECT_EQ(parsed.at("big"), 1e-300);
  EXPECT_EQ(JsonLine({"a"}, {"\xFF"}), "{\"a\":\"\xEF\xBF\xBD\"}\n");
}

TEST(JsonLineDeathTest, AsManyNamesAsFields) { EXPECT_DEATH(JsonLine({"a"}, {1.0, 2.0}), "CHECK failed"); }

}  // namespace
}  // namespace wgan
