// LMDB files, read without trust. No LibTorch.
#ifndef DATASETS_LMDB_FILE_H_
#define DATASETS_LMDB_FILE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"

namespace wgan {

// The records of the main database of one data.mdb (LMDB 0.9, 64 bits, little-endian), in the order of their keys.
//
// LMDB itself maps the file and trusts it: a file that was cut off ends the program with SIGBUS and a damaged page may
// do anything. So this is a reader of our own for the part of the format that such files use. It reads by pread, takes
// no lock, writes nothing (read-only media work, and so do several readers), and looks at each number before it uses
// it. Keys must be byte strings, one value each: no duplicates, no named databases.
//
// What is checked, with the file's name and the page in the message: all of the tree (page numbers, kinds, bounds of
// each entry, depth, rising keys, the number of entries, no page used twice) and that each value lies within the file,
// by Open; the header of a large value's pages, by Value. LMDB has no checksums, so damage inside a value is for its
// decoder to find.
class LmdbFile {
 public:
  // Called now and then while the tree is read: entries so far, and in all.
  using Progress = absl::FunctionRef<void(int64_t done, int64_t total)>;

  // Reads all branch and leaf pages, not the large values. Keeps 24 bytes a record.
  // kNotFound and such from the system; kInvalidArgument for a file of another kind, kDataLoss for a damaged one.
  static absl::StatusOr<std::unique_ptr<const LmdbFile>> Open(const std::string& path, Progress progress);

  ~LmdbFile();
  LmdbFile(const LmdbFile&) = delete;
  LmdbFile& operator=(const LmdbFile&) = delete;

  int64_t size() const { return static_cast<int64_t>(records_.size()); }
  // "sha256:..." over the lines "key NUL value length LF" of all records.
  const std::string& digest() const { return digest_; }

  // The key and the value of record `index`; safe from several threads at once.
  absl::StatusOr<std::string> Key(int64_t index) const;
  absl::StatusOr<std::string> Value(int64_t index) const;

 private:
  // Where a record lies in the file.
  struct Record {
    int64_t key_offset = 0;
    int64_t value_offset : 63 = 0;
    bool large : 1 = false;  // the value has pages of its own, the first of which begins before value_offset
    uint32_t value_size = 0;
    uint16_t key_size = 0;
  };
  class Walk;

  explicit LmdbFile(std::string path) : path_(std::move(path)) {}
  absl::Status ReadMeta();
  absl::StatusOr<std::string> Read(int64_t offset, int64_t size) const;
  absl::Status Corrupt(const std::string& why) const;

  const std::string path_;
  int descriptor_ = -1;
  int64_t length_ = 0;      // of the file
  int64_t page_size_ = 0;   // a power of 2
  uint64_t last_page_ = 0;  // as the file's head tells
  uint64_t root_ = 0;
  int64_t entries_ = 0;
  int depth_ = 0;
  std::vector<Record> records_;
  std::string digest_;
};

}  // namespace wgan

#endif  // DATASETS_LMDB_FILE_H_
