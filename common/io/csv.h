// Rows of metrics as text: CSV (RFC 4180) and, with the same numbers, JSON lines. No LibTorch.
// The strings end with a line feed and go to an AppendFile (file.h).
#ifndef COMMON_IO_CSV_H_
#define COMMON_IO_CSV_H_

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace wgan {

// One field of a row.
using MetricField = std::variant<int64_t, double, std::string>;

// The shortest decimal that reads back as exactly `value`: "0.1", "1e-05", "-0". Not finite: "nan", "inf", "-inf",
// which Python, pandas, R and gnuplot read.
std::string FormatNumber(double value);

// One line of CSV. Fields with a comma, a quote or a line break are quoted as RFC 4180 says. The line ends with LF, not
// with the RFC's CRLF, so that tail, diff and gnuplot work too; every reader of CSV takes that.
std::string CsvHeader(const std::vector<std::string>& names);
std::string CsvRow(const std::vector<MetricField>& fields);

// One line with one JSON object {"name":field,...} in the order of `names`. JSON has no NaN and infinities: they are
// the strings "NaN", "Infinity" and "-Infinity", as in protobuf's JSON. Bytes that are not UTF-8 become U+FFFD.
// Assumes as many names as fields, no name twice.
std::string JsonLine(const std::vector<std::string>& names, const std::vector<MetricField>& fields);

}  // namespace wgan

#endif  // COMMON_IO_CSV_H_
