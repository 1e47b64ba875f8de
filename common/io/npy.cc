#include "common/io/npy.h"

#include <cstring>
#include <limits>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/base/status_macros.h"
#include "common/io/file.h"

namespace wgan {
namespace {

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the numbers of a file are used as they are");

constexpr absl::string_view kMagic("\x93NUMPY", 6);
constexpr size_t kMaxHeader = 10'000;  // NumPy's own limit: more can only be a record type, or hostile
constexpr size_t kMaxRank = 64;        // NumPy's
constexpr size_t kAlignment = 64;      // of the data in files that we write

struct TypeName {
  absl::string_view descr;
  ElementType type;
};
constexpr TypeName kTypes[] = {{"<f4", ElementType::kF32}, {"<f8", ElementType::kF64}, {"<i4", ElementType::kI32},
                               {"<i8", ElementType::kI64}, {"|u1", ElementType::kU8},  {"|b1", ElementType::kBool}};

template <typename... Parts>
absl::Status Corrupt(const Parts&... parts) {
  return absl::DataLossError(absl::StrCat("corrupt .npy file: ", parts...));
}

// product(shape) * ElementSize(type), or nothing if it overflows.
std::optional<int64_t> ByteSize(ElementType type, const std::vector<int64_t>& shape) {
  int64_t size = ElementSize(type);
  for (const int64_t dimension : shape) {
    if (dimension < 0 || __builtin_mul_overflow(size, dimension, &size)) return std::nullopt;
  }
  return size;
}

// "(3, 4)", "(3,)" and "()", as Python prints tuples.
std::string ShapeText(const std::vector<int64_t>& shape) {
  std::string text = "(";
  for (size_t k = 0; k < shape.size(); ++k) absl::StrAppend(&text, k ? ", " : "", shape[k]);
  return text + (shape.size() == 1 ? ",)" : ")");
}

// ---------------------------------------------------------------------------------------------------------- Reading

struct Header {
  ElementType type = ElementType::kF64;
  bool fortran_order = false;
  std::vector<int64_t> shape;
};

absl::StatusOr<ElementType> ParseType(absl::string_view descr) {
  for (const TypeName& name : kTypes) {
    if (name.descr == descr) return name.type;
  }
  if (descr.substr(0, 1) == ">") {
    return absl::UnimplementedError(
        absl::StrCat("the array is big-endian ('", descr, "'); save array.astype(array.dtype.newbyteorder('<'))"));
  }
  if (descr.find('O') != absl::string_view::npos) {
    return absl::UnimplementedError("the array holds Python objects, which only a pickle can bring back; save numbers");
  }
  return absl::UnimplementedError(absl::StrCat("the array's element type '", descr,
                                               "' is none of float32, float64, int32, int64, uint8, bool; convert it"));
}

// Reads the header's Python dictionary {'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), } from front to back;
// its three keys may come in any order. Nothing else is accepted.
class HeaderParser {
 public:
  explicit HeaderParser(absl::string_view text) : rest_(text) {}

  absl::StatusOr<Header> Parse() {
    if (!Take("{")) return Corrupt("the header is no dictionary");
    while (!Take("}")) {
      ASSIGN_OR_RETURN(const absl::string_view key, TakeString("a key"));
      if (!Take(":")) return Corrupt("no ':' after '", key, "' in the header");
      RETURN_IF_ERROR(TakeValue(key));
      if (!Take(",") && !Next("}")) return Corrupt("no ',' or '}' after the value of '", key, "' in the header");
    }
    Skip();
    if (!rest_.empty()) return Corrupt("something follows the dictionary in the header");
    if (!has_descr_ || !has_order_ || !has_shape_) return Corrupt("no descr, fortran_order or shape in the header");
    return header_;
  }

 private:
  absl::Status TakeValue(absl::string_view key) {
    if (key == "descr" && !std::exchange(has_descr_, true)) {
      if (Next("["))
        return absl::UnimplementedError("the array holds records; save one array for each of their fields");
      ASSIGN_OR_RETURN(const absl::string_view descr, TakeString("the element type"));
      ASSIGN_OR_RETURN(header_.type, ParseType(descr));
      return absl::OkStatus();
    }
    if (key == "fortran_order" && !std::exchange(has_order_, true)) {
      header_.fortran_order = Next("True");
      return Take("True") || Take("False") ? absl::OkStatus() : Corrupt("fortran_order is neither True nor False");
    }
    if (key == "shape" && !std::exchange(has_shape_, true)) return TakeShape();
    return Corrupt("the key '", key, "' in the header, unknown or for the second time");
  }

  absl::Status TakeShape() {
    if (!Take("(")) return Corrupt("the shape is no tuple");
    while (!Take(")")) {
      ASSIGN_OR_RETURN(const int64_t dimension, TakeNumber());
      header_.shape.push_back(dimension);
      if (header_.shape.size() > kMaxRank) return Corrupt("more than ", kMaxRank, " dimensions");
      const bool comma = Take(",");
      // "(3)" is a number in Python, not a tuple.
      if (!comma && (header_.shape.size() == 1 || !Next(")"))) return Corrupt("no ',' in the shape");
    }
    return absl::OkStatus();
  }

  absl::StatusOr<int64_t> TakeNumber() {
    Skip();
    size_t length = 0;
    while (length < rest_.size() && absl::ascii_isdigit(rest_[length])) ++length;
    int64_t number = 0;
    if (!absl::SimpleAtoi(rest_.substr(0, length), &number)) {
      return Corrupt("a dimension that is no whole number below 2^63");
    }
    rest_.remove_prefix(length);
    return number;
  }

  absl::StatusOr<absl::string_view> TakeString(absl::string_view what) {
    Skip();
    const char quote = rest_.empty() ? '\0' : rest_[0];
    if (quote != '\'' && quote != '"') return Corrupt(what, " in the header is no string");
    const size_t end = rest_.find(quote, 1);
    if (end == absl::string_view::npos) return Corrupt(what, " in the header does not end");
    const absl::string_view text = rest_.substr(1, end - 1);
    for (const char c : text) {
      if (!absl::ascii_isprint(c)) return Corrupt(what, " in the header is not printable");
    }
    rest_.remove_prefix(end + 1);
    return text;
  }

  void Skip() {
    while (!rest_.empty() && absl::ascii_isspace(rest_[0])) rest_.remove_prefix(1);
  }
  bool Next(absl::string_view token) {
    Skip();
    return rest_.substr(0, token.size()) == token;
  }
  bool Take(absl::string_view token) {
    Skip();
    return absl::ConsumePrefix(&rest_, token);
  }

  absl::string_view rest_;
  Header header_;
  bool has_descr_ = false, has_order_ = false, has_shape_ = false;
};

// The header of `bytes` and where the data begin.
absl::StatusOr<std::pair<Header, size_t>> ParseHeader(absl::string_view bytes) {
  if (bytes.substr(0, kMagic.size()) != kMagic) return Corrupt("it does not begin as one; is it another kind of file?");
  if (bytes.size() < 8) return Corrupt("it ends within its first 8 bytes");
  const int version = static_cast<unsigned char>(bytes[6]), minor = static_cast<unsigned char>(bytes[7]);
  if (version < 1 || version > 3 || minor != 0) {
    return absl::UnimplementedError(
        absl::StrCat("format version ", version, ".", minor, "; 1.0, 2.0 and 3.0 are read"));
  }
  const size_t length_size = version == 1 ? 2 : 4, begin = kMagic.size() + 2 + length_size;
  if (bytes.size() < begin) return Corrupt("it ends within its first ", begin, " bytes");
  uint32_t length = 0;
  std::memcpy(&length, bytes.data() + kMagic.size() + 2, length_size);
  if (length > kMaxHeader) return Corrupt("a header of ", length, " bytes; at most ", kMaxHeader, " are sensible");
  if (length > bytes.size() - begin) {
    return Corrupt("a header of ", length, " bytes, with ", bytes.size() - begin, " in the file");
  }
  ASSIGN_OR_RETURN(Header header, HeaderParser(bytes.substr(begin, length)).Parse());
  return std::make_pair(std::move(header), begin + length);
}

// Rearranges elements from Fortran order (first index fastest) to C order (last index fastest).
std::string ToRowMajor(absl::string_view data, const std::vector<int64_t>& shape, int element_size) {
  const size_t rank = shape.size();
  std::vector<int64_t> strides(rank, element_size), index(rank, 0);
  for (size_t k = 1; k < rank; ++k) strides[k] = strides[k - 1] * shape[k - 1];
  std::string result(data.size(), '\0');
  int64_t source = 0;
  for (size_t target = 0; target < data.size(); target += element_size) {
    std::memcpy(result.data() + target, data.data() + source, element_size);
    for (size_t k = rank; k-- > 0;) {
      source += strides[k];
      if (++index[k] < shape[k]) break;
      source -= strides[k] * shape[k];
      index[k] = 0;
    }
  }
  return result;
}

// ---------------------------------------------------------------------------------------------------------- Numbers

template <typename T>
void AppendDoubles(absl::string_view data, std::vector<double>& result) {
  for (size_t offset = 0; offset < data.size(); offset += sizeof(T)) {
    T value;
    std::memcpy(&value, data.data() + offset, sizeof(T));
    result.push_back(static_cast<double>(value));
  }
}

template <typename T>
ArrayView MakeView(std::string name, ElementType type, std::vector<int64_t> shape, absl::Span<const T> values) {
  ArrayView view{std::move(name), type, std::move(shape), {}};
  view.data = absl::string_view(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
  return view;
}

}  // namespace

std::vector<double> NpyArray::ToDoubles() const {
  std::vector<double> result;
  result.reserve(size());
  switch (type) {
    case ElementType::kF32:
      AppendDoubles<float>(data, result);
      break;
    case ElementType::kF64:
      AppendDoubles<double>(data, result);
      break;
    case ElementType::kI64:
      AppendDoubles<int64_t>(data, result);
      break;
    case ElementType::kI32:
      AppendDoubles<int32_t>(data, result);
      break;
    case ElementType::kU8:
    case ElementType::kBool:
      AppendDoubles<uint8_t>(data, result);
      break;
  }
  return result;
}

ArrayView NpyView(std::string name, std::vector<int64_t> shape, absl::Span<const double> values) {
  return MakeView(std::move(name), ElementType::kF64, std::move(shape), values);
}
ArrayView NpyView(std::string name, std::vector<int64_t> shape, absl::Span<const float> values) {
  return MakeView(std::move(name), ElementType::kF32, std::move(shape), values);
}
ArrayView NpyView(std::string name, std::vector<int64_t> shape, absl::Span<const int64_t> values) {
  return MakeView(std::move(name), ElementType::kI64, std::move(shape), values);
}
ArrayView NpyView(std::string name, std::vector<int64_t> shape, absl::Span<const int32_t> values) {
  return MakeView(std::move(name), ElementType::kI32, std::move(shape), values);
}

absl::StatusOr<NpyArray> ParseNpy(std::string bytes) {
  ASSIGN_OR_RETURN(const auto parsed, ParseHeader(bytes));
  const auto& [header, begin] = parsed;
  const std::optional<int64_t> size = ByteSize(header.type, header.shape);
  if (!size) return Corrupt("the shape ", ShapeText(header.shape), " overflows");
  if (static_cast<uint64_t>(*size) != bytes.size() - begin) {
    return Corrupt("the shape ", ShapeText(header.shape), " needs ", *size, " bytes of data, not ",
                   bytes.size() - begin);
  }
  bytes.erase(0, begin);
  if (header.type == ElementType::kBool) {
    for (size_t i = 0; i < bytes.size(); ++i) {
      if (bytes[i] & ~1) return Corrupt("bool ", i, " is neither 0 nor 1");
    }
  }
  if (header.fortran_order && header.shape.size() > 1) {
    bytes = ToRowMajor(bytes, header.shape, ElementSize(header.type));
  }
  return NpyArray{header.type, header.shape, std::move(bytes)};
}

absl::StatusOr<std::string> SerializeNpy(const ArrayView& array) {
  const std::optional<int64_t> size = ByteSize(array.type, array.shape);
  if (!size || static_cast<uint64_t>(*size) != array.data.size()) {
    return absl::InvalidArgumentError(absl::StrCat("an array of ", array.data.size(), " bytes cannot have the shape ",
                                                   ShapeText(array.shape), " and type ", ElementTypeName(array.type)));
  }
  if (array.shape.size() > kMaxRank) {
    return absl::InvalidArgumentError(
        absl::StrCat("an array of ", array.shape.size(), " dimensions; NumPy reads at most ", kMaxRank));
  }
  absl::string_view descr;
  for (const TypeName& name : kTypes) {
    if (name.type == array.type) descr = name.descr;
  }
  std::string header =
      absl::StrCat("{'descr': '", descr, "', 'fortran_order': False, 'shape': ", ShapeText(array.shape), ", }");
  const size_t before = kMagic.size() + 4;
  header.append((kAlignment - (before + header.size() + 1) % kAlignment) % kAlignment, ' ');
  header += '\n';
  const auto length = static_cast<uint16_t>(header.size());
  std::string bytes = absl::StrCat(kMagic, absl::string_view("\x01\x00", 2));
  bytes.reserve(before + header.size() + array.data.size());
  bytes.append(reinterpret_cast<const char*>(&length), sizeof(length));
  absl::StrAppend(&bytes, header, array.data);
  return bytes;
}

absl::StatusOr<NpyArray> ReadNpy(const std::string& path) {
  ASSIGN_OR_RETURN(std::string bytes, ReadFile(path));
  absl::StatusOr<NpyArray> array = ParseNpy(std::move(bytes));
  if (!array.ok()) return Annotate(array.status(), path);
  return array;
}

absl::Status WriteNpy(const std::string& path, const ArrayView& array) {
  const absl::StatusOr<std::string> bytes = SerializeNpy(array);
  if (!bytes.ok()) return Annotate(bytes.status(), path);
  return WriteFileAtomically(path, *bytes);
}

}  // namespace wgan
