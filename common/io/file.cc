#include "common/io/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "common/base/status_macros.h"

namespace wgan {
namespace {

constexpr absl::string_view kTemporaryInfix = ".tmp.";
constexpr mode_t kMode = 0666;  // minus the umask
constexpr size_t kAppendBufferSize = 1 << 20;

// "Cannot `verb` 'path': No such file or directory", with the status code that fits `error` (an errno value).
absl::Status SystemError(int error, absl::string_view verb, absl::string_view path) {
  return absl::ErrnoToStatus(error, absl::StrCat("Cannot ", verb, " '", path, "'"));
}

// open(2) without inheritance by child processes, not interrupted by signals.
int OpenDescriptor(const std::string& path, int flags) {
  int descriptor;
  do {
    descriptor = open(path.c_str(), flags | O_CLOEXEC, kMode);
  } while (descriptor < 0 && errno == EINTR);
  return descriptor;
}

// Closes a descriptor at the end of a scope.
class ScopedDescriptor {
 public:
  explicit ScopedDescriptor(int descriptor) : descriptor_(descriptor) {}
  ScopedDescriptor(const ScopedDescriptor&) = delete;
  ScopedDescriptor& operator=(const ScopedDescriptor&) = delete;
  ~ScopedDescriptor() { Close(); }

  int get() const { return descriptor_; }

  // close(2): 0, or -1 with errno. Not repeated after EINTR, when Linux has already released the descriptor.
  int Close() {
    if (descriptor_ < 0) return 0;
    const int result = close(std::exchange(descriptor_, -1));
    return result < 0 && errno != EINTR ? -1 : 0;
  }

 private:
  int descriptor_;
};

// Writes from the front of `bytes` until all is written (0) or an error stops it (errno); `*written` counts.
int WriteAll(int descriptor, absl::string_view bytes, size_t* written) {
  *written = 0;
  while (*written < bytes.size()) {
    const ssize_t n = write(descriptor, bytes.data() + *written, bytes.size() - *written);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno;
    *written += static_cast<size_t>(n);
  }
  return 0;
}

// fsync(2) repeated after signals: 0 or errno.
int SyncDescriptor(int descriptor) {
  int result;
  do {
    result = fsync(descriptor);
  } while (result < 0 && errno == EINTR);
  return result < 0 ? errno : 0;
}

std::string DirectoryOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// Makes names that were created or renamed in the folder of `path` survive a power cut.
absl::Status SyncDirectoryOf(const std::string& path) {
  const std::string directory = DirectoryOf(path);
  ScopedDescriptor descriptor(OpenDescriptor(directory, O_RDONLY | O_DIRECTORY));
  if (descriptor.get() < 0) return SystemError(errno, "open the folder", directory);
  const int error = SyncDescriptor(descriptor.get());
  // Some network and FUSE file systems know no fsync of folders: they do what they do.
  if (error == 0 || error == EINVAL || error == ENOTSUP) return absl::OkStatus();
  return SystemError(error, "fsync the folder", directory);
}

// Creates a file beside `path` that nobody else has; its name goes to `*name`. Returns the descriptor or -1 with errno.
// A name may be taken: by what a killed process of the same number left behind, or on a shared disk by another host.
int CreateTemporary(const std::string& path, std::string* name) {
  static std::atomic<uint64_t> counter{0};
  int descriptor;
  do {
    *name = absl::StrCat(path, kTemporaryInfix, getpid(), ".", counter.fetch_add(1));
    descriptor = OpenDescriptor(*name, O_WRONLY | O_CREAT | O_EXCL);
  } while (descriptor < 0 && errno == EEXIST);
  return descriptor;
}

// Fills the fresh file `descriptor` with `bytes`, on the disk: 0 or errno.
int FillAndClose(ScopedDescriptor& descriptor, absl::string_view bytes) {
  size_t written;
  if (const int error = WriteAll(descriptor.get(), bytes, &written); error != 0) return error;
  if (const int error = SyncDescriptor(descriptor.get()); error != 0) return error;
  return descriptor.Close() < 0 ? errno : 0;
}

absl::Status FromErrorCode(const std::error_code& error, absl::string_view verb, absl::string_view path) {
  return error ? SystemError(error.value(), verb, path) : absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  ScopedDescriptor descriptor(OpenDescriptor(path, O_RDONLY));
  struct stat info;
  if (descriptor.get() < 0 || fstat(descriptor.get(), &info) < 0) return SystemError(errno, "open", path);
  // One byte more than the size, so that the read which meets the end of the file has room. The size is only a hint:
  // it is 0 for pipes and /proc, and the file may grow.
  std::string bytes(static_cast<size_t>(info.st_size) + 1, '\0');
  size_t used = 0;
  while (true) {
    if (used == bytes.size()) bytes.resize(2 * bytes.size());
    const ssize_t n = read(descriptor.get(), &bytes[used], bytes.size() - used);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return SystemError(errno, "read", path);
    if (n == 0) break;
    used += static_cast<size_t>(n);
  }
  bytes.resize(used);
  return bytes;
}

absl::Status WriteFileAtomically(const std::string& path, absl::string_view bytes) {
  std::string temporary;
  ScopedDescriptor descriptor(CreateTemporary(path, &temporary));
  if (descriptor.get() < 0) return SystemError(errno, "write", path);
  int error = FillAndClose(descriptor, bytes);
  if (error == 0 && rename(temporary.c_str(), path.c_str()) < 0) error = errno;
  if (error != 0) {
    unlink(temporary.c_str());
    return SystemError(error, "write", path);
  }
  return Annotate(SyncDirectoryOf(path), absl::StrCat("'", path, "' is written but might not survive a power cut"));
}

absl::Status ReplaceFile(const std::string& temporary, const std::string& path) {
  if (rename(temporary.c_str(), path.c_str()) < 0) return SystemError(errno, "write", path);
  return Annotate(SyncDirectoryOf(path), absl::StrCat("'", path, "' is written but might not survive a power cut"));
}

bool IsTemporaryName(absl::string_view name) {
  const size_t infix = name.rfind(kTemporaryInfix);
  if (infix == absl::string_view::npos) return false;
  const std::vector<absl::string_view> numbers = absl::StrSplit(name.substr(infix + kTemporaryInfix.size()), '.');
  uint64_t value;
  return numbers.size() == 2 && absl::SimpleAtoi(numbers[0], &value) && absl::SimpleAtoi(numbers[1], &value);
}

absl::Status CreateDirectories(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (!error && !DirectoryExists(path)) error = std::make_error_code(std::errc::not_a_directory);
  return FromErrorCode(error, "create the folder", path);
}

bool FileExists(const std::string& path) {
  struct stat info;
  return stat(path.c_str(), &info) == 0 && !S_ISDIR(info.st_mode);
}

bool DirectoryExists(const std::string& path) {
  struct stat info;
  return stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

absl::StatusOr<int64_t> FileSize(const std::string& path) {
  struct stat info;
  if (stat(path.c_str(), &info) < 0) return SystemError(errno, "look at", path);
  if (S_ISDIR(info.st_mode)) return SystemError(EISDIR, "take the size of", path);
  return static_cast<int64_t>(info.st_size);
}

absl::StatusOr<std::vector<std::string>> ListDirectory(const std::string& path) {
  std::error_code error;
  std::vector<std::string> names;
  std::filesystem::directory_iterator entry(path, error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    names.push_back(entry->path().filename().string());
  }
  RETURN_IF_ERROR(FromErrorCode(error, "list the folder", path));
  std::sort(names.begin(), names.end());
  return names;
}

std::string JoinPath(absl::string_view directory, absl::string_view name) {
  if (directory.empty() || absl::StartsWith(name, "/")) return std::string(name);
  return absl::StrCat(directory, absl::EndsWith(directory, "/") ? "" : "/", name);
}

absl::StatusOr<AppendFile> AppendFile::Open(const std::string& path, int64_t length) {
  AppendFile file;
  file.path_ = path;
  file.length_ = length;
  file.descriptor_ = OpenDescriptor(path, O_WRONLY | O_CREAT | O_APPEND);
  struct stat info;
  if (file.descriptor_ < 0 || fstat(file.descriptor_, &info) < 0) return SystemError(errno, "open", path);
  if (info.st_size < length) {
    return absl::DataLossError(absl::StrCat("'", path, "' has ", info.st_size, " bytes where a checkpoint recorded ",
                                            length, ": it was cut or replaced since"));
  }
  if (ftruncate(file.descriptor_, length) < 0) return SystemError(errno, "cut", path);
  RETURN_IF_ERROR(SyncDirectoryOf(path));
  return file;
}

AppendFile::AppendFile(AppendFile&& other) noexcept { *this = std::move(other); }

AppendFile& AppendFile::operator=(AppendFile&& other) noexcept {
  if (this == &other) return *this;
  Close();
  path_ = std::move(other.path_);
  descriptor_ = std::exchange(other.descriptor_, -1);
  length_ = other.length_;
  buffer_ = std::exchange(other.buffer_, std::string());
  return *this;
}

AppendFile::~AppendFile() { Close(); }

void AppendFile::Close() {
  if (descriptor_ < 0) return;
  Flush().IgnoreError();  // who needs to know calls Flush or Sync himself
  close(std::exchange(descriptor_, -1));
}

absl::Status AppendFile::Append(absl::string_view text) {
  buffer_.append(text.data(), text.size());
  return buffer_.size() < kAppendBufferSize ? absl::OkStatus() : Flush();
}

absl::Status AppendFile::Flush() {
  size_t written;
  const int error = WriteAll(descriptor_, buffer_, &written);
  length_ += static_cast<int64_t>(written);
  buffer_.erase(0, written);
  return error == 0 ? absl::OkStatus() : SystemError(error, "append to", path_);
}

absl::StatusOr<int64_t> AppendFile::Sync() {
  RETURN_IF_ERROR(Flush());
  if (const int error = SyncDescriptor(descriptor_); error != 0) return SystemError(error, "fsync", path_);
  return length_;
}

}  // namespace wgan
