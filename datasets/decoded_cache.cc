#include "datasets/decoded_cache.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/base/check.h"
#include "common/base/status_macros.h"
#include "common/base/stop_request.h"
#include "common/io/crc32c.h"
#include "common/io/file.h"
#include "common/io/sha256.h"
#include "datasets/prefetcher.h"
#include "datasets/progress_line.h"

namespace wgan {
namespace {

// The file: the head, in kHeadBytes; the pixels of all images; for each image 4 bytes of CRC-32C, little-endian, and 1
// byte that is 1 if it could be read; the SHA-256 of the head and of those, in kDigestBytes hexadecimal digits.
constexpr int64_t kHeadBytes = 4096;
constexpr int64_t kEntryBytes = 5;
constexpr int64_t kDigestBytes = 64;
constexpr int64_t kImagesPerChunk = 64;

// What the file must begin with.
std::string HeadOf(const OpenedImages& source, const DecodedCacheOptions& options) {
  std::string head = absl::StrCat("wgan decoded images, version 1\nname ", source.info.name, "\nsource ",
                                  source.info.digest, "\ncrop ", source.info.crop, "\nimages ", source.reader->size(),
                                  "\nshape ", options.height, " ", options.width, " ", options.channels, "\n");
  WGAN_CHECK_LE(static_cast<int64_t>(head.size()), kHeadBytes);
  head.resize(kHeadBytes, '\0');
  return head;
}

std::string FileName(const OpenedImages& source, const DecodedCacheOptions& options, const std::string& head) {
  return absl::StrCat(source.info.name, "_", source.info.crop.empty() ? "whole" : source.info.crop, "_", options.height,
                      "x", options.width, "x", options.channels, "_", Sha256Hex(head).substr(0, 16), ".images");
}

void Tell(const std::string& line) { std::fprintf(stderr, "%s\n", line.c_str()); }

// A whole file, mapped for reading.
class Mapping {
 public:
  static absl::StatusOr<std::unique_ptr<const Mapping>> Open(const std::string& path) {
    const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    struct stat info;
    if (descriptor < 0 || fstat(descriptor, &info) < 0) {
      const int error = errno;
      if (descriptor >= 0) close(descriptor);
      return absl::ErrnoToStatus(error, absl::StrCat("Cannot open '", path, "'"));
    }
    std::unique_ptr<Mapping> mapping(new Mapping(static_cast<size_t>(info.st_size)));
    if (mapping->size_ > 0) mapping->data_ = mmap(nullptr, mapping->size_, PROT_READ, MAP_SHARED, descriptor, 0);
    const int error = errno;
    close(descriptor);  // the mapping stays
    if (mapping->data_ != MAP_FAILED) return mapping;
    return absl::ErrnoToStatus(error, absl::StrCat("Cannot map '", path, "'"));
  }
  ~Mapping() {
    if (data_ != nullptr && data_ != MAP_FAILED) munmap(data_, size_);
  }
  Mapping(const Mapping&) = delete;

  absl::string_view bytes() const { return {static_cast<const char*>(data_), size_}; }

 private:
  explicit Mapping(size_t size) : size_(size) {}

  const size_t size_;
  void* data_ = nullptr;
};

// The images of a checked file, and of `source` where the file fails.
class CachedReader : public ImageReader {
 public:
  CachedReader(std::unique_ptr<const ImageReader> source, std::unique_ptr<const Mapping> mapping, std::string path,
               const DecodedCacheOptions& options)
      : source_(std::move(source)),
        mapping_(std::move(mapping)),
        path_(std::move(path)),
        options_(options),
        image_bytes_(int64_t{options.height} * options.width * options.channels),
        states_(source_->size()) {}

  int64_t size() const override { return source_->size(); }
  int Label(int64_t index) const override { return source_->Label(index); }
  std::string Name(int64_t index) const override { return source_->Name(index); }

  absl::StatusOr<Image> Read(int64_t index) const override {
    const absl::string_view pixels = mapping_->bytes().substr(kHeadBytes + index * image_bytes_, image_bytes_);
    if (StateOf(index, pixels) != kGood) return source_->Read(index);
    const auto* begin = reinterpret_cast<const uint8_t*>(pixels.data());
    return Image{options_.height, options_.width, options_.channels, std::vector<uint8_t>(begin, begin + image_bytes_)};
  }

 private:
  enum State : uint8_t { kUnknown, kGood, kBad, kNotKept };

  // Looks once at each image.
  State StateOf(int64_t index, absl::string_view pixels) const {
    const State known = states_[index].load(std::memory_order_relaxed);
    if (known != kUnknown) return known;
    const char* const entry = mapping_->bytes().data() + kHeadBytes + size() * image_bytes_ + index * kEntryBytes;
    uint32_t crc;
    memcpy(&crc, entry, sizeof(crc));
    const State state = entry[4] != 1 ? kNotKept : Crc32c(pixels) == crc ? kGood : kBad;
    if (state == kBad && !removed_.exchange(true)) {
      Tell(absl::StrCat("decoded images: ", path_, " is damaged, at ", Name(index), " for one; what is damaged is ",
                        "decoded again, and the file is removed so that the next run makes it anew"));
      unlink(path_.c_str());
    }
    states_[index].store(state, std::memory_order_relaxed);
    return state;
  }

  const std::unique_ptr<const ImageReader> source_;
  const std::unique_ptr<const Mapping> mapping_;
  const std::string path_;
  const DecodedCacheOptions options_;
  const int64_t image_bytes_;
  mutable std::vector<std::atomic<State>> states_;
  mutable std::atomic<bool> removed_{false};
};

// Writes one file.
class Builder {
 public:
  Builder(const OpenedImages& source, const DecodedCacheOptions& options, const std::string& head)
      : source_(source),
        options_(options),
        head_(head),
        image_bytes_(int64_t{options.height} * options.width * options.channels) {}

  absl::Status Build(const std::string& path) const {
    const int64_t bytes = kHeadBytes + source_.reader->size() * (image_bytes_ + kEntryBytes) + kDigestBytes;
    RETURN_IF_ERROR(CheckRoom(bytes));
    Tell(absl::StrCat("decoded images: making ", path, ", ", bytes / 1'000'000, " MB"));
    const std::string temporary = absl::StrCat(path, ".tmp.", getpid(), ".0");
    absl::Status status = Write(temporary);
    if (status.ok()) status = ReplaceFile(temporary, path);
    if (!status.ok()) unlink(temporary.c_str());
    return status;
  }

 private:
  // Consecutive images, decoded.
  struct Chunk {
    std::string pixels, entries;
    int64_t unreadable = 0;
    std::string first_error;
  };

  absl::Status CheckRoom(int64_t bytes) const {
    std::error_code error;
    const auto space = std::filesystem::space(options_.directory, error);
    if (error || space.available >= static_cast<uint64_t>(bytes)) return absl::OkStatus();
    return absl::ResourceExhaustedError(absl::StrCat(
        "the decoded images need ", bytes / 1'000'000, " MB in ", options_.directory, ", where ",
        space.available / 1'000'000, " MB are free; give another --cache_dir, or none to decode in every epoch"));
  }

  Chunk Decode(int64_t number) const {
    Chunk chunk;
    const int64_t begin = number * kImagesPerChunk;
    const int64_t end = std::min(begin + kImagesPerChunk, source_.reader->size());
    for (int64_t index = begin; index < end; ++index) {
      const absl::StatusOr<Image> image = source_.reader->Read(index);
      std::string pixels(image_bytes_, '\0');
      if (image.ok()) {
        WGAN_CHECK(image->height == options_.height && image->width == options_.width &&
                   image->channels == options_.channels)
            << source_.reader->Name(index);
        pixels.assign(image->pixels.begin(), image->pixels.end());
      } else if (chunk.unreadable++ == 0) {
        chunk.first_error = absl::StrCat(source_.reader->Name(index), ": ", image.status().message());
      }
      const uint32_t crc = Crc32c(pixels);
      chunk.entries.append(reinterpret_cast<const char*>(&crc), sizeof(crc));
      chunk.entries.push_back(image.ok() ? 1 : 0);
      chunk.pixels += pixels;
    }
    return chunk;
  }

  absl::Status Write(const std::string& temporary) const {
    ASSIGN_OR_RETURN(AppendFile file, AppendFile::Open(temporary, 0));
    RETURN_IF_ERROR(file.Append(head_));
    const int64_t size = source_.reader->size(), chunks = (size + kImagesPerChunk - 1) / kImagesPerChunk;
    Prefetcher<Chunk> decoded([this, chunks](int64_t number) { return number < chunks ? Decode(number) : Chunk(); },
                              options_.decode_threads);
    ProgressLine progress("decoded images");
    std::string entries;
    int64_t unreadable = 0;
    for (int64_t number = 0; number < chunks; ++number) {
      const Chunk chunk = decoded.Get(number);
      RETURN_IF_ERROR(file.Append(chunk.pixels));
      entries += chunk.entries;
      unreadable += chunk.unreadable;
      RETURN_IF_ERROR(MayGoOn(unreadable, chunk.first_error));
      progress(std::min((number + 1) * kImagesPerChunk, size), size);
    }
    RETURN_IF_ERROR(file.Append(entries));
    RETURN_IF_ERROR(file.Append(Sha256Hex(absl::StrCat(head_, entries))));
    return file.Sync().status();
  }

  absl::Status MayGoOn(int64_t unreadable, const std::string& error) const {
    if (StopRequested()) return absl::CancelledError("stopped while the images were decoded; nothing was kept");
    if (unreadable <= source_.max_unreadable) return absl::OkStatus();
    return absl::DataLossError(absl::StrCat(source_.info.name, ": more images than the limit of ",
                                            source_.max_unreadable, " (max_unreadable) could not be read; ", error));
  }

  const OpenedImages& source_;
  const DecodedCacheOptions& options_;
  const std::string& head_;
  const int64_t image_bytes_;
};

// What is wrong with a file that should begin with `head`; OK if nothing is.
absl::Status CheckFile(absl::string_view file, absl::string_view head, int64_t images, int64_t image_bytes) {
  const int64_t expected = kHeadBytes + images * (image_bytes + kEntryBytes) + kDigestBytes;
  if (static_cast<int64_t>(file.size()) != expected) {
    return absl::DataLossError(absl::StrCat("it has ", file.size(), " bytes instead of ", expected));
  }
  if (file.substr(0, kHeadBytes) != head) return absl::DataLossError("its head is of other data or another version");
  const absl::string_view entries = file.substr(kHeadBytes + images * image_bytes, images * kEntryBytes);
  if (Sha256Hex(absl::StrCat(head, entries)) != file.substr(file.size() - kDigestBytes)) {
    return absl::DataLossError("its checksums are damaged");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<OpenedImages> OpenDecodedCache(OpenedImages source, const DecodedCacheOptions& options) {
  RETURN_IF_ERROR(CreateDirectories(options.directory));
  const std::string head = HeadOf(source, options);
  const std::string path = JoinPath(options.directory, FileName(source, options, head));
  const int64_t images = source.reader->size();
  const int64_t image_bytes = int64_t{options.height} * options.width * options.channels;
  std::unique_ptr<const Mapping> mapping;
  if (FileExists(path)) {
    ASSIGN_OR_RETURN(mapping, Mapping::Open(path));
    if (const absl::Status status = CheckFile(mapping->bytes(), head, images, image_bytes); !status.ok()) {
      Tell(absl::StrCat("decoded images: ", path, " cannot be used: ", status.message(), "; it is made anew"));
      mapping = nullptr;
    }
  }
  if (mapping == nullptr) {
    RETURN_IF_ERROR(Builder(source, options, head).Build(path));
    ASSIGN_OR_RETURN(mapping, Mapping::Open(path));
    RETURN_IF_ERROR(Annotate(CheckFile(mapping->bytes(), head, images, image_bytes), path));
  }
  OpenedImages opened;
  opened.info = source.info;
  opened.max_unreadable = source.max_unreadable;
  opened.reader = std::make_unique<CachedReader>(std::move(source.reader), std::move(mapping), path, options);
  return opened;
}

}  // namespace wgan
