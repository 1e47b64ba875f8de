// gzip, zlib and bzip2 streams in memory, with a limit on what they unpack to. No LibTorch.
#ifndef COMMON_IO_DECOMPRESS_H_
#define COMMON_IO_DECOMPRESS_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace wgan {

// By its first bytes, 1f 8b or "BZh".
bool IsGzip(absl::string_view bytes);
bool IsBzip2(absl::string_view bytes);

// The first `limit` bytes of what the single stream `packed` holds, or all of it if it holds fewer; then its checksum
// was verified too. So what a small file claims cannot fill the memory, and a caller who expects n bytes asks for
// n + 1 and sees whether there are more. kDataLoss for a stream that is cut off, damaged or followed by other bytes.
absl::StatusOr<std::string> Gunzip(absl::string_view packed, int64_t limit);
absl::StatusOr<std::string> Inflate(absl::string_view packed, int64_t limit);  // zlib's own form, as in HDF5
absl::StatusOr<std::string> Bunzip2(absl::string_view packed, int64_t limit);

// All of what `bytes` holds: gzip, bzip2 or, by their first bytes neither of these, as they are. kDataLoss also if that
// is more than `limit` bytes.
absl::StatusOr<std::string> Unpacked(absl::string_view bytes, int64_t limit);

}  // namespace wgan

#endif  // COMMON_IO_DECOMPRESS_H_
