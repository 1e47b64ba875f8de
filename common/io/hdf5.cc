#include "common/io/hdf5.h"

#include <hdf5/serial/hdf5.h>

#include <algorithm>
#include <cstring>
#include <mutex>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/check.h"
#include "common/base/status_macros.h"
#include "common/io/decompress.h"
#include "common/io/file.h"

namespace wgan {
namespace {

constexpr int64_t kMaxChunkBytes = kMaxHdf5Bytes / 4;
constexpr int kMaxRank = 8;

// The library keeps its state in globals.
std::mutex& LibraryMutex() {
  static std::mutex* const mutex = new std::mutex;
  return *mutex;
}

// One reference to an object of the library. Made, used and destroyed with the mutex held.
class Id {
 public:
  explicit Id(hid_t id) : id_(id) {}
  Id(Id&& other) noexcept : id_(std::exchange(other.id_, H5I_INVALID_HID)) {}
  Id& operator=(Id&& other) noexcept {
    std::swap(id_, other.id_);
    return *this;
  }
  ~Id() {
    if (id_ >= 0) H5Idec_ref(id_);
  }
  bool ok() const { return id_ >= 0; }
  operator hid_t() const { return id_; }  // NOLINT: an Id is used as what it holds

 private:
  hid_t id_;
};

herr_t TakeInnermost(unsigned depth, const H5E_error2_t* error, void* text) {
  if (depth == 0 && error->desc != nullptr) *static_cast<std::string*>(text) = error->desc;
  return 0;
}

// What the library says about its last failure.
absl::Status LibraryError(absl::string_view what) {
  std::string reason;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, TakeInnermost, &reason);
  H5Eclear2(H5E_DEFAULT);
  return absl::DataLossError(absl::StrCat(what, reason.empty() ? "" : ": ", reason));
}

void SetUpLibrary() {
  static const bool done = [] {
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);  // no messages on stderr
    H5PLset_loading_state(0);                     // no code that a file asks for
    return true;
  }();
  static_cast<void>(done);
}

// A file that only this array uses; `bytes` in place of the file at `path` if not null.
absl::StatusOr<Id> OpenFile(const std::string& path, const std::string* bytes) {
  const Id access(H5Pcreate(H5P_FILE_ACCESS));
  H5Pset_file_locking(access, false, true);  // read-only and network disks cannot lock
  if (bytes != nullptr) {
    H5Pset_fapl_core(access, 1 << 16, false);
    if (bytes->empty() || H5Pset_file_image(access, const_cast<char*>(bytes->data()), bytes->size()) < 0) {
      return absl::DataLossError("no HDF5 file, or a damaged one");
    }
  }
  Id file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, access));
  if (!file.ok()) return LibraryError("no HDF5 file, or a damaged one");
  return file;
}

// Opens `name`, going only through what lies in the file itself.
absl::StatusOr<Id> OpenArray(const Id& file, const std::string& name) {
  std::string path;
  for (const absl::string_view part : absl::StrSplit(name, '/')) {
    absl::StrAppend(&path, path.empty() ? "" : "/", part);
    const htri_t exists = part.empty() ? 0 : H5Lexists(file, path.c_str(), H5P_DEFAULT);
    if (exists < 0) return LibraryError("it is damaged");
    if (exists == 0) return absl::NotFoundError(absl::StrCat("the file has no '", path, "'"));
    H5L_info_t info;
    if (H5Lget_info(file, path.c_str(), &info, H5P_DEFAULT) < 0) return LibraryError("it is damaged");
    if (info.type != H5L_TYPE_HARD) {
      return absl::UnimplementedError(absl::StrCat("'", path, "' is a link to another place, which is not followed"));
    }
  }
  const Id object(H5Oopen(file, name.c_str(), H5P_DEFAULT));
  if (!object.ok()) return LibraryError("it cannot be opened");
  if (H5Iget_type(object) != H5I_DATASET) return absl::NotFoundError("it is no array");
  Id dataset(H5Dopen2(file, name.c_str(), H5P_DEFAULT));
  if (!dataset.ok()) return LibraryError("it cannot be opened");
  return dataset;
}

absl::StatusOr<std::vector<int64_t>> ShapeOf(const Id& dataset) {
  const Id space(H5Dget_space(dataset));
  const int rank = space.ok() ? H5Sget_simple_extent_ndims(space) : -1;
  if (rank < 0) return LibraryError("its shape cannot be read");
  if (rank == 0 || rank > kMaxRank) return absl::UnimplementedError(absl::StrCat("it has ", rank, " dimensions"));
  hsize_t dims[kMaxRank];
  if (H5Sget_simple_extent_dims(space, dims, nullptr) != rank) return LibraryError("its shape cannot be read");
  for (int i = 0; i < rank; ++i) {
    if (dims[i] > uint64_t{1} << 40) return absl::DataLossError(absl::StrCat("it claims a length of ", dims[i]));
  }
  return std::vector<int64_t>(dims, dims + rank);
}

absl::StatusOr<Hdf5Array::Type> TypeOf(const Id& type) {
  if (H5Tequal(type, H5T_STD_U8LE) > 0 || H5Tequal(type, H5T_STD_U8BE) > 0) return Hdf5Array::Type::kByte;
  for (const hid_t known :
       {H5T_STD_I8LE, H5T_STD_I8BE, H5T_STD_I16LE, H5T_STD_I16BE, H5T_STD_I32LE, H5T_STD_I32BE, H5T_STD_I64LE,
        H5T_STD_I64BE, H5T_STD_U16LE, H5T_STD_U16BE, H5T_STD_U32LE, H5T_STD_U32BE, H5T_STD_U64LE, H5T_STD_U64BE}) {
    if (H5Tequal(type, known) > 0) return Hdf5Array::Type::kInteger;
  }
  for (const hid_t known : {H5T_IEEE_F32LE, H5T_IEEE_F32BE, H5T_IEEE_F64LE, H5T_IEEE_F64BE}) {
    if (H5Tequal(type, known) > 0) return Hdf5Array::Type::kReal;
  }
  return absl::UnimplementedError("its elements are neither integers nor 32 or 64-bit floats");
}

// How an array lies in the file.
struct Storage {
  std::vector<int64_t> chunk;         // elements in each dimension; empty if not in chunks
  int64_t chunk_bytes = 0;            // unpacked
  std::vector<H5Z_filter_t> filters;  // in the order in which they were applied
};

absl::Status ReadFilters(const Id& properties, Storage& storage) {
  const int count = H5Pget_nfilters(properties);
  if (count < 0) return LibraryError("its filters cannot be read");
  for (int i = 0; i < count; ++i) {
    unsigned flags, config;
    size_t num_values = 0;
    char name[64] = "";
    const H5Z_filter_t filter =
        H5Pget_filter2(properties, i, &flags, &num_values, nullptr, sizeof(name), name, &config);
    if (filter < 0) return LibraryError("its filters cannot be read");
    if (filter != H5Z_FILTER_DEFLATE && filter != H5Z_FILTER_SHUFFLE) {
      name[sizeof(name) - 1] = '\0';
      return absl::UnimplementedError(absl::StrCat("it is packed with filter ", filter, " ('", name,
                                                   "'); deflate (\"gzip\") and shuffle are read"));
    }
    storage.filters.push_back(filter);
  }
  return absl::OkStatus();
}

absl::StatusOr<Storage> StorageOf(const Id& dataset, size_t rank, int64_t element_size) {
  const Id properties(H5Dget_create_plist(dataset));
  if (!properties.ok()) return LibraryError("its storage cannot be read");
  const H5D_layout_t layout = H5Pget_layout(properties);
  if (H5Pget_external_count(properties) != 0 || layout == H5D_VIRTUAL) {
    return absl::UnimplementedError("its numbers lie in other files, which are not read");
  }
  Storage storage;
  if (layout != H5D_CHUNKED) return storage;
  hsize_t chunk[kMaxRank];
  if (H5Pget_chunk(properties, kMaxRank, chunk) != static_cast<int>(rank))
    return LibraryError("its chunks are damaged");
  storage.chunk.assign(chunk, chunk + rank);
  storage.chunk_bytes = element_size;
  for (int64_t length : storage.chunk) {
    if (length <= 0 || length > kMaxChunkBytes / storage.chunk_bytes) {
      return absl::DataLossError(absl::StrCat("its chunks are larger than ", kMaxChunkBytes, " bytes"));
    }
    storage.chunk_bytes *= length;
  }
  RETURN_IF_ERROR(ReadFilters(properties, storage));
  return storage;
}

// Undoes the filter shuffle, which puts the first bytes of all elements first, then the second ones, ...
std::string Unshuffled(const std::string& bytes, size_t element_size) {
  std::string result(bytes.size(), '\0');
  const size_t count = bytes.size() / element_size;
  for (size_t i = 0; i < count; ++i) {
    for (size_t k = 0; k < element_size; ++k) result[i * element_size + k] = bytes[k * count + i];
  }
  return result;
}

}  // namespace

class Hdf5Array::Impl {
 public:
  // With the mutex held.
  absl::Status Open(const std::string& path, const std::string* bytes, const std::string& name) {
    SetUpLibrary();
    ASSIGN_OR_RETURN(file_, OpenFile(path, bytes));
    ASSIGN_OR_RETURN(dataset_, OpenArray(file_, name));
    ASSIGN_OR_RETURN(shape_, ShapeOf(dataset_));
    file_type_ = Id(H5Dget_type(dataset_));
    if (!file_type_.ok()) return LibraryError("its element type cannot be read");
    ASSIGN_OR_RETURN(type_, TypeOf(file_type_));
    element_size_ = static_cast<int64_t>(H5Tget_size(file_type_));
    ASSIGN_OR_RETURN(storage_, StorageOf(dataset_, shape_.size(), element_size_));
    hsize_t size = 0;
    if (H5Fget_filesize(file_, &size) < 0) return LibraryError("its size cannot be read");
    file_size_ = static_cast<int64_t>(size);
    return absl::OkStatus();
  }
  // Objects of the library end with the mutex held, too.
  ~Impl() {
    std::lock_guard<std::mutex> lock(LibraryMutex());
    file_type_ = Id(H5I_INVALID_HID);
    dataset_ = Id(H5I_INVALID_HID);
    file_ = Id(H5I_INVALID_HID);
  }

  const std::vector<int64_t>& shape() const { return shape_; }
  Type type() const { return type_; }
  void set_where(std::string where) { where_ = std::move(where); }

  // `Vector` is a std::string or std::vector whose elements are of the type `memory_type`.
  template <typename Vector>
  absl::StatusOr<Vector> Read(int64_t first, int64_t count, hid_t memory_type) {
    WGAN_CHECK(first >= 0 && count >= 0 && first + count <= shape_[0]);
    std::lock_guard<std::mutex> lock(LibraryMutex());
    // Conversion takes place in `raw`, which must hold either form.
    const int64_t size = std::max<int64_t>(element_size_, sizeof(typename Vector::value_type));
    const int64_t elements = ElementsOf(count);
    if (elements > kMaxHdf5Bytes / size) {
      return absl::ResourceExhaustedError(
          absl::StrCat(where_, ": ", count, " entries are more than ", kMaxHdf5Bytes, " bytes"));
    }
    Vector result;
    std::string raw;
    absl::Status status = CheckAllThere(elements);
    if (status.ok()) {
      raw.resize(static_cast<size_t>(elements * size));
      status = storage_.filters.empty() ? ReadPlain(first, count, raw) : ReadChunks(first, count, raw);
    }
    if (status.ok() && elements > 0 &&
        H5Tconvert(file_type_, memory_type, static_cast<size_t>(elements), raw.data(), nullptr, H5P_DEFAULT) < 0) {
      status = LibraryError("its numbers cannot be converted");
    }
    if (!status.ok()) return Annotate(status, where_);
    result.resize(static_cast<size_t>(elements));
    std::memcpy(result.data(), raw.data(), static_cast<size_t>(elements) * sizeof(typename Vector::value_type));
    return result;
  }

 private:
  // In `count` entries; kMaxHdf5Bytes + 1 stands for all that is more.
  int64_t ElementsOf(int64_t count) const {
    int64_t elements = std::min(count, kMaxHdf5Bytes + 1);
    for (size_t i = 1; i < shape_.size(); ++i) {
      if (shape_[i] > 0 && elements > kMaxHdf5Bytes / shape_[i]) return kMaxHdf5Bytes + 1;
      elements *= shape_[i];
    }
    return elements;
  }

  // Before memory is taken: deflate packs to a thousandth at best.
  absl::Status CheckAllThere(int64_t elements) const {
    if (elements * element_size_ / 1100 <= file_size_) return absl::OkStatus();
    return absl::DataLossError(absl::StrCat("it claims ", elements, " numbers, in a file of ", file_size_, " bytes"));
  }

  // What is not packed, in chunks or not: the library reads only what is asked for.
  absl::Status ReadPlain(int64_t first, int64_t count, std::string& raw) {
    int64_t all = element_size_;
    for (int64_t length : shape_) all = length > 0 && all > file_size_ / length ? file_size_ + 1 : all * length;
    if (all > file_size_ || static_cast<int64_t>(H5Dget_storage_size(dataset_)) < all) {
      return absl::DataLossError("its numbers are not all in the file");
    }
    hsize_t start[kMaxRank] = {static_cast<hsize_t>(first)}, size[kMaxRank] = {static_cast<hsize_t>(count)};
    std::copy(shape_.begin() + 1, shape_.end(), size + 1);
    if (std::find(size, size + shape_.size(), 0) != size + shape_.size()) return absl::OkStatus();
    const Id file_space(H5Dget_space(dataset_)), memory_space(H5Screate_simple(shape_.size(), size, nullptr));
    if (H5Sselect_hyperslab(file_space, H5S_SELECT_SET, start, nullptr, size, nullptr) < 0 ||
        H5Dread(dataset_, file_type_, memory_space, file_space, H5P_DEFAULT, raw.data()) < 0) {
      return LibraryError("its numbers cannot be read");
    }
    return absl::OkStatus();
  }

  // Visits the chunks that hold a part of the entries, in row-major order.
  absl::Status ReadChunks(int64_t first, int64_t count, std::string& raw) {
    const size_t rank = shape_.size();
    std::vector<int64_t> begin(rank, 0), end = shape_;
    begin[0] = first / storage_.chunk[0] * storage_.chunk[0];
    end[0] = first + count;
    if (std::find(shape_.begin(), shape_.end(), 0) != shape_.end() || count == 0) return absl::OkStatus();
    std::vector<int64_t> at = begin;
    while (true) {
      ASSIGN_OR_RETURN(const std::shared_ptr<const std::string> chunk, Chunk(at));
      CopyChunk(*chunk, at, first, count, raw);
      size_t i = rank;
      while (i > 0 && (at[i - 1] += storage_.chunk[i - 1]) >= end[i - 1]) {
        at[i - 1] = begin[i - 1];
        --i;
      }
      if (i == 0) return absl::OkStatus();
    }
  }

  // The elements of the chunk that begins at `at`, unpacked.
  absl::StatusOr<std::shared_ptr<const std::string>> Chunk(const std::vector<int64_t>& at) {
    if (last_chunk_ != nullptr && at == last_chunk_at_) return last_chunk_;
    hsize_t offset[kMaxRank];
    std::copy(at.begin(), at.end(), offset);
    hsize_t size = 0;
    if (H5Dget_chunk_storage_size(dataset_, offset, &size) < 0 || size == 0) {
      H5Eclear2(H5E_DEFAULT);
      return absl::DataLossError(absl::StrCat("the chunk at entry ", at[0], " is missing"));
    }
    if (static_cast<int64_t>(size) > std::min(file_size_, 2 * kMaxChunkBytes)) {
      return absl::DataLossError(absl::StrCat("the chunk at entry ", at[0], " claims ", size, " bytes"));
    }
    std::string bytes(size, '\0');
    uint32_t skipped = 0;
    if (H5Dread_chunk(dataset_, H5P_DEFAULT, offset, &skipped, bytes.data()) < 0) {
      return LibraryError("a chunk cannot be read");
    }
    absl::Status status = Unpack(skipped, bytes);
    if (!status.ok()) return Annotate(status, absl::StrCat("the chunk at entry ", at[0]));
    last_chunk_at_ = at;
    last_chunk_ = std::make_shared<const std::string>(std::move(bytes));
    return last_chunk_;
  }

  // Bit i of `skipped`: filter i was not applied to this chunk.
  absl::Status Unpack(uint32_t skipped, std::string& bytes) const {
    for (size_t i = storage_.filters.size(); i-- > 0;) {
      if (i < 32 && (skipped >> i & 1)) continue;
      if (storage_.filters[i] == H5Z_FILTER_DEFLATE) {
        ASSIGN_OR_RETURN(bytes, Inflate(bytes, storage_.chunk_bytes + 1));
      } else {
        bytes = Unshuffled(bytes, static_cast<size_t>(element_size_));
      }
    }
    if (static_cast<int64_t>(bytes.size()) == storage_.chunk_bytes) return absl::OkStatus();
    return absl::DataLossError(absl::StrCat("unpacks to other than ", storage_.chunk_bytes, " bytes"));
  }

  // Puts what `chunk`, beginning at `at`, has of the entries into their places, line by line.
  void CopyChunk(const std::string& chunk, const std::vector<int64_t>& at, int64_t first, int64_t count,
                 std::string& raw) const {
    const size_t rank = shape_.size();
    std::vector<int64_t> low(rank), high(rank);  // of the part, within the chunk
    for (size_t i = 0; i < rank; ++i) {
      low[i] = i == 0 ? std::max<int64_t>(first - at[0], 0) : 0;
      high[i] = std::min(storage_.chunk[i], (i == 0 ? first + count : shape_[i]) - at[i]);
    }
    const size_t line = static_cast<size_t>((high[rank - 1] - low[rank - 1]) * element_size_);
    std::vector<int64_t> place = low;
    while (true) {
      int64_t from = 0, to = 0;
      for (size_t i = 0; i < rank; ++i) {
        from = from * storage_.chunk[i] + place[i];
        to = to * (i == 0 ? count : shape_[i]) + at[i] + place[i] - (i == 0 ? first : 0);
      }
      std::memcpy(&raw[to * element_size_], &chunk[from * element_size_], line);
      if (rank == 1) return;
      size_t i = rank - 1;
      while (i > 0 && ++place[i - 1] == high[i - 1]) {
        place[i - 1] = low[i - 1];
        --i;
      }
      if (i == 0) return;
    }
  }

  std::string where_;
  Id file_{H5I_INVALID_HID}, dataset_{H5I_INVALID_HID}, file_type_{H5I_INVALID_HID};
  std::vector<int64_t> shape_;
  Type type_ = Type::kByte;
  int64_t element_size_ = 0, file_size_ = 0;
  Storage storage_;
  std::vector<int64_t> last_chunk_at_;
  std::shared_ptr<const std::string> last_chunk_;
};

absl::StatusOr<Hdf5Array> Hdf5Array::Open(const std::string& path, const std::string& name) {
  ASSIGN_OR_RETURN(const int64_t size, FileSize(path));
  const std::string where = absl::StrCat(path, ", array '", name, "'");
  if (size == 0) return absl::DataLossError(absl::StrCat(where, ": the file is empty"));
  auto impl = std::make_shared<Impl>();
  impl->set_where(where);
  std::unique_lock<std::mutex> lock(LibraryMutex());
  const absl::Status status = impl->Open(path, nullptr, name);
  lock.unlock();
  if (!status.ok()) return Annotate(status, where);
  return Hdf5Array(std::move(impl));
}

absl::StatusOr<Hdf5Array> Hdf5Array::FromBytes(const std::string& bytes, const std::string& name) {
  const std::string where = absl::StrCat("array '", name, "'");
  auto impl = std::make_shared<Impl>();
  impl->set_where(where);
  std::unique_lock<std::mutex> lock(LibraryMutex());
  const absl::Status status = impl->Open("memory", &bytes, name);
  lock.unlock();
  if (!status.ok()) return Annotate(status, where);
  return Hdf5Array(std::move(impl));
}

const std::vector<int64_t>& Hdf5Array::shape() const { return impl_->shape(); }

Hdf5Array::Type Hdf5Array::type() const { return impl_->type(); }

absl::StatusOr<std::string> Hdf5Array::ReadBytes(int64_t first, int64_t count) const {
  WGAN_CHECK(type() == Type::kByte);
  return impl_->Read<std::string>(first, count, H5T_NATIVE_UINT8);
}

absl::StatusOr<std::vector<int64_t>> Hdf5Array::ReadIntegers(int64_t first, int64_t count) const {
  WGAN_CHECK(type() != Type::kReal);
  return impl_->Read<std::vector<int64_t>>(first, count, H5T_NATIVE_INT64);
}

absl::StatusOr<std::vector<double>> Hdf5Array::ReadReals(int64_t first, int64_t count) const {
  WGAN_CHECK(type() == Type::kReal);
  return impl_->Read<std::vector<double>>(first, count, H5T_NATIVE_DOUBLE);
}

}  // namespace wgan
