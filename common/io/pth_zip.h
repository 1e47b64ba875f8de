// The zip archives that PyTorch writes: entries stored as they are, sizes in zip64 fields. Reading only. No LibTorch.
#ifndef COMMON_IO_PTH_ZIP_H_
#define COMMON_IO_PTH_ZIP_H_

#include <cstdint>
#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace wgan {

// One entry of an archive, its content still inside the archive's bytes.
struct PthZipEntry {
  absl::string_view data;  // as it lies there: deflated unless `stored`
  bool stored = true;
  uint32_t crc = 0;  // CRC-32 of the content
};

// The entries of `bytes` by name, zip or zip64. The central directory is what counts; names that come twice, entries
// beyond the file or over the directory, and local headers of another name are kDataLoss, naming the entry. Contents
// are not read, so this costs nothing but the directory's size in memory.
absl::StatusOr<std::map<std::string, PthZipEntry>> ParsePthZip(absl::string_view bytes);

// The content of `entry`, which must be stored and must have the CRC-32 that the directory gives: kUnimplemented and
// kDataLoss otherwise, naming it by `name`.
absl::StatusOr<absl::string_view> PthZipContent(const std::string& name, const PthZipEntry& entry);

}  // namespace wgan

#endif  // COMMON_IO_PTH_ZIP_H_
