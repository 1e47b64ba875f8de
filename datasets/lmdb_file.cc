#include "datasets/lmdb_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/base/status_macros.h"
#include "common/io/sha256.h"

namespace wgan {
namespace {

// --- The format: structs of lmdb's mdb.c, by offset ---

constexpr uint32_t kMagic = 0xBEEFC0DE;
constexpr uint32_t kVersion = 1;
constexpr int64_t kPageHeader = 16;  // number u64, pad u16, flags u16, then lower u16 and upper u16, or pages u32
constexpr int64_t kNodeHeader = 8;   // low u16, high u16, flags u16, key size u16
constexpr int64_t kMetaSize = kPageHeader + 136;
constexpr uint16_t kBranch = 0x01, kLeaf = 0x02, kOverflow = 0x04, kMeta = 0x08;
constexpr uint16_t kBigData = 0x01;  // flag of a node whose value has pages of its own
constexpr uint64_t kNoPage = ~uint64_t{0};
constexpr int kMostLevels = 32;  // LMDB's own bound

constexpr int64_t kMostValueBytes = int64_t{1} << 30;  // far above any encoded picture
constexpr int64_t kEntriesPerReport = 4096;

// A little-endian number of sizeof(T) bytes. Assumes that they are there.
template <typename T>
T Load(absl::string_view bytes, int64_t offset) {
  T value;
  memcpy(&value, bytes.data() + offset, sizeof(value));
  return value;
}

// What one of the two meta pages says.
struct Meta {
  uint32_t page_size = 0;
  uint16_t flags = 0, depth = 0;
  uint64_t entries = 0, root = 0, last_page = 0, transaction = 0;
};

absl::StatusOr<Meta> ParseMeta(absl::string_view page) {
  if (Load<uint32_t>(page, kPageHeader) != kMagic || (Load<uint16_t>(page, 10) & kMeta) == 0) {
    return absl::InvalidArgumentError("it does not begin as LMDB files (of 64-bit little-endian machines) do");
  }
  const uint32_t version = Load<uint32_t>(page, kPageHeader + 4);
  if (version != kVersion) return absl::InvalidArgumentError(absl::StrCat("it has LMDB's format version ", version));
  constexpr int64_t kMainDatabase = kPageHeader + 24 + 48;
  Meta meta;
  meta.page_size = Load<uint32_t>(page, kPageHeader + 24);  // kept in the first database's unused field
  meta.flags = Load<uint16_t>(page, kMainDatabase + 4);
  meta.depth = Load<uint16_t>(page, kMainDatabase + 6);
  meta.entries = Load<uint64_t>(page, kMainDatabase + 32);
  meta.root = Load<uint64_t>(page, kMainDatabase + 40);
  meta.last_page = Load<uint64_t>(page, kPageHeader + 120);
  meta.transaction = Load<uint64_t>(page, kPageHeader + 128);
  return meta;
}

// Whether LMDB's order, bytes first and then length, puts `a` before `b`.
bool Precedes(absl::string_view a, absl::string_view b) { return a < b; }

}  // namespace

// One reading of the whole tree, from the root down and from left to right.
class LmdbFile::Walk {
 public:
  Walk(LmdbFile& file, Progress progress) : file_(file), progress_(progress) {}

  absl::Status Run() {
    if (file_.entries_ == 0) return Finish();
    visited_.assign(file_.last_page_ + 1, false);
    RETURN_IF_ERROR(Visit(file_.root_, 1));
    if (file_.size() != file_.entries_) {
      return file_.Corrupt(absl::StrCat("it has ", file_.size(), " records where its head tells of ", file_.entries_));
    }
    return Finish();
  }

 private:
  absl::Status Finish() {
    file_.digest_ = absl::StrCat("sha256:", sha256_.HexDigest());
    return absl::OkStatus();
  }

  absl::Status Bad(uint64_t page, absl::string_view what) const {
    return file_.Corrupt(absl::StrCat("page ", page, ": ", what));
  }

  // Page `number` at `level` (the root's is 1) and all below it.
  absl::Status Visit(uint64_t number, int level) {
    if (number < 2 || number > file_.last_page_) return Bad(number, "there is no such page");
    if (visited_[number]) return Bad(number, "it is used twice");
    visited_[number] = true;
    const int64_t start = static_cast<int64_t>(number) * file_.page_size_;
    ASSIGN_OR_RETURN(const std::string page, file_.Read(start, file_.page_size_));
    const uint16_t flags = Load<uint16_t>(page, 10);
    const bool is_leaf = level == file_.depth_;
    if (Load<uint64_t>(page, 0) != number || flags != (is_leaf ? kLeaf : kBranch)) {
      return Bad(number, is_leaf ? "it is not the leaf page that it should be" : "it is not a branch page");
    }
    const int64_t lower = Load<uint16_t>(page, 12), upper = Load<uint16_t>(page, 14);
    if (lower <= kPageHeader || lower % 2 != 0 || lower > upper || upper > file_.page_size_) {
      return Bad(number, "its bounds are wrong");
    }
    const int64_t count = (lower - kPageHeader) / 2;
    for (int64_t i = 0; i < count; ++i) {
      const int64_t node = Load<uint16_t>(page, kPageHeader + 2 * i);
      if (node < lower || node + kNodeHeader > file_.page_size_) return Bad(number, "an entry is out of bounds");
      RETURN_IF_ERROR(is_leaf ? AddRecord(number, page, node) : Descend(number, page, node, level));
    }
    return absl::OkStatus();
  }

  absl::Status Descend(uint64_t number, const std::string& page, int64_t node, int level) {
    const uint64_t child = Load<uint16_t>(page, node) | uint64_t{Load<uint16_t>(page, node + 2)} << 16 |
                           uint64_t{Load<uint16_t>(page, node + 4)} << 32;
    if (node + kNodeHeader + Load<uint16_t>(page, node + 6) > file_.page_size_) {
      return Bad(number, "a key is out of bounds");
    }
    return Visit(child, level + 1);
  }

  absl::Status AddRecord(uint64_t number, const std::string& page, int64_t node) {
    Record record;
    record.value_size = Load<uint16_t>(page, node) | uint32_t{Load<uint16_t>(page, node + 2)} << 16;
    const uint16_t flags = Load<uint16_t>(page, node + 4);
    record.key_size = Load<uint16_t>(page, node + 6);
    record.large = flags == kBigData;
    if (flags != 0 && flags != kBigData) return Bad(number, "it holds a named database or several values of a key");
    const int64_t value = node + kNodeHeader + record.key_size;  // in the page
    const int64_t size_here = record.large ? 8 : int64_t{record.value_size};
    if (value + size_here > file_.page_size_) return Bad(number, "a record is out of bounds");
    if (record.value_size > kMostValueBytes) return Bad(number, "a value of more than 1 GiB");
    const int64_t start = static_cast<int64_t>(number) * file_.page_size_;
    record.key_offset = start + node + kNodeHeader;
    record.value_offset = start + value;
    if (record.large) RETURN_IF_ERROR(Locate(number, Load<uint64_t>(page, value), record));
    return Append(number, record, absl::string_view(page).substr(node + kNodeHeader, record.key_size));
  }

  // Points `record` behind the head of page `first`, where its value begins.
  absl::Status Locate(uint64_t number, uint64_t first, Record& record) const {
    if (first < 2 || first > file_.last_page_) return Bad(number, "a value is on a page that does not exist");
    const int64_t start = static_cast<int64_t>(first) * file_.page_size_;
    if (start > file_.length_ - kPageHeader - int64_t{record.value_size}) {
      return file_.Corrupt(absl::StrCat("a value of ", record.value_size, " bytes on page ", first,
                                        " lies behind the end of the file, which was cut off at ", file_.length_,
                                        " bytes"));
    }
    record.value_offset = start + kPageHeader;
    return absl::OkStatus();
  }

  absl::Status Append(uint64_t number, const Record& record, absl::string_view key) {
    if (file_.size() == file_.entries_) return Bad(number, "more records than the file's head tells of");
    if (file_.size() > 0 && !Precedes(last_key_, key)) return Bad(number, "its keys are not in order");
    last_key_ = std::string(key);
    sha256_.Update(absl::StrCat(key, absl::string_view("\0", 1), record.value_size, "\n"));
    file_.records_.push_back(record);
    if (file_.size() % kEntriesPerReport == 0) progress_(file_.size(), file_.entries_);
    return absl::OkStatus();
  }

  LmdbFile& file_;
  const Progress progress_;
  std::vector<bool> visited_;
  std::string last_key_;
  Sha256 sha256_;
};

absl::StatusOr<std::unique_ptr<const LmdbFile>> LmdbFile::Open(const std::string& path, Progress progress) {
  std::unique_ptr<LmdbFile> file(new LmdbFile(path));
  do {
    file->descriptor_ = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  } while (file->descriptor_ < 0 && errno == EINTR);
  struct stat info;
  if (file->descriptor_ < 0 || fstat(file->descriptor_, &info) < 0) {
    return absl::ErrnoToStatus(errno, absl::StrCat("Cannot open '", path, "'"));
  }
  file->length_ = info.st_size;
  RETURN_IF_ERROR(file->ReadMeta());
  RETURN_IF_ERROR(Walk(*file, progress).Run());
  return file;
}

LmdbFile::~LmdbFile() {
  if (descriptor_ >= 0) close(descriptor_);
}

absl::Status LmdbFile::Corrupt(const std::string& why) const {
  return absl::DataLossError(absl::StrCat("the LMDB file ", path_, " is damaged: ", why));
}

absl::StatusOr<std::string> LmdbFile::Read(int64_t offset, int64_t size) const {
  std::string bytes(static_cast<size_t>(size), '\0');
  int64_t used = 0;
  while (used < size) {
    const ssize_t n = pread(descriptor_, &bytes[used], size - used, offset + used);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return absl::ErrnoToStatus(errno, absl::StrCat("Cannot read '", path_, "'"));
    if (n == 0) return Corrupt(absl::StrCat("it was cut off at ", offset + used, " bytes"));
    used += n;
  }
  return bytes;
}

// Both meta pages are looked at; the one of the later transaction counts.
absl::Status LmdbFile::ReadMeta() {
  if (length_ < kMetaSize) {
    return absl::InvalidArgumentError(absl::StrCat(path_, " is no LMDB file: it has only ", length_, " bytes"));
  }
  ASSIGN_OR_RETURN(const std::string first_page, Read(0, kMetaSize));
  const absl::StatusOr<Meta> first = ParseMeta(first_page);
  if (!first.ok())
    return absl::InvalidArgumentError(
        absl::StrCat(path_, " is no LMDB file that we can read: ", first.status().message()));
  page_size_ = first->page_size;
  if (page_size_ < 512 || page_size_ > 65536 || (page_size_ & (page_size_ - 1)) != 0) {
    return Corrupt(absl::StrCat("its pages have ", page_size_, " bytes, which is no power of 2 from 512 to 65536"));
  }
  ASSIGN_OR_RETURN(const std::string second_page, Read(page_size_, kMetaSize));
  const absl::StatusOr<Meta> second = ParseMeta(second_page);
  if (!second.ok() || second->page_size != first->page_size) return Corrupt("page 1: it is not the meta page");
  const Meta& meta = first->transaction >= second->transaction ? *first : *second;
  if (meta.flags != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat(path_, " holds several values of a key or keys that are numbers; ", "LSUN's files hold neither"));
  }
  last_page_ = meta.last_page;
  root_ = meta.root;
  if (last_page_ > static_cast<uint64_t>(length_ / page_size_)) {
    return Corrupt(absl::StrCat("its head tells of ", last_page_, " pages of ", page_size_, " bytes, but it was cut ",
                                "off at ", length_, " bytes"));
  }
  if (root_ == kNoPage ? meta.entries != 0 : meta.depth < 1 || meta.depth > kMostLevels || meta.entries < 1) {
    return Corrupt("its head contradicts itself");
  }
  if (meta.entries > static_cast<uint64_t>(length_ / kNodeHeader)) return Corrupt("its head tells of too many records");
  depth_ = meta.depth;
  entries_ = static_cast<int64_t>(meta.entries);
  return absl::OkStatus();
}

absl::StatusOr<std::string> LmdbFile::Key(int64_t index) const {
  return Read(records_[index].key_offset, records_[index].key_size);
}

absl::StatusOr<std::string> LmdbFile::Value(int64_t index) const {
  const Record& record = records_[index];
  if (!record.large) return Read(record.value_offset, record.value_size);
  ASSIGN_OR_RETURN(std::string bytes, Read(record.value_offset - kPageHeader, kPageHeader + record.value_size));
  const auto page = static_cast<uint64_t>((record.value_offset - kPageHeader) / page_size_);
  const bool is_its_page = Load<uint64_t>(bytes, 0) == page && Load<uint16_t>(bytes, 10) == kOverflow;
  if (!is_its_page || Load<uint32_t>(bytes, 12) * page_size_ < static_cast<int64_t>(bytes.size())) {
    return Corrupt(absl::StrCat("page ", page, " is not the value's page that it should be"));
  }
  bytes.erase(0, kPageHeader);
  return bytes;
}

}  // namespace wgan
