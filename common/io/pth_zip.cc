#include "common/io/pth_zip.h"

#include <zlib.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"

// The zip format: PKWARE's APPNOTE.TXT, sections 4.3 (records) and 4.5.3 (the zip64 extra field).
namespace wgan {
namespace {

constexpr uint32_t kLocal = 0x04034b50, kCentral = 0x02014b50, kEnd = 0x06054b50, kZip64Locator = 0x07064b50,
                   kZip64End = 0x06064b50, kIn64 = 0xffffffff;
constexpr size_t kLocalSize = 30, kCentralSize = 46, kEndSize = 22, kLocatorSize = 20, kZip64EndSize = 56;

template <typename... Parts>
absl::Status Corrupt(const Parts&... parts) {
  return absl::DataLossError(absl::StrCat("corrupt archive: ", parts...));
}

// Little-endian number at `offset`. Assumes that it lies within `bytes`.
template <typename T>
T At(absl::string_view bytes, uint64_t offset) {
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof(T));
  return value;
}

struct Directory {
  uint64_t begin, size, entries;
};

absl::StatusOr<Directory> FindDirectory(absl::string_view bytes) {
  if (bytes.size() < kEndSize) return Corrupt("too short for a zip file");
  const uint64_t last = bytes.size() - kEndSize;
  for (uint64_t end = last + 1; end-- > (last > 0xffff ? last - 0xffff : 0);) {
    if (At<uint32_t>(bytes, end) != kEnd || end + kEndSize + At<uint16_t>(bytes, end + 20) != bytes.size()) continue;
    Directory directory = {At<uint32_t>(bytes, end + 16), At<uint32_t>(bytes, end + 12), At<uint16_t>(bytes, end + 10)};
    uint64_t limit = end;
    if (end >= kLocatorSize && At<uint32_t>(bytes, end - kLocatorSize) == kZip64Locator) {
      const uint64_t record = At<uint64_t>(bytes, end - kLocatorSize + 8);
      if (end - kLocatorSize < kZip64EndSize || record > end - kLocatorSize - kZip64EndSize ||
          At<uint32_t>(bytes, record) != kZip64End) {
        return Corrupt("its zip64 directory record is not where it should be");
      }
      directory = {At<uint64_t>(bytes, record + 48), At<uint64_t>(bytes, record + 40),
                   At<uint64_t>(bytes, record + 32)};
      limit = record;
    }
    if (directory.begin > limit || directory.size > limit - directory.begin ||
        directory.entries > directory.size / kCentralSize) {
      return Corrupt("its directory is not where it should be");
    }
    return directory;
  }
  return Corrupt("no zip directory at its end; is it cut off?");
}

// Replaces the sizes and the offset that are given as "in the zip64 field" by what that field, somewhere in `extra`,
// says; they stand there in this order.
absl::Status ReadZip64(absl::string_view extra, uint64_t& size, uint64_t& compressed, uint64_t& offset) {
  size_t needed = 0;
  for (uint64_t* value : {&size, &compressed, &offset}) needed += *value == kIn64 ? 8 : 0;
  if (needed == 0) return absl::OkStatus();
  for (size_t at = 0; at + 4 <= extra.size();) {
    const uint16_t id = At<uint16_t>(extra, at), length = At<uint16_t>(extra, at + 2);
    if (length > extra.size() - at - 4) break;
    if (id == 1 && length >= needed) {
      size_t field = at + 4;
      for (uint64_t* value : {&size, &compressed, &offset}) {
        if (*value != kIn64) continue;
        *value = At<uint64_t>(extra, field);
        field += 8;
      }
      return absl::OkStatus();
    }
    at += 4 + size_t{length};
  }
  return Corrupt("a zip64 field is missing");
}

// Reads the central header at `at` and moves it behind; `directory_begin` ends the entries' data.
absl::StatusOr<std::pair<std::string, PthZipEntry>> ReadEntry(absl::string_view bytes, uint64_t directory_begin,
                                                              uint64_t end, uint64_t& at) {
  if (end - at < kCentralSize || At<uint32_t>(bytes, at) != kCentral) return Corrupt("its directory is damaged");
  const uint16_t flags = At<uint16_t>(bytes, at + 8), method = At<uint16_t>(bytes, at + 10);
  const uint16_t name_size = At<uint16_t>(bytes, at + 28), extra_size = At<uint16_t>(bytes, at + 30);
  const uint64_t variable = uint64_t{name_size} + extra_size + At<uint16_t>(bytes, at + 32);
  if (variable > end - at - kCentralSize) return Corrupt("its directory is cut off");
  const std::string name(bytes.substr(at + kCentralSize, name_size));
  uint64_t compressed = At<uint32_t>(bytes, at + 20), size = At<uint32_t>(bytes, at + 24),
           offset = At<uint32_t>(bytes, at + 42);
  RETURN_IF_ERROR(
      Annotate(ReadZip64(bytes.substr(at + kCentralSize + name_size, extra_size), size, compressed, offset), name));
  PthZipEntry entry;
  entry.crc = At<uint32_t>(bytes, at + 16);
  entry.stored = method == 0 && (flags & 1) == 0;
  if (entry.stored && size != compressed) return Corrupt("entry '", name, "' is stored as it is but has two sizes");
  if (offset > directory_begin || directory_begin - offset < kLocalSize || At<uint32_t>(bytes, offset) != kLocal) {
    return Corrupt("entry '", name, "' is not where the directory says");
  }
  const uint64_t data = offset + kLocalSize + At<uint16_t>(bytes, offset + 26) + At<uint16_t>(bytes, offset + 28);
  if (data > directory_begin || compressed > directory_begin - data) {
    return Corrupt("entry '", name, "' goes beyond the end of the file");
  }
  if (bytes.substr(offset + kLocalSize, At<uint16_t>(bytes, offset + 26)) != name) {
    return Corrupt("entry '", name, "' has another name in its own header");
  }
  entry.data = bytes.substr(data, compressed);
  at += kCentralSize + variable;
  return std::make_pair(name, entry);
}

}  // namespace

absl::StatusOr<std::map<std::string, PthZipEntry>> ParsePthZip(absl::string_view bytes) {
  ASSIGN_OR_RETURN(const Directory directory, FindDirectory(bytes));
  std::map<std::string, PthZipEntry> entries;
  uint64_t at = directory.begin;
  for (uint64_t i = 0; i < directory.entries; ++i) {
    ASSIGN_OR_RETURN(auto entry, ReadEntry(bytes, directory.begin, directory.begin + directory.size, at));
    const std::string name = entry.first;
    if (!entries.insert(std::move(entry)).second) return Corrupt("entry '", name, "' comes twice");
  }
  return entries;
}

absl::StatusOr<absl::string_view> PthZipContent(const std::string& name, const PthZipEntry& entry) {
  if (!entry.stored) {
    return absl::UnimplementedError(absl::StrCat("entry '", name, "' is compressed or encrypted, which is not read"));
  }
  uLong crc = crc32_z(0, nullptr, 0);
  crc = crc32_z(crc, reinterpret_cast<const Bytef*>(entry.data.data()), entry.data.size());
  if (crc != entry.crc) return Corrupt("the checksum of entry '", name, "' is wrong");
  return entry.data;
}

}  // namespace wgan
