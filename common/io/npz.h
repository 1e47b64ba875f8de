// NumPy's .npz format: named arrays in a zip file, stored or deflated. No LibTorch.
#ifndef COMMON_IO_NPZ_H_
#define COMMON_IO_NPZ_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/io/npy.h"
#include "common/io/safetensors.h"

namespace wgan {

// Arrays under their names, without the ".npy" that each has inside the file.
using NpzArrays = std::map<std::string, NpyArray>;

// Parses a whole .npz file as numpy.savez and savez_compressed write it. The central directory is what counts; the
// local headers must agree with it in name and method, and no two entries may overlap. Sizes and CRC-32 of every entry
// are checked, so that a changed byte is an error or was without meaning (a date). Together the entries may inflate to
// 64 MiB plus 100 times the file's size, so that a small file cannot fill the memory.
//
// Errors: kDataLoss for what is damaged, kUnimplemented for what is not read (zip64, encryption, other compression
// methods, entries that are no .npy, and as ParseNpy); the message names the entry.
absl::StatusOr<NpzArrays> ParseNpz(absl::string_view bytes);

// The bytes of an .npz file with `arrays` under their names, deflated if `compress`. Equal input gives equal bytes: the
// date in the file is always 1980-01-01. kInvalidArgument for a name that is empty or comes twice, data whose size is
// not that of its shape, and a file that would need zip64 (4 GiB, 65535 arrays).
absl::StatusOr<std::string> SerializeNpz(const std::vector<ArrayView>& arrays, bool compress = false);

// The same on files: atomic write; errors name `path`.
absl::StatusOr<NpzArrays> ReadNpz(const std::string& path);
absl::Status WriteNpz(const std::string& path, const std::vector<ArrayView>& arrays, bool compress = false);

}  // namespace wgan

#endif  // COMMON_IO_NPZ_H_
