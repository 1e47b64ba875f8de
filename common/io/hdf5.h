// Arrays in HDF5 files, through the distribution's library, reading only. No LibTorch.
//
// Files come from strangers, so the library is kept on a short lead: it loads no plug-in, follows no link out of the
// file, and unpacks no array; packed chunks are unpacked here, where their size is known and checked.
#ifndef COMMON_IO_HDF5_H_
#define COMMON_IO_HDF5_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace wgan {

// No more bytes than this are given out by one call, and no chunk of a file may be larger than a quarter of it.
inline constexpr int64_t kMaxHdf5Bytes = int64_t{1} << 30;

// One array of a file, left on the disk. Copies share the open file. Thread-safe; the library itself is not, so that
// calls wait for each other.
class Hdf5Array {
 public:
  enum class Type { kByte, kInteger, kReal };  // 8-bit unsigned; other integers of 8 to 64 bits; 32 or 64-bit floats

  // The array `name`, "imgs" or "train/data", of the file at `path`. Contiguous, compact and chunked storage; filters
  // deflate and shuffle (h5py's "gzip").
  // kNotFound if there is no such file or array; kDataLoss for a file that is damaged, cut off or no HDF5;
  // kUnimplemented for other element types, filters ("lzf") and storage outside the file. Messages name file and array.
  static absl::StatusOr<Hdf5Array> Open(const std::string& path, const std::string& name);

  // The same of a file that is in memory.
  static absl::StatusOr<Hdf5Array> FromBytes(const std::string& bytes, const std::string& name);

  const std::vector<int64_t>& shape() const;  // one dimension at least
  Type type() const;

  // Entries [first, first + count) along the first dimension, row-major. Assumes that they exist and that type() is
  // kByte, not kReal, kReal. Values beyond the result's type become its largest. kDataLoss for a piece of the file that
  // is missing or damaged; kResourceExhausted above kMaxHdf5Bytes. The chunk unpacked last is kept for the next call.
  absl::StatusOr<std::string> ReadBytes(int64_t first, int64_t count) const;
  absl::StatusOr<std::vector<int64_t>> ReadIntegers(int64_t first, int64_t count) const;
  absl::StatusOr<std::vector<double>> ReadReals(int64_t first, int64_t count) const;

 private:
  class Impl;
  explicit Hdf5Array(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

  std::shared_ptr<Impl> impl_;
};

}  // namespace wgan

#endif  // COMMON_IO_HDF5_H_
