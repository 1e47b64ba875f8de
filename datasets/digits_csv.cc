#include "datasets/digits_csv.h"

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/io/decompress.h"
#include "common/io/file.h"

namespace wgan {
namespace {

constexpr int64_t kMaxText = 64 << 20;  // the larger of the two files has 9 MB
constexpr int kClasses = 10;

// Takes the number at the front of `line`, and the comma behind it. -1 if there is no whole number up to three digits.
int TakeNumber(absl::string_view& line) {
  int value = 0;
  size_t digits = 0;
  while (digits < line.size() && digits < 4 && line[digits] >= '0' && line[digits] <= '9') {
    value = 10 * value + (line[digits++] - '0');
  }
  const bool ends = digits == line.size() || line[digits] == ',';
  if (digits == 0 || digits > 3 || !ends) return -1;
  line.remove_prefix(digits);
  if (line.size() > 1) line.remove_prefix(1);  // a last comma stays, and is found to be too much
  return value;
}

absl::Status ParseLine(absl::string_view line, const DigitsFormat& format, StoredImages& images) {
  const int pixels = format.side * format.side;
  for (int i = 0; i <= pixels; ++i) {
    const int most = i < pixels ? format.maximum : kClasses - 1;
    const absl::string_view rest = line;
    const int value = TakeNumber(line);
    if (value < 0 || value > most) {
      return absl::DataLossError(absl::StrCat(i < pixels ? absl::StrCat("pixel ", i) : "the class", " is '",
                                              rest.substr(0, rest.find(',')).substr(0, 20), "'; a number from 0 to ",
                                              most, " was expected"));
    }
    if (i < pixels) {
      images.pixels.push_back(static_cast<char>((2 * 255 * value + format.maximum) / (2 * format.maximum)));
    } else {
      images.labels.push_back(static_cast<char>(value));
    }
  }
  if (line.empty()) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat("more than ", pixels + 1, " numbers"));
}

}  // namespace

absl::StatusOr<StoredImages> ParseDigitsCsv(absl::string_view text, const DigitsFormat& format) {
  StoredImages images{format.side, format.side, 1, "", ""};
  for (int64_t number = 1; !text.empty(); ++number) {
    const size_t end = text.find('\n');
    if (end == absl::string_view::npos) {
      return absl::DataLossError(absl::StrCat("cut off: line ", number, " has no end"));
    }
    absl::string_view line = text.substr(0, end);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    RETURN_IF_ERROR(Annotate(ParseLine(line, format, images), absl::StrCat("line ", number)));
    text.remove_prefix(end + 1);
  }
  if (images.labels.empty()) return absl::DataLossError("it holds no images");
  return images;
}

absl::StatusOr<OpenedImages> OpenDigits(const DigitsFormat& format, const DigitsConfig& config, int image_size,
                                        int channels) {
  if (config.directory().empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(format.name, ": no folder is named; say where ", format.file, " is with --data_dir"));
  }
  const std::string path = JoinPath(config.directory(), format.file);
  ASSIGN_OR_RETURN(const std::string bytes, ReadFile(path));
  absl::StatusOr<std::string> text = Unpacked(bytes, kMaxText);
  if (!text.ok()) return Annotate(text.status(), path);
  absl::StatusOr<StoredImages> images = ParseDigitsCsv(*text, format);
  if (!images.ok()) return Annotate(images.status(), path);
  OpenedImages opened;
  opened.info.name = format.name;
  opened.info.size = images->size();
  opened.info.description =
      absl::StrCat(images->size(), " digits of ", format.side, "x", format.side, " from ", path,
                   CountRemark(images->size(), format.num_lines), ", resized to ", image_size, "x", image_size);
  opened.info.digest = DigestOfStoredImages(format.name, *images);
  opened.reader = MakeStoredImagesReader(*std::move(images), image_size, channels);
  return opened;
}

}  // namespace wgan
