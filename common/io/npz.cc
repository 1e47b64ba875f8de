#include "common/io/npz.h"

#include <zlib.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/base/status_macros.h"
#include "common/io/file.h"

// The zip format: PKWARE's APPNOTE.TXT. [local header, data]..., [central header]..., end of central directory.
namespace wgan {
namespace {

constexpr uint32_t kLocalSignature = 0x04034b50, kCentralSignature = 0x02014b50, kEndSignature = 0x06054b50,
                   kZip64LocatorSignature = 0x07064b50;
constexpr size_t kLocalSize = 30, kCentralSize = 46, kEndSize = 22, kZip64LocatorSize = 20, kMaxComment = 0xffff;
constexpr uint16_t kStored = 0, kDeflated = 8;
constexpr uint16_t kEncrypted = 1 << 0, kUtf8 = 1 << 11;
constexpr uint16_t kFirstDate = (0 << 9) | (1 << 5) | 1;  // 1980-01-01
constexpr uint32_t kZip64 = 0xffffffff;                   // "see the zip64 field"

// How much the entries may inflate to, for a file of `size` bytes.
constexpr uint64_t InflatedLimit(uint64_t size) { return (uint64_t{64} << 20) + 100 * size; }

template <typename... Parts>
absl::Status Corrupt(const Parts&... parts) {
  return absl::DataLossError(absl::StrCat("corrupt .npz file: ", parts...));
}

// ---------------------------------------------------------------------------------------------------------- Reading

// Little-endian numbers one after another. Assumes that they lie within `bytes`.
class Fields {
 public:
  Fields(absl::string_view bytes, size_t offset) : next_(bytes.data() + offset) {}
  uint16_t U16() { return Take<uint16_t>(); }
  uint32_t U32() { return Take<uint32_t>(); }
  void Skip(size_t count) { next_ += count; }

 private:
  template <typename T>
  T Take() {
    T value;
    std::memcpy(&value, next_, sizeof(T));
    next_ += sizeof(T);
    return value;
  }
  const char* next_;
};

uint32_t SignatureAt(absl::string_view bytes, size_t offset) { return Fields(bytes, offset).U32(); }

// One entry, as the central directory tells.
struct Entry {
  std::string name;
  uint16_t flags = 0, method = 0;
  uint32_t crc = 0, compressed_size = 0, size = 0, offset = 0;
  size_t data_begin = 0;  // once the local header was read
};

struct Directory {
  size_t begin, size;
  int entries;
};

// Finds the end of central directory: the last place where its signature stands and its comment ends with the file.
absl::StatusOr<Directory> FindDirectory(absl::string_view bytes) {
  if (bytes.size() < kEndSize) return Corrupt("it is too short for a zip file");
  const size_t last = bytes.size() - kEndSize, first = last > kMaxComment ? last - kMaxComment : 0;
  for (size_t end = last + 1; end-- > first;) {
    if (SignatureAt(bytes, end) != kEndSignature) continue;
    Fields fields(bytes, end + 4);
    const uint16_t disk = fields.U16(), directory_disk = fields.U16(), entries_here = fields.U16(),
                   entries = fields.U16();
    const uint32_t size = fields.U32(), begin = fields.U32();
    const uint16_t comment = fields.U16();
    if (end + kEndSize + comment != bytes.size()) continue;
    const bool has_locator =
        end >= kZip64LocatorSize && SignatureAt(bytes, end - kZip64LocatorSize) == kZip64LocatorSignature;
    if (entries == 0xffff || size == kZip64 || begin == kZip64 || has_locator) {
      return absl::UnimplementedError("a zip64 file (4 GiB or more, or 65535 arrays), which is not read; split it");
    }
    if (disk != 0 || directory_disk != 0 || entries != entries_here) return Corrupt("it is a part of several");
    if (begin > end || size != end - begin) return Corrupt("its directory is not where it should be");
    return Directory{begin, size, entries};
  }
  return Corrupt("no zip directory at its end; is it cut off or another kind of file?");
}

absl::StatusOr<Entry> ParseCentralHeader(absl::string_view bytes, size_t& at, size_t end, int index) {
  if (end - at < kCentralSize || SignatureAt(bytes, at) != kCentralSignature) {
    return Corrupt("entry ", index, " of its directory is damaged");
  }
  Fields fields(bytes, at + 8);
  Entry entry;
  entry.flags = fields.U16();
  entry.method = fields.U16();
  fields.Skip(4);  // time and date
  entry.crc = fields.U32();
  entry.compressed_size = fields.U32();
  entry.size = fields.U32();
  const uint16_t name = fields.U16(), extra = fields.U16(), comment = fields.U16();
  fields.Skip(8);  // disk, attributes
  entry.offset = fields.U32();
  const size_t variable = size_t{name} + extra + comment;
  if (variable > end - at - kCentralSize) return Corrupt("entry ", index, " of its directory is cut off");
  entry.name = std::string(bytes.substr(at + kCentralSize, name));
  at += kCentralSize + variable;
  return entry;
}

absl::Status CheckKind(const Entry& entry) {
  if (entry.compressed_size == kZip64 || entry.size == kZip64 || entry.offset == kZip64) {
    return absl::UnimplementedError("a zip64 entry (4 GiB or more), which is not read");
  }
  if (entry.flags & kEncrypted) return absl::UnimplementedError("it is encrypted, which is not read");
  if (entry.method != kStored && entry.method != kDeflated) {
    return absl::UnimplementedError(absl::StrCat("compression method ", entry.method, "; 0 and 8 (deflate) are read"));
  }
  if (entry.method == kStored && entry.size != entry.compressed_size) {
    return Corrupt("it is stored as it is but has two sizes");
  }
  if (!absl::EndsWith(entry.name, ".npy")) return absl::UnimplementedError("its name does not end in .npy");
  return absl::OkStatus();
}

// Finds the data of `entry`, which must lie before `end`.
absl::Status ParseLocalHeader(absl::string_view bytes, size_t end, Entry& entry) {
  if (entry.offset > end || end - entry.offset < kLocalSize || SignatureAt(bytes, entry.offset) != kLocalSignature) {
    return Corrupt("its header is not where the directory says");
  }
  Fields fields(bytes, entry.offset + 6);
  const uint16_t flags = fields.U16(), method = fields.U16();
  fields.Skip(16);  // time, date, CRC and sizes, which may be those of zip64: the directory has them all
  const uint16_t name = fields.U16(), extra = fields.U16();
  const size_t begin = entry.offset + kLocalSize + name + extra;
  if (begin > end || entry.compressed_size > end - begin) return Corrupt("it goes beyond the end of the file");
  if (flags != entry.flags || method != entry.method || bytes.substr(entry.offset + kLocalSize, name) != entry.name) {
    return Corrupt("its header and the directory differ");
  }
  entry.data_begin = begin;
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Entry>> ParseDirectory(absl::string_view bytes) {
  ASSIGN_OR_RETURN(const Directory directory, FindDirectory(bytes));
  const size_t end = directory.begin + directory.size;
  std::vector<Entry> entries;
  size_t at = directory.begin;
  for (int i = 0; i < directory.entries; ++i) {
    ASSIGN_OR_RETURN(Entry entry, ParseCentralHeader(bytes, at, end, i));
    const std::string context = absl::StrCat("entry '", entry.name, "'");
    RETURN_IF_ERROR(Annotate(CheckKind(entry), context));
    RETURN_IF_ERROR(Annotate(ParseLocalHeader(bytes, directory.begin, entry), context));
    entries.push_back(std::move(entry));
  }
  if (at != end) return Corrupt("its directory has room for more entries than it counts");
  return entries;
}

absl::Status CheckTogether(const std::vector<Entry>& entries, size_t file_size) {
  std::vector<const Entry*> order;
  std::set<std::string> names;
  uint64_t total = 0;
  for (const Entry& entry : entries) {
    if (!names.insert(entry.name).second) return Corrupt("entry '", entry.name, "' comes twice");
    order.push_back(&entry);
    total += entry.size;
  }
  if (total > InflatedLimit(file_size)) {
    return Corrupt(file_size, " bytes that claim to be ", total, " when inflated; more than ", InflatedLimit(file_size),
                   " are not believed");
  }
  std::sort(order.begin(), order.end(), [](const Entry* a, const Entry* b) { return a->offset < b->offset; });
  for (size_t i = 1; i < order.size(); ++i) {
    if (order[i]->offset < order[i - 1]->data_begin + order[i - 1]->compressed_size) {
      return Corrupt("entries '", order[i - 1]->name, "' and '", order[i]->name, "' overlap");
    }
  }
  return absl::OkStatus();
}

// Inflates to exactly `size` bytes. The result grows with what really comes, not with what was claimed.
absl::StatusOr<std::string> Inflate(absl::string_view data, size_t size) {
  z_stream stream = {};
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) return absl::InternalError("zlib does not start");
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data.data()));
  stream.avail_in = static_cast<uInt>(data.size());
  std::string result, buffer(size_t{1} << 16, '\0');
  int code = Z_OK;
  while (code == Z_OK && result.size() <= size) {
    stream.next_out = reinterpret_cast<Bytef*>(buffer.data());
    stream.avail_out = static_cast<uInt>(buffer.size());
    code = inflate(&stream, Z_NO_FLUSH);
    result.append(buffer, 0, buffer.size() - stream.avail_out);
  }
  const bool complete = code == Z_STREAM_END && stream.avail_in == 0 && result.size() == size;
  inflateEnd(&stream);
  if (!complete) return Corrupt("its compressed data are damaged");
  return result;
}

uint32_t Crc32(absl::string_view data) {
  return static_cast<uint32_t>(crc32_z(0, reinterpret_cast<const Bytef*>(data.data()), data.size()));
}

absl::StatusOr<NpyArray> ReadEntry(absl::string_view bytes, const Entry& entry) {
  const absl::string_view data = bytes.substr(entry.data_begin, entry.compressed_size);
  std::string npy;
  if (entry.method == kStored) {
    npy = std::string(data);
  } else {
    ASSIGN_OR_RETURN(npy, Inflate(data, entry.size));
  }
  if (Crc32(npy) != entry.crc) return Corrupt("its data do not have the checksum that the directory says");
  return ParseNpy(std::move(npy));
}

// ---------------------------------------------------------------------------------------------------------- Writing

void Append16(uint16_t value, std::string& bytes) { bytes.append(reinterpret_cast<const char*>(&value), 2); }
void Append32(uint32_t value, std::string& bytes) { bytes.append(reinterpret_cast<const char*>(&value), 4); }

// What the local and the central header share, from "version needed" to the length of the extra field.
void AppendCommon(const Entry& entry, std::string& bytes) {
  Append16(20, bytes);  // deflate needs version 2.0
  Append16(entry.flags, bytes);
  Append16(entry.method, bytes);
  Append16(0, bytes);
  Append16(kFirstDate, bytes);
  Append32(entry.crc, bytes);
  Append32(entry.compressed_size, bytes);
  Append32(entry.size, bytes);
  Append16(static_cast<uint16_t>(entry.name.size()), bytes);
  Append16(0, bytes);
}

void AppendCentralHeader(const Entry& entry, std::string& bytes) {
  Append32(kCentralSignature, bytes);
  Append16(20, bytes);
  AppendCommon(entry, bytes);
  Append16(0, bytes);  // comment
  Append16(0, bytes);  // disk
  Append16(0, bytes);  // internal attributes
  Append32(0, bytes);  // external attributes
  Append32(entry.offset, bytes);
  bytes += entry.name;
}

absl::StatusOr<std::string> Deflate(absl::string_view data) {
  z_stream stream = {};
  if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    return absl::InternalError("zlib does not start");
  }
  std::string result(deflateBound(&stream, data.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data.data()));
  stream.avail_in = static_cast<uInt>(data.size());
  stream.next_out = reinterpret_cast<Bytef*>(result.data());
  stream.avail_out = static_cast<uInt>(result.size());
  const int code = deflate(&stream, Z_FINISH);
  result.resize(result.size() - stream.avail_out);
  deflateEnd(&stream);
  if (code != Z_STREAM_END) return absl::InternalError("zlib does not compress");
  return result;
}

absl::Status TooLarge() {
  return absl::InvalidArgumentError("a file of 4 GiB or more would need zip64, which is not written; split it");
}

// Appends the local header and the data of `array`.
absl::StatusOr<Entry> AppendArray(const ArrayView& array, bool compress, std::string& bytes) {
  constexpr uint64_t kMost = kZip64 - 1;
  ASSIGN_OR_RETURN(std::string data, SerializeNpy(array));
  if (data.size() > kMost || bytes.size() + data.size() > kMost) return TooLarge();
  Entry entry;
  entry.name = absl::StrCat(array.name, ".npy");
  const bool ascii = std::all_of(entry.name.begin(), entry.name.end(), [](char c) { return (c & 0x80) == 0; });
  entry.flags = ascii ? 0 : kUtf8;
  entry.method = compress ? kDeflated : kStored;
  entry.crc = Crc32(data);
  entry.size = static_cast<uint32_t>(data.size());
  if (compress) {
    ASSIGN_OR_RETURN(data, Deflate(data));
    if (data.size() > kMost) return TooLarge();
  }
  entry.compressed_size = static_cast<uint32_t>(data.size());
  entry.offset = static_cast<uint32_t>(bytes.size());
  Append32(kLocalSignature, bytes);
  AppendCommon(entry, bytes);
  absl::StrAppend(&bytes, entry.name, data);
  return entry;
}

}  // namespace

absl::StatusOr<NpzArrays> ParseNpz(absl::string_view bytes) {
  ASSIGN_OR_RETURN(const std::vector<Entry> entries, ParseDirectory(bytes));
  RETURN_IF_ERROR(CheckTogether(entries, bytes.size()));
  NpzArrays arrays;
  for (const Entry& entry : entries) {
    absl::StatusOr<NpyArray> array = ReadEntry(bytes, entry);
    if (!array.ok()) return Annotate(array.status(), absl::StrCat("entry '", entry.name, "'"));
    arrays[std::string(absl::StripSuffix(entry.name, ".npy"))] = *std::move(array);
  }
  return arrays;
}

absl::StatusOr<std::string> SerializeNpz(const std::vector<ArrayView>& arrays, bool compress) {
  std::set<std::string> names;
  std::string bytes, directory;
  for (const ArrayView& array : arrays) {
    if (array.name.empty() || array.name.size() > 1000 || !names.insert(array.name).second) {
      return absl::InvalidArgumentError(
          absl::StrCat("the array name '", array.name, "' is empty, longer than 1000 bytes or there twice"));
    }
    absl::StatusOr<Entry> entry = AppendArray(array, compress, bytes);
    if (!entry.ok()) return Annotate(entry.status(), absl::StrCat("array '", array.name, "'"));
    AppendCentralHeader(*entry, directory);
  }
  const uint64_t total = uint64_t{bytes.size()} + directory.size() + kEndSize;
  if (arrays.size() >= 0xffff || total >= kZip64) return TooLarge();
  const auto begin = static_cast<uint32_t>(bytes.size());
  bytes += directory;
  Append32(kEndSignature, bytes);
  Append32(0, bytes);  // this disk, and that of the directory
  Append16(static_cast<uint16_t>(arrays.size()), bytes);
  Append16(static_cast<uint16_t>(arrays.size()), bytes);
  Append32(static_cast<uint32_t>(directory.size()), bytes);
  Append32(begin, bytes);
  Append16(0, bytes);  // comment
  return bytes;
}

absl::StatusOr<NpzArrays> ReadNpz(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string bytes, ReadFile(path));
  absl::StatusOr<NpzArrays> arrays = ParseNpz(bytes);
  if (!arrays.ok()) return Annotate(arrays.status(), path);
  return arrays;
}

absl::Status WriteNpz(const std::string& path, const std::vector<ArrayView>& arrays, bool compress) {
  const absl::StatusOr<std::string> bytes = SerializeNpz(arrays, compress);
  if (!bytes.ok()) return Annotate(bytes.status(), path);
  return WriteFileAtomically(path, *bytes);
}

}  // namespace wgan
