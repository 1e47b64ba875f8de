// USPS, digits of envelopes, in the two forms that people have: LIBSVM's text and an HDF5 file. No LibTorch.
#ifndef DATASETS_USPS_H_
#define DATASETS_USPS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "datasets/dataset.pb.h"
#include "datasets/image_reader.h"

namespace wgan {

inline constexpr int kUspsSide = 16;
inline constexpr int64_t kUspsPixels = kUspsSide * kUspsSide;

// Any number of digits, as exactly as the file has them: USPS has 2,001 levels of grey, bytes only 256.
struct UspsDigits {
  std::vector<float> values;  // [N, 256], row by row, 0 background, 1 full ink
  std::string labels;         // a byte for each digit, 0 to 9

  int64_t size() const { return static_cast<int64_t>(labels.size()); }
};

// The digits in LIBSVM's text: on each line a class from 1 (digit 0) to 10 and pairs "i:v", 1 <= i <= 256 rising, v in
// [-1, 1]; what is left out is 0, as everywhere in that format. Values become (v + 1) / 2. kDataLoss names the line and
// what is wrong with it.
absl::StatusOr<UspsDigits> ParseUspsText(absl::string_view text);

// The digits of one split in `config.directory`: from usps.h5 (groups "train" and "test" with float arrays "data"
// [N, 256] in [0, 1] and integers "target" [N]) or else from usps.bz2, usps (training), usps.t.bz2, usps.t (test).
// `path`, if not null, gets the file's. kInvalidArgument for an empty directory, kNotFound if it has none of these
// files, kDataLoss for values out of range, else Hdf5Array's, Bunzip2's and ParseUspsText's errors; all name the path.
absl::StatusOr<UspsDigits> ReadUsps(const UspsConfig& config, std::string* path = nullptr);

// The same as images, values rounded to bytes (half up), resized and widened as MakeStoredImagesReader does. The
// description says so if there are not as many as in the original, 7,291 and 2,007. The digest covers bytes and
// classes, so that both forms agree.
absl::StatusOr<OpenedImages> OpenUsps(const UspsConfig& config, int image_size, int channels);

}  // namespace wgan

#endif  // DATASETS_USPS_H_
