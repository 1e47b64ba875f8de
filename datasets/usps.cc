#include "datasets/usps.h"

#include <cmath>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/base/status_macros.h"
#include "common/io/decompress.h"
#include "common/io/file.h"
#include "common/io/hdf5.h"
#include "datasets/stored_images.h"

namespace wgan {
namespace {

constexpr int64_t kMaxText = 256 << 20;  // far more than the original
constexpr int64_t kMaxDigits = 1000000;  // no copy has more
constexpr size_t kMaxLine = 1 << 14;     // 256 pairs of at most 20
constexpr int kClasses = 10;
constexpr int64_t kLevels = 2000;  // 0, 1, ..., 2000: full ink

// "i:v" into `digit`; `last` is the index before it.
absl::Status ParsePair(absl::string_view pair, int& last, float* digit) {
  const size_t colon = pair.find(':');
  int index = 0;
  double value = 0;
  if (colon == absl::string_view::npos || !absl::SimpleAtoi(pair.substr(0, colon), &index) ||
      !absl::SimpleAtod(pair.substr(colon + 1), &value)) {
    return absl::DataLossError(absl::StrCat("'", pair.substr(0, 40), "' is no pair index:value"));
  }
  if (index <= last || index > kUspsPixels) {
    return absl::DataLossError(absl::StrCat("index ", index, " after ", last, "; they rise from 1 to ", kUspsPixels));
  }
  if (!(value >= -1 && value <= 1)) {
    return absl::DataLossError(absl::StrCat("value ", value, " at index ", index, "; USPS's are in [-1, 1]"));
  }
  last = index;
  digit[index - 1] = static_cast<float>((value + 1) / 2);
  return absl::OkStatus();
}

absl::Status ParseLine(absl::string_view line, UspsDigits& digits) {
  if (line.size() > kMaxLine) return absl::DataLossError(absl::StrCat("longer than ", kMaxLine, " bytes"));
  const std::vector<absl::string_view> parts = absl::StrSplit(line, ' ', absl::SkipEmpty());
  int label = 0;
  if (!absl::SimpleAtoi(parts[0], &label) || label < 1 || label > kClasses) {
    return absl::DataLossError(absl::StrCat("class '", parts[0].substr(0, 20), "'; USPS's are 1 to 10"));
  }
  digits.labels.push_back(static_cast<char>(label - 1));
  digits.values.resize(digits.values.size() + kUspsPixels, 0.5f);  // (0 + 1) / 2
  float* const digit = &digits.values[digits.values.size() - kUspsPixels];
  int last = 0;
  for (size_t i = 1; i < parts.size(); ++i) RETURN_IF_ERROR(ParsePair(parts[i], last, digit));
  return absl::OkStatus();
}

absl::StatusOr<UspsDigits> ReadText(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string bytes, ReadFile(path));
  absl::StatusOr<std::string> text = Unpacked(bytes, kMaxText);
  if (!text.ok()) return Annotate(text.status(), path);
  absl::StatusOr<UspsDigits> digits = ParseUspsText(*text);
  if (!digits.ok()) return Annotate(digits.status(), path);
  return digits;
}

// Whether the arrays are digits and classes; the message says what they are instead.
absl::Status CheckArrays(const Hdf5Array& data, const Hdf5Array& target) {
  const std::vector<int64_t>& shape = data.shape();
  if (data.type() != Hdf5Array::Type::kReal || shape.size() != 2 || shape[1] != kUspsPixels) {
    return absl::DataLossError("'data' is no array of floats [N, 256]");
  }
  if (shape[0] == 0 || shape[0] > kMaxDigits)
    return absl::DataLossError(absl::StrCat("it claims ", shape[0], " digits"));
  if (target.type() == Hdf5Array::Type::kReal || target.shape() != std::vector<int64_t>{shape[0]}) {
    return absl::DataLossError(absl::StrCat("'target' is no array of ", shape[0], " integers"));
  }
  return absl::OkStatus();
}

absl::StatusOr<UspsDigits> ReadHdf5(const std::string& path, const std::string& group) {
  ASSIGN_OR_RETURN(const Hdf5Array data, Hdf5Array::Open(path, group + "/data"));
  ASSIGN_OR_RETURN(const Hdf5Array target, Hdf5Array::Open(path, group + "/target"));
  const std::string where = absl::StrCat(path, ", group '", group, "'");
  RETURN_IF_ERROR(Annotate(CheckArrays(data, target), where));
  ASSIGN_OR_RETURN(const std::vector<int64_t> labels, target.ReadIntegers(0, target.shape()[0]));
  ASSIGN_OR_RETURN(const std::vector<double> values, data.ReadReals(0, data.shape()[0]));
  UspsDigits digits;
  for (size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] < 0 || labels[i] >= kClasses) {
      return absl::DataLossError(absl::StrCat(where, ": digit ", i, " has class ", labels[i], "; USPS's are 0 to 9"));
    }
    digits.labels.push_back(static_cast<char>(labels[i]));
  }
  digits.values.reserve(values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    if (!(values[i] >= 0 && values[i] <= 1)) {
      return absl::DataLossError(absl::StrCat(where, ": digit ", i / kUspsPixels, " has value ", values[i],
                                              " in place ", i % kUspsPixels, "; values in [0, 1] were expected"));
    }
    digits.values.push_back(static_cast<float>(values[i]));
  }
  return digits;
}

}  // namespace

absl::StatusOr<UspsDigits> ParseUspsText(absl::string_view text) {
  UspsDigits digits;
  int64_t number = 0;
  for (const absl::string_view whole : absl::StrSplit(text, '\n')) {
    ++number;
    const absl::string_view line = absl::StripAsciiWhitespace(whole);
    if (line.empty()) continue;
    if (digits.size() == kMaxDigits) return absl::DataLossError(absl::StrCat("more than ", kMaxDigits, " digits"));
    RETURN_IF_ERROR(Annotate(ParseLine(line, digits), absl::StrCat("line ", number)));
  }
  if (digits.labels.empty()) return absl::DataLossError("it holds no digits");
  return digits;
}

absl::StatusOr<UspsDigits> ReadUsps(const UspsConfig& config, std::string* path) {
  const std::string& directory = config.directory();
  if (directory.empty()) {
    return absl::InvalidArgumentError("usps: no folder is named; say where the files are with --data_dir");
  }
  const bool test = config.split() == UspsConfig::TEST;
  std::string unused;
  std::string& found = path != nullptr ? *path : unused;
  found = JoinPath(directory, "usps.h5");
  if (FileExists(found)) return ReadHdf5(found, test ? "test" : "train");
  const std::string text = test ? "usps.t" : "usps";
  for (const char* ending : {".bz2", ""}) {
    found = JoinPath(directory, text + ending);
    if (FileExists(found)) return ReadText(found);
  }
  return absl::NotFoundError(absl::StrCat("usps: ", directory, " holds neither usps.h5 nor ", text, ".bz2"));
}

absl::StatusOr<OpenedImages> OpenUsps(const UspsConfig& config, int image_size, int channels) {
  std::string path;
  ASSIGN_OR_RETURN(UspsDigits digits, ReadUsps(config, &path));
  StoredImages images{kUspsSide, kUspsSide, 1, "", std::move(digits.labels)};
  images.pixels.reserve(digits.values.size());
  for (float value : digits.values) {
    // By way of the levels, so that the forms' own rounding does not show: 255 * 0.1 is half-way.
    const int64_t level = std::lround(kLevels * value);
    images.pixels.push_back(static_cast<char>((2 * 255 * level + kLevels) / (2 * kLevels)));
  }
  const bool test = config.split() == UspsConfig::TEST;
  OpenedImages opened;
  opened.info.name = "usps";
  opened.info.size = images.size();
  opened.info.description =
      absl::StrCat(images.size(), test ? " test" : " training", " digits of 16x16 from ", path,
                   CountRemark(images.size(), test ? 2007 : 7291), ", resized to ", image_size, "x", image_size);
  opened.info.digest = DigestOfStoredImages("usps", images);
  opened.reader = MakeStoredImagesReader(std::move(images), image_size, channels);
  return opened;
}

}  // namespace wgan
