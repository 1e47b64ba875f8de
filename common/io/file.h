// Files that are never half-written. No LibTorch.
#ifndef COMMON_IO_FILE_H_
#define COMMON_IO_FILE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace wgan {

// The whole file. kNotFound, kPermissionDenied, ... with the path and the system's words.
absl::StatusOr<std::string> ReadFile(const std::string& path);

// Replaces `path` by `bytes` so that a reader, or the machine after a crash, sees either the old file or all of the new
// one: temporary name in the same folder, write, fsync, rename, fsync of the folder. On error (disk full, no
// permission, short write) the old file is untouched, the temporary one is removed and the message names `path`.
// A symbolic link at `path` is replaced, not followed. Several threads and processes may write the same `path`: one of
// them wins.
absl::Status WriteFileAtomically(const std::string& path, absl::string_view bytes);

// Gives the finished file `temporary`, already on the disk (AppendFile::Sync) and in the same folder, the name `path`, as
// the last step of WriteFileAtomically does: for files too large to be made in memory.
absl::Status ReplaceFile(const std::string& temporary, const std::string& path);

// Whether `name` has the form of WriteFileAtomically's temporary names, "NAME.tmp.PID.COUNTER". A process that was
// killed while it wrote leaves such a file behind; nothing ever reads it.
bool IsTemporaryName(absl::string_view name);

// Creates `path` and its parents; fine if it is there.
absl::Status CreateDirectories(const std::string& path);

// Whether there is something at `path` that is not a folder / that is a folder; symbolic links are followed.
bool FileExists(const std::string& path);
bool DirectoryExists(const std::string& path);

// In bytes. kFailedPrecondition for a folder.
absl::StatusOr<int64_t> FileSize(const std::string& path);

// The names in a folder, bytewise sorted, without "." and "..".
absl::StatusOr<std::vector<std::string>> ListDirectory(const std::string& path);

// `directory` and `name` joined by one '/'; `name` alone if it is absolute or `directory` is empty.
std::string JoinPath(absl::string_view directory, absl::string_view name);

// A file that only grows, for metrics and logs. What is appended is buffered until Flush() or Sync(), or until there is
// a lot of it. A resumed run opens it with the length that its checkpoint recorded, and what a killed run wrote after
// that is cut off.
class AppendFile {
 public:
  // Opens or creates `path` and cuts it to `length` bytes (kDataLoss if it is shorter than that).
  static absl::StatusOr<AppendFile> Open(const std::string& path, int64_t length);
  AppendFile(AppendFile&& other) noexcept;
  AppendFile& operator=(AppendFile&& other) noexcept;
  ~AppendFile();  // writes what is buffered, without fsync

  // Adds `text` (with its own line ends).
  absl::Status Append(absl::string_view text);
  // Hands buffered text to the system, so that other programs see it. After an error (disk full) the rest stays
  // buffered, and a later call goes on where this one stopped.
  absl::Status Flush();
  // Flush and fsync: what was appended survives a power cut. Returns the length, to be put into a checkpoint.
  absl::StatusOr<int64_t> Sync();

 private:
  AppendFile() = default;
  void Close();

  std::string path_;
  int descriptor_ = -1;
  int64_t length_ = 0;  // bytes in the file, without the buffer
  std::string buffer_;
};

}  // namespace wgan

#endif  // COMMON_IO_FILE_H_
