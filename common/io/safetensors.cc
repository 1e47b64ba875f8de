#include "common/io/safetensors.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "common/base/check.h"
#include "common/base/status_macros.h"
#include "common/io/file.h"
#include "common/io/sha256.h"

namespace wgan {
namespace {

constexpr ElementType kElementTypes[] = {ElementType::kF32, ElementType::kF64, ElementType::kI64,
                                         ElementType::kI32, ElementType::kU8,  ElementType::kBool};

constexpr size_t kLengthSize = 8;                 // the header's length, at the start of the file
constexpr uint64_t kMaxHeaderSize = 100'000'000;  // the same limit as in the reference implementation
constexpr char kMetadataKey[] = "__metadata__";
constexpr char kChecksumKey[] = "wgan.sha256";
constexpr size_t kDigestSize = 64;
// Our headers begin so, and the digits of the checksum follow.
constexpr char kChecksumPrefix[] = "{\"__metadata__\":{\"wgan.sha256\":\"";
constexpr size_t kDigestPosition = kLengthSize + sizeof(kChecksumPrefix) - 1;  // in the file

// product(shape) * ElementSize(type), or nothing if a dimension is negative or the product overflows.
std::optional<int64_t> ByteSize(ElementType type, const std::vector<int64_t>& shape) {
  int64_t size = ElementSize(type);
  for (const int64_t dimension : shape) {
    if (dimension < 0 || __builtin_mul_overflow(size, dimension, &size)) return std::nullopt;
  }
  return size;
}

std::string ShapeText(const std::vector<int64_t>& shape) { return absl::StrCat("[", absl::StrJoin(shape, ","), "]"); }

template <typename... Parts>
absl::Status Corrupt(const Parts&... parts) {
  return absl::DataLossError(absl::StrCat("corrupt safetensors file: ", parts...));
}

// ---------------------------------------------------------------------------------------------------------- Reading

// What the header says about one array.
struct HeaderEntry {
  std::string name;
  ElementType type = ElementType::kF32;
  std::vector<int64_t> shape;
  std::vector<int64_t> offsets;  // begin and end, in bytes from the start of the data
};

// Takes the JSON header as a stream of events and accepts exactly the format's grammar:
//   {"__metadata__": {"key": "text", ...}, "name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, ...}
// No event beyond it gets through, so that nesting is bounded, and keys are seen before a later one could hide them.
// The function names are those that nlohmann::json::sax_parse calls; false ends the parsing.
class HeaderHandler {
 public:
  std::vector<HeaderEntry>& entries() { return entries_; }
  std::map<std::string, std::string>& metadata() { return metadata_; }
  const std::string& error() const { return error_; }

  bool null() { return Fail("null where it does not belong"); }
  bool boolean(bool) { return Fail("a truth value where it does not belong"); }
  bool number_integer(int64_t) { return Fail("a negative number"); }
  bool number_float(double, const std::string&) { return Fail("a number that is not an integer"); }
  bool binary(std::vector<uint8_t>&) { return Fail("binary data"); }

  bool number_unsigned(uint64_t value) {
    if (place_ != Place::kShape && place_ != Place::kOffsets) return Fail("a number where it does not belong");
    if (value > static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) return Fail("a number above 2^63 - 1");
    (place_ == Place::kShape ? entries_.back().shape : entries_.back().offsets).push_back(value);
    return true;
  }

  bool string(std::string& text) {
    if (place_ == Place::kMetadata) {
      metadata_[key_] = std::move(text);
      return true;
    }
    if (place_ != Place::kEntry || key_ != "dtype") return Fail("a string where it does not belong");
    for (const ElementType type : kElementTypes) {
      if (ElementTypeName(type) != text) continue;
      entries_.back().type = type;
      return true;
    }
    return Fail(absl::StrCat("the element type '", text, "', which is none of F32, F64, I64, I32, U8 and BOOL"));
  }

  bool start_object(size_t) {
    if (place_ == Place::kStart) {
      place_ = Place::kTop;
    } else if (place_ == Place::kTop && key_ == kMetadataKey) {
      place_ = Place::kMetadata;
      keys_.clear();
    } else if (place_ == Place::kTop) {
      place_ = Place::kEntry;
      keys_.clear();
      entries_.emplace_back().name = key_;
    } else {
      return Fail("an object where it does not belong");
    }
    return true;
  }

  bool key(std::string& key) {
    key_ = std::move(key);
    const bool is_new = (place_ == Place::kTop ? names_ : keys_).insert(key_).second;
    if (!is_new) return Fail(absl::StrCat("the key '", key_, "' twice"));
    if (place_ == Place::kEntry && key_ != "dtype" && key_ != "shape" && key_ != "data_offsets") {
      return Fail(absl::StrCat("the unknown key '", key_, "'"));
    }
    return true;
  }

  bool end_object() {
    if (place_ == Place::kEntry && keys_.size() != 3) return Fail("no dtype, shape or data_offsets");
    place_ = place_ == Place::kTop ? Place::kEnd : Place::kTop;
    return true;
  }

  bool start_array(size_t) {
    if (place_ == Place::kEntry && key_ == "shape") {
      place_ = Place::kShape;
    } else if (place_ == Place::kEntry && key_ == "data_offsets") {
      place_ = Place::kOffsets;
    } else {
      return Fail("a list where it does not belong");
    }
    return true;
  }

  bool end_array() {
    if (place_ == Place::kOffsets && entries_.back().offsets.size() != 2) return Fail("data_offsets that are not two");
    place_ = Place::kEntry;
    return true;
  }

  template <typename Exception>
  bool parse_error(size_t position, const std::string&, const Exception& exception) {
    const absl::string_view reason = exception.what();  // may quote a lot of the header
    error_ = absl::StrCat("the header is not JSON at its byte ", position, " (", reason.substr(0, 200), ")");
    return false;
  }

 private:
  enum class Place { kStart, kTop, kMetadata, kEntry, kShape, kOffsets, kEnd };

  bool Fail(const std::string& what) {
    error_ = absl::StrCat("the header has ", what);
    if (place_ == Place::kMetadata) absl::StrAppend(&error_, " in its metadata");
    if (place_ == Place::kEntry || place_ == Place::kShape || place_ == Place::kOffsets) {
      absl::StrAppend(&error_, " for the array '", entries_.back().name, "'");
    }
    return false;
  }

  Place place_ = Place::kStart;
  std::string key_;              // the last key seen
  std::set<std::string> names_;  // keys of the outer object
  std::set<std::string> keys_;   // keys of the inner one
  std::vector<HeaderEntry> entries_;
  std::map<std::string, std::string> metadata_;
  std::string error_;
};

// The JSON text of the header; its length is checked against the file.
absl::StatusOr<absl::string_view> HeaderText(absl::string_view bytes) {
  if (bytes.size() < kLengthSize)
    return Corrupt("it has ", bytes.size(), " bytes, fewer than the 8 of its header length");
  uint64_t length = 0;
  for (size_t i = 0; i < kLengthSize; ++i) length |= uint64_t{static_cast<uint8_t>(bytes[i])} << (8 * i);
  if (length > kMaxHeaderSize)
    return Corrupt("its header claims ", length, " bytes, more than the limit of ", kMaxHeaderSize);
  if (length > bytes.size() - kLengthSize) {
    return Corrupt("its header claims ", length, " bytes but the file has only ", bytes.size(), " in all");
  }
  const absl::string_view header = bytes.substr(kLengthSize, length);
  if (header.empty() || header[0] != '{') return Corrupt("its header does not begin with '{'");
  return header;
}

// Looks at one array whose data should begin at `begin`, and adds it to `arrays`.
absl::Status AddArray(const HeaderEntry& entry, int64_t begin, absl::string_view data, std::vector<ArrayView>& arrays) {
  const std::vector<int64_t>& offsets = entry.offsets;
  const std::optional<int64_t> size = ByteSize(entry.type, entry.shape);
  const std::string where =
      absl::StrCat("the array '", entry.name, "' with data_offsets [", offsets[0], ",", offsets[1], "]");
  if (!size) return Corrupt("the shape ", ShapeText(entry.shape), " of the array '", entry.name, "' overflows");
  if (offsets[1] < offsets[0] || static_cast<uint64_t>(offsets[1]) > data.size()) {
    return Corrupt(where, " does not lie in the ", data.size(), " bytes of data");
  }
  if (offsets[0] < begin) return Corrupt(where, " overlaps with another, which ends at ", begin);
  if (offsets[0] > begin) return Corrupt(where, " leaves a hole from ", begin, " on");
  if (offsets[1] - offsets[0] != *size) {
    return Corrupt(where, " should have ", *size, " bytes by its shape ", ShapeText(entry.shape), " of ",
                   ElementTypeName(entry.type));
  }
  const absl::string_view view = data.substr(begin, *size);
  if (entry.type == ElementType::kBool && std::any_of(view.begin(), view.end(), [](char c) { return c & ~1; })) {
    return Corrupt("the BOOL array '", entry.name, "' has bytes other than 0 and 1");
  }
  arrays.push_back({entry.name, entry.type, entry.shape, view});
  return absl::OkStatus();
}

// The arrays in name order. Together they have to cover `data` exactly.
absl::StatusOr<std::vector<ArrayView>> LocateArrays(std::vector<HeaderEntry> entries, absl::string_view data) {
  std::sort(entries.begin(), entries.end(),
            [](const HeaderEntry& a, const HeaderEntry& b) { return a.offsets < b.offsets; });
  std::vector<ArrayView> arrays;
  int64_t end = 0;
  for (const HeaderEntry& entry : entries) {
    RETURN_IF_ERROR(AddArray(entry, end, data, arrays));
    end = entry.offsets[1];
  }
  if (static_cast<uint64_t>(end) != data.size()) {
    return Corrupt("its arrays end at byte ", end, " of the data, which has ", data.size());
  }
  std::sort(arrays.begin(), arrays.end(), [](const ArrayView& a, const ArrayView& b) { return a.name < b.name; });
  return arrays;
}

// The SHA-256 of a file of ours with the digits of its checksum replaced by '0'.
std::string DigestWithoutDigits(absl::string_view bytes) {
  Sha256 sha256;
  sha256.Update(bytes.substr(0, kDigestPosition));
  sha256.Update(std::string(kDigestSize, '0'));
  sha256.Update(bytes.substr(kDigestPosition + kDigestSize));
  return sha256.HexDigest();
}

// `checksum`: the value of our metadata entry, wherever in `bytes` it stands.
absl::Status VerifyChecksum(absl::string_view bytes, const std::string& checksum) {
  const bool is_ours = absl::StartsWith(bytes.substr(kLengthSize), kChecksumPrefix) &&
                       absl::StartsWith(bytes.substr(kDigestPosition), checksum) && checksum.size() == kDigestSize;
  if (is_ours && DigestWithoutDigits(bytes) == checksum) return absl::OkStatus();
  return Corrupt(
      "its checksum does not fit: the file was damaged, or another program changed it and kept the metadata ",
      "entry '", kChecksumKey, "'");
}

// ---------------------------------------------------------------------------------------------------------- Writing

// `text` as a JSON string.
absl::StatusOr<std::string> Quote(const std::string& text) {
  const std::string quoted = nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  if (nlohmann::json::parse(quoted).get_ref<const std::string&>() == text) return quoted;
  return absl::InvalidArgumentError(absl::StrCat("the name or metadata ", quoted, " is not valid UTF-8"));
}

absl::Status CheckArray(const ArrayView& array) {
  if (array.name == kMetadataKey) {
    return absl::InvalidArgumentError(absl::StrCat("an array may not be called '", kMetadataKey, "'"));
  }
  const std::optional<int64_t> size = ByteSize(array.type, array.shape);
  if (size && static_cast<uint64_t>(*size) == array.data.size()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("the array '", array.name, "' of ", ElementTypeName(array.type),
                                                 " and shape ", ShapeText(array.shape), " has ", array.data.size(),
                                                 " bytes"));
}

// {"__metadata__":{"wgan.sha256":"000...",...}
absl::StatusOr<std::string> MetadataText(const std::map<std::string, std::string>& metadata) {
  std::string text = absl::StrCat(kChecksumPrefix, std::string(kDigestSize, '0'), "\"");
  for (const auto& [key, value] : metadata) {
    if (key == kChecksumKey) {
      return absl::InvalidArgumentError(absl::StrCat("the metadata key '", kChecksumKey, "' is reserved"));
    }
    ASSIGN_OR_RETURN(const std::string quoted_key, Quote(key));
    ASSIGN_OR_RETURN(const std::string quoted_value, Quote(value));
    absl::StrAppend(&text, ",", quoted_key, ":", quoted_value);
  }
  return absl::StrCat(text, "}");
}

// The header of `arrays`, in their order, padded so that the data are aligned.
absl::StatusOr<std::string> FormatHeader(const std::vector<ArrayView>& arrays,
                                         const std::map<std::string, std::string>& metadata) {
  ASSIGN_OR_RETURN(std::string header, MetadataText(metadata));
  std::set<std::string> names;
  size_t begin = 0;
  for (const ArrayView& array : arrays) {
    RETURN_IF_ERROR(CheckArray(array));
    if (!names.insert(array.name).second) {
      return absl::InvalidArgumentError(absl::StrCat("two arrays are called '", array.name, "'"));
    }
    ASSIGN_OR_RETURN(const std::string name, Quote(array.name));
    const size_t end = begin + array.data.size();
    absl::StrAppend(&header, ",", name, ":{\"dtype\":\"", ElementTypeName(array.type),
                    "\",\"shape\":", ShapeText(array.shape), ",\"data_offsets\":[", begin, ",", end, "]}");
    begin = end;
  }
  header.push_back('}');
  header.append((8 - header.size() % 8) % 8, ' ');
  if (header.size() <= kMaxHeaderSize) return header;
  return absl::InvalidArgumentError(absl::StrCat("names and metadata take ", header.size(), " bytes, more than the ",
                                                 kMaxHeaderSize, " that the format allows"));
}

}  // namespace

int ElementSize(ElementType type) {
  switch (type) {
    case ElementType::kF64:
    case ElementType::kI64:
      return 8;
    case ElementType::kF32:
    case ElementType::kI32:
      return 4;
    case ElementType::kU8:
    case ElementType::kBool:
      return 1;
  }
  WGAN_CHECK(false) << "no such element type";
  return 0;
}

absl::string_view ElementTypeName(ElementType type) {
  switch (type) {
    case ElementType::kF32:
      return "F32";
    case ElementType::kF64:
      return "F64";
    case ElementType::kI64:
      return "I64";
    case ElementType::kI32:
      return "I32";
    case ElementType::kU8:
      return "U8";
    case ElementType::kBool:
      return "BOOL";
  }
  WGAN_CHECK(false) << "no such element type";
  return "";
}

const ArrayView* SafetensorsFile::Find(absl::string_view name) const {
  const auto array = std::lower_bound(arrays.begin(), arrays.end(), name,
                                      [](const ArrayView& a, absl::string_view b) { return a.name < b; });
  return array != arrays.end() && array->name == name ? &*array : nullptr;
}

absl::StatusOr<std::string> SerializeSafetensors(std::vector<ArrayView> arrays,
                                                 const std::map<std::string, std::string>& metadata) {
  std::sort(arrays.begin(), arrays.end(), [](const ArrayView& a, const ArrayView& b) {
    return std::tuple(-ElementSize(a.type), absl::string_view(a.name)) <
           std::tuple(-ElementSize(b.type), absl::string_view(b.name));
  });
  ASSIGN_OR_RETURN(const std::string header, FormatHeader(arrays, metadata));
  size_t size = kLengthSize + header.size();
  for (const ArrayView& array : arrays) size += array.data.size();
  std::string bytes;
  bytes.reserve(size);
  for (size_t i = 0; i < kLengthSize; ++i) bytes.push_back(static_cast<char>(uint64_t{header.size()} >> (8 * i)));
  bytes.append(header);
  for (const ArrayView& array : arrays) bytes.append(array.data.data(), array.data.size());
  bytes.replace(kDigestPosition, kDigestSize, Sha256Hex(bytes));
  return bytes;
}

absl::StatusOr<SafetensorsFile> ParseSafetensors(std::string bytes, bool require_checksum) {
  SafetensorsFile file;
  file.bytes = std::move(bytes);
  const absl::string_view all = file.bytes;
  ASSIGN_OR_RETURN(const absl::string_view header, HeaderText(all));
  HeaderHandler handler;
  if (!nlohmann::json::sax_parse(header.begin(), header.end(), &handler)) return Corrupt(handler.error());

  file.metadata = std::move(handler.metadata());
  const auto checksum = file.metadata.find(kChecksumKey);
  if (checksum != file.metadata.end()) {
    RETURN_IF_ERROR(VerifyChecksum(all, checksum->second));
    file.metadata.erase(checksum);
  } else if (require_checksum) {
    return Corrupt("it has no checksum (metadata entry '", kChecksumKey, "')");
  }
  ASSIGN_OR_RETURN(file.arrays, LocateArrays(std::move(handler.entries()), all.substr(kLengthSize + header.size())));
  return file;
}

absl::Status WriteSafetensors(const std::string& path, std::vector<ArrayView> arrays,
                              const std::map<std::string, std::string>& metadata) {
  const absl::StatusOr<std::string> bytes = SerializeSafetensors(std::move(arrays), metadata);
  if (!bytes.ok()) return Annotate(bytes.status(), absl::StrCat("Cannot write '", path, "'"));
  return WriteFileAtomically(path, *bytes);
}

absl::StatusOr<SafetensorsFile> ReadSafetensors(const std::string& path, bool require_checksum) {
  ASSIGN_OR_RETURN(std::string bytes, ReadFile(path));
  absl::StatusOr<SafetensorsFile> file = ParseSafetensors(std::move(bytes), require_checksum);
  if (!file.ok()) return Annotate(file.status(), absl::StrCat("Cannot read '", path, "'"));
  return file;
}

}  // namespace wgan
