#include "common/io/csv.h"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "common/base/check.h"

namespace wgan {
namespace {

std::string CsvText(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  return absl::StrCat("\"", absl::StrReplaceAll(text, {{"\"", "\"\""}}), "\"");
}

struct CsvField {
  std::string operator()(int64_t value) const { return absl::StrCat(value); }
  std::string operator()(double value) const { return FormatNumber(value); }
  std::string operator()(const std::string& text) const { return CsvText(text); }
};

std::string JsonText(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

struct JsonField {
  std::string operator()(int64_t value) const { return absl::StrCat(value); }
  std::string operator()(double value) const {
    if (std::isnan(value)) return "\"NaN\"";
    if (std::isinf(value)) return value > 0 ? "\"Infinity\"" : "\"-Infinity\"";
    return FormatNumber(value);
  }
  std::string operator()(const std::string& text) const { return JsonText(text); }
};

}  // namespace

std::string FormatNumber(double value) {
  if (std::isnan(value)) return "nan";  // to_chars would tell "-nan" from "nan"
  char digits[32];                      // at most 24: -2.2250738585072014e-308
  const std::to_chars_result end = std::to_chars(digits, digits + sizeof(digits), value);
  return std::string(digits, end.ptr);
}

std::string CsvHeader(const std::vector<std::string>& names) {
  return CsvRow(std::vector<MetricField>(names.begin(), names.end()));
}

std::string CsvRow(const std::vector<MetricField>& fields) {
  return absl::StrCat(
      absl::StrJoin(fields, ",",
                    [](std::string* line, const MetricField& field) { line->append(std::visit(CsvField(), field)); }),
      "\n");
}

std::string JsonLine(const std::vector<std::string>& names, const std::vector<MetricField>& fields) {
  WGAN_CHECK_EQ(names.size(), fields.size());
  std::string line;
  for (size_t i = 0; i < names.size(); ++i) {
    absl::StrAppend(&line, i == 0 ? "{" : ",", JsonText(names[i]), ":", std::visit(JsonField(), fields[i]));
  }
  return absl::StrCat(names.empty() ? "{" : line, "}\n");
}

}  // namespace wgan
