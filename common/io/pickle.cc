#include "common/io/pickle.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <unordered_map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/base/status_macros.h"

// The operations: Python's Lib/pickletools.py. Opcodes are written here as their characters.
namespace wgan {
namespace {

using Kind = PickleValue::Kind;
constexpr int kMark = -1;  // on the stack: where the items of a list, tuple or dict begin

class Parser {
 public:
  Parser(absl::string_view bytes, const std::function<bool(absl::string_view)>& allowed, size_t max_values)
      : bytes_(bytes), allowed_(allowed), max_values_(max_values) {}

  absl::StatusOr<Pickle> Parse() {
    while (true) {
      const size_t start = at_;
      ASSIGN_OR_RETURN(const uint8_t opcode, Number<uint8_t>());
      if (opcode == '.') break;
      RETURN_IF_ERROR(Annotate(Execute(opcode), absl::StrCat("byte ", start, " of a pickle")));
    }
    if (stack_.size() != 1 || stack_[0] == kMark) return Damaged("a pickle ends without its value");
    pickle_.root = stack_[0];
    pickle_.size = at_;
    return std::move(pickle_);
  }

 private:
  template <typename... Parts>
  static absl::Status Damaged(const Parts&... parts) {
    return absl::DataLossError(absl::StrCat(parts...));
  }

  absl::Status Execute(uint8_t opcode) {
    switch (opcode) {
      case 0x80:
        return Skip(1);  // PROTO
      case 0x95:
        return Skip(8);  // FRAME
      case 'N':
        return Push({.kind = Kind::kNone});
      case 0x88:
        return Push({.kind = Kind::kBool, .integer = 1});
      case 0x89:
        return Push({.kind = Kind::kBool, .integer = 0});
      case 'K':
        return PushInt<uint8_t>();
      case 'M':
        return PushInt<uint16_t>();
      case 'J':
        return PushInt<int32_t>();
      case 0x8a:
        return PushLong();
      case 'G':
        return PushFloat();
      case 'U':
      case 'C':
      case 0x8c:
        return PushString<uint8_t>();
      case 'T':
      case 'B':
      case 'X':
        return PushString<uint32_t>();
      case 0x8d:
      case 0x8e:
        return PushString<uint64_t>();
      case ']':
        return Push({.kind = Kind::kList});
      case ')':
        return Push({.kind = Kind::kTuple});
      case '}':
        return Push({.kind = Kind::kDict});
      case '(':
        stack_.push_back(kMark);
        return absl::OkStatus();
      case 't':
        return PushMarked(Kind::kTuple);
      case 'l':
        return PushMarked(Kind::kList);
      case 'd':
        return PushMarked(Kind::kDict);
      case 0x85:
        return PushTuple(1);
      case 0x86:
        return PushTuple(2);
      case 0x87:
        return PushTuple(3);
      case 'a':
        return AddToTop(1, Kind::kList);
      case 's':
        return AddToTop(2, Kind::kDict);
      case 'e':
        return AddMarkedToTop(Kind::kList);
      case 'u':
        return AddMarkedToTop(Kind::kDict);
      default:
        return ExecuteRest(opcode);
    }
  }

  absl::Status ExecuteRest(uint8_t opcode) {
    switch (opcode) {
      case 'c':
        return PushGlobal();
      case 0x93:
        return PushStackGlobal();
      case 'R':
      case 0x81:
        return PushCall();
      case 'b':
        return Build();
      case 'Q':
        return PushPersistent();
      case 'q':
        return Put<uint8_t>();
      case 'r':
        return Put<uint32_t>();
      case 0x94:
        return Memoize(memo_.size());
      case 'h':
        return Get<uint8_t>();
      case 'j':
        return Get<uint32_t>();
      case '0':
        return Pop().status();
      default:
        return absl::UnimplementedError(absl::StrFormat("the pickle operation 0x%02x, which data do not need", opcode));
    }
  }

  // --- bytes

  absl::Status Skip(uint64_t count) {
    if (count > bytes_.size() - at_) return Damaged("a pickle is cut off");
    at_ += count;
    return absl::OkStatus();
  }
  template <typename T>
  absl::StatusOr<T> Number() {
    T value;
    if (sizeof(T) > bytes_.size() - at_) return Damaged("a pickle is cut off");
    std::memcpy(&value, bytes_.data() + at_, sizeof(T));
    at_ += sizeof(T);
    return value;
  }
  absl::StatusOr<std::string> Line() {
    const size_t end = bytes_.find('\n', at_);
    if (end == absl::string_view::npos) return Damaged("a pickle is cut off");
    std::string line(bytes_.substr(at_, end - at_));
    at_ = end + 1;
    return line;
  }

  // --- values

  absl::Status Push(PickleValue value) {
    if (pickle_.values.size() >= max_values_) return Damaged("it has more than ", max_values_, " values");
    pickle_.values.push_back(std::move(value));
    stack_.push_back(static_cast<int>(pickle_.values.size()) - 1);
    return absl::OkStatus();
  }
  absl::StatusOr<int> Pop() {
    if (stack_.empty() || stack_.back() == kMark) return Damaged("it takes a value where there is none");
    const int value = stack_.back();
    stack_.pop_back();
    return value;
  }
  absl::StatusOr<std::vector<int>> PopMarked() {
    const auto mark = std::find(stack_.rbegin(), stack_.rend(), kMark);
    if (mark == stack_.rend()) return Damaged("it takes values down to a mark, and there is none");
    std::vector<int> items(mark.base(), stack_.end());
    stack_.erase(mark.base() - 1, stack_.end());
    return items;
  }

  template <typename T>
  absl::Status PushInt() {
    ASSIGN_OR_RETURN(const T value, Number<T>());
    return Push({.kind = Kind::kInt, .integer = value});
  }
  // Two's complement of a stated length. PyTorch's old files begin with a 10-byte one: longer ones than 8 bytes are
  // kept as text.
  absl::Status PushLong() {
    ASSIGN_OR_RETURN(const uint8_t size, Number<uint8_t>());
    const size_t begin = at_;
    RETURN_IF_ERROR(Skip(size));
    const absl::string_view digits = bytes_.substr(begin, size);
    if (size > 8) return Push({.kind = Kind::kString, .text = std::string(digits)});
    uint64_t value = 0;
    for (size_t i = 0; i < size; ++i) value |= uint64_t{static_cast<uint8_t>(digits[i])} << (8 * i);
    if (size > 0 && size < 8 && (digits[size - 1] & 0x80)) value |= ~uint64_t{0} << (8 * size);
    return Push({.kind = Kind::kInt, .integer = static_cast<int64_t>(value)});
  }
  absl::Status PushFloat() {
    ASSIGN_OR_RETURN(const uint64_t big_endian, Number<uint64_t>());
    return Push({.kind = Kind::kFloat, .real = std::bit_cast<double>(__builtin_bswap64(big_endian))});
  }
  template <typename Length>
  absl::Status PushString() {
    ASSIGN_OR_RETURN(const Length size, Number<Length>());
    const size_t begin = at_;
    RETURN_IF_ERROR(Skip(size));
    return Push({.kind = Kind::kString, .text = std::string(bytes_.substr(begin, size))});
  }
  absl::Status PushTuple(size_t count) {
    std::vector<int> items(count);
    for (size_t i = count; i-- > 0;) {
      ASSIGN_OR_RETURN(items[i], Pop());
    }
    return Push({.kind = Kind::kTuple, .items = std::move(items)});
  }
  absl::Status PushMarked(Kind kind) {
    ASSIGN_OR_RETURN(std::vector<int> items, PopMarked());
    if (kind == Kind::kDict && items.size() % 2 != 0) return Damaged("a dict has a key without a value");
    return Push({.kind = kind, .items = std::move(items)});
  }

  // --- containers; objects made by a call take items like the dict or list that they are

  absl::Status Add(const std::vector<int>& items, Kind kind) {
    if (stack_.empty() || stack_.back() == kMark) return Damaged("it fills a container where there is none");
    PickleValue& top = pickle_.values[stack_.back()];
    if (top.kind != kind && !(top.kind == Kind::kCall && kind == Kind::kDict)) {
      return Damaged("it fills a value that is no container of that kind");
    }
    if (kind == Kind::kDict && items.size() % 2 != 0) return Damaged("a dict has a key without a value");
    top.items.insert(top.items.end(), items.begin(), items.end());
    return absl::OkStatus();
  }
  absl::Status AddToTop(size_t count, Kind kind) {
    std::vector<int> items(count);
    for (size_t i = count; i-- > 0;) {
      ASSIGN_OR_RETURN(items[i], Pop());
    }
    return Add(items, kind);
  }
  absl::Status AddMarkedToTop(Kind kind) {
    ASSIGN_OR_RETURN(const std::vector<int> items, PopMarked());
    return Add(items, kind);
  }

  // --- globals and what Python would make of them

  absl::Status PushNamed(const std::string& global) {
    if (!allowed_(global)) {
      return absl::PermissionDeniedError(
          absl::StrCat("it refers to '", global.substr(0, 100), "', which data do not need and which is not loaded"));
    }
    return Push({.kind = Kind::kGlobal, .text = global});
  }
  absl::Status PushGlobal() {
    ASSIGN_OR_RETURN(const std::string module, Line());
    ASSIGN_OR_RETURN(const std::string name, Line());
    return PushNamed(absl::StrCat(module, ".", name));
  }
  absl::Status PushStackGlobal() {
    ASSIGN_OR_RETURN(const int name, Pop());
    ASSIGN_OR_RETURN(const int module, Pop());
    const PickleValue &m = pickle_.at(module), &n = pickle_.at(name);
    if (m.kind != Kind::kString || n.kind != Kind::kString) return Damaged("a global whose name is no string");
    return PushNamed(absl::StrCat(m.text, ".", n.text));
  }
  absl::Status PushCall() {
    ASSIGN_OR_RETURN(const int arguments, Pop());
    ASSIGN_OR_RETURN(const int callable, Pop());
    if (pickle_.at(callable).kind != Kind::kGlobal || pickle_.at(arguments).kind != Kind::kTuple) {
      return Damaged("a call of something that cannot be called");
    }
    return Push({.kind = Kind::kCall, .items = {callable, arguments}});
  }
  absl::Status Build() {
    ASSIGN_OR_RETURN(const int state, Pop());
    if (stack_.empty() || stack_.back() == kMark || pickle_.at(stack_.back()).kind != Kind::kCall) {
      return Damaged("a state for something that is no object");
    }
    pickle_.values[stack_.back()].state = state;
    return absl::OkStatus();
  }
  absl::Status PushPersistent() {
    ASSIGN_OR_RETURN(const int identifier, Pop());
    return Push({.kind = Kind::kPersistent, .items = {identifier}});
  }

  // --- the memo

  absl::Status Memoize(uint64_t key) {
    if (stack_.empty() || stack_.back() == kMark) return Damaged("it remembers a value where there is none");
    memo_[key] = stack_.back();
    return absl::OkStatus();
  }
  template <typename T>
  absl::Status Put() {
    ASSIGN_OR_RETURN(const T key, Number<T>());
    return Memoize(key);
  }
  template <typename T>
  absl::Status Get() {
    ASSIGN_OR_RETURN(const T key, Number<T>());
    const auto found = memo_.find(key);
    if (found == memo_.end()) return Damaged("it recalls a value that it never remembered");
    stack_.push_back(found->second);
    return absl::OkStatus();
  }

  const absl::string_view bytes_;
  const std::function<bool(absl::string_view)>& allowed_;
  const size_t max_values_;
  size_t at_ = 0;
  Pickle pickle_;
  std::vector<int> stack_;
  std::unordered_map<uint64_t, int> memo_;
};

}  // namespace

absl::StatusOr<Pickle> ParsePickle(absl::string_view bytes,
                                   const std::function<bool(absl::string_view global)>& allowed, size_t max_values) {
  return Parser(bytes, allowed, max_values).Parse();
}

}  // namespace wgan
