#include "common/config/text_proto.h"

#include <cerrno>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <memory>
#include <sstream>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/base/nearest_name.h"
#include "common/base/status_macros.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/text_format.h"

namespace wgan {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using google::protobuf::TextFormat;

std::vector<std::string> FieldNames(const Descriptor& type) {
  std::vector<std::string> names;
  for (int i = 0; i < type.field_count(); ++i) names.push_back(type.field(i)->name());
  return names;
}

std::vector<std::string> ValueNames(const EnumDescriptor& type) {
  std::vector<std::string> names;
  for (int i = 0; i < type.value_count(); ++i) {
    if (!absl::EndsWith(type.value(i)->name(), "UNSPECIFIED")) names.push_back(type.value(i)->name());
  }
  return names;
}

std::string DidYouMean(absl::string_view name, const std::vector<std::string>& names) {
  if (names.empty()) return "";
  return absl::StrCat("; did you mean \"", NearestName(name, names), "\"?");
}

// The message type called `full_name` at or below `type`, or null.
const Descriptor* FindType(const Descriptor& type, const std::string& full_name) {
  return type.file()->pool()->FindMessageTypeByName(full_name);
}

// Between the n-th and the (n+1)-th double quote of `text` (n odd: what is quoted); empty if there are fewer.
std::string Quoted(const std::string& text, int n) {
  std::vector<std::string> pieces = absl::StrSplit(text, '"');
  return n < static_cast<int>(pieces.size()) ? pieces[n] : "";
}

// Keeps the first error of protobuf's parser, with the nearest name added where a name was wrong.
class FirstError : public google::protobuf::io::ErrorCollector {
 public:
  FirstError(absl::string_view file, const Descriptor& type) : file_(file), type_(type) {}

  void AddError(int line, int column, const std::string& what) override {
    if (!message_.empty()) return;
    // Line -1 stands for the file as a whole.
    std::string place = line < 0 ? file_ : absl::StrCat(file_, ":", line + 1, ":", column + 1);
    message_ = absl::StrCat(place, ": ", absl::StripSuffix(what, "."), Hint(what));
  }

  const std::string& message() const { return message_; }

 private:
  // protobuf says: Message type "wgan.T" has no field named "f".
  //           and: Unknown enumeration value of "V" for field "f".
  std::string Hint(const std::string& what) const {
    if (absl::StartsWith(what, "Message type \"")) {
      const Descriptor* type = FindType(type_, Quoted(what, 1));
      return type == nullptr ? "" : DidYouMean(Quoted(what, 3), FieldNames(*type));
    }
    if (absl::StartsWith(what, "Unknown enumeration value of \"")) {
      std::vector<std::string> names;
      CollectEnumNames(type_, Quoted(what, 3), 0, &names);
      return DidYouMean(Quoted(what, 1), names);
    }
    return "";
  }

  // The values of every enum field called `field` at or below `type`.
  static void CollectEnumNames(const Descriptor& type, const std::string& field, int depth,
                               std::vector<std::string>* names) {
    if (depth > 8) return;  // recursive messages
    for (int i = 0; i < type.field_count(); ++i) {
      const FieldDescriptor& member = *type.field(i);
      if (member.enum_type() != nullptr && member.name() == field) {
        for (std::string& name : ValueNames(*member.enum_type())) names->push_back(std::move(name));
      }
      if (member.message_type() != nullptr) CollectEnumNames(*member.message_type(), field, depth + 1, names);
    }
  }

  std::string file_;
  const Descriptor& type_;
  std::string message_;
};

absl::StatusOr<std::string> ReadWholeFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  // A folder opens, but does not read.
  if (file.is_open() && file.peek() != std::ifstream::traits_type::eof()) text << file.rdbuf();
  if (file.is_open() && !file.bad()) return text.str();
  return absl::ErrnoToStatus(errno, absl::StrCat("Cannot read '", path, "'"));
}

absl::Status MergeText(absl::string_view text, absl::string_view name, Message* message) {
  FirstError error(name, *message->GetDescriptor());
  TextFormat::Parser parser;
  parser.RecordErrorsTo(&error);
  parser.SetRecursionLimit(100);
  if (parser.MergeFromString(std::string(text), message)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      error.message().empty() ? absl::StrCat(name, ": not a text proto of type ", message->GetDescriptor()->full_name())
                              : error.message());
}

// Clears every repeated field of `base` that `overlay` sets.
void ClearReplacedLists(const Message& overlay, Message* base) {
  std::vector<const FieldDescriptor*> fields;
  overlay.GetReflection()->ListFields(overlay, &fields);
  const Reflection& reflection = *base->GetReflection();
  for (const FieldDescriptor* field : fields) {
    if (field->is_repeated()) {
      reflection.ClearField(base, field);
    } else if (field->message_type() != nullptr && reflection.HasField(*base, field)) {
      ClearReplacedLists(overlay.GetReflection()->GetMessage(overlay, field), reflection.MutableMessage(base, field));
    }
  }
}

std::string FieldText(const Message& message, const FieldDescriptor& field, int index) {
  TextFormat::Printer printer;
  printer.SetSingleLineMode(true);
  std::string text;
  printer.PrintFieldValueToString(message, &field, index, &text);
  if (field.message_type() != nullptr) return absl::StrCat("{ ", absl::StripAsciiWhitespace(text), " }");
  return text;
}

bool IsSet(const Message& message, const FieldDescriptor& field) {
  const Reflection& reflection = *message.GetReflection();
  if (field.is_repeated()) return reflection.FieldSize(message, &field) > 0;
  // Fields without presence always have a value.
  return !field.has_presence() || reflection.HasField(message, &field);
}

std::string ValueText(const Message& message, const FieldDescriptor& field) {
  if (!IsSet(message, field)) return "unset";
  if (!field.is_repeated()) return FieldText(message, field, -1);
  std::vector<std::string> items;
  for (int i = 0; i < message.GetReflection()->FieldSize(message, &field); ++i) {
    items.push_back(FieldText(message, field, i));
  }
  return absl::StrCat("[", absl::StrJoin(items, ", "), "]");
}

void AddDifferences(const std::string& prefix, const Message& base, const Message& effective,
                    std::vector<std::string>* lines) {
  const Descriptor& type = *base.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    const std::string path = absl::StrCat(prefix, field.name());
    if (field.message_type() != nullptr && !field.is_repeated() && IsSet(base, field) && IsSet(effective, field)) {
      AddDifferences(absl::StrCat(path, "."), base.GetReflection()->GetMessage(base, &field),
                     effective.GetReflection()->GetMessage(effective, &field), lines);
      continue;
    }
    const std::string before = ValueText(base, field), after = ValueText(effective, field);
    if (before != after) lines->push_back(absl::StrCat(path, ": ", before, " -> ", after));
  }
}

// Why `value` does not fit: `path` expects `what`.
absl::Status BadValue(absl::string_view path, absl::string_view value, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("field ", path, " expects ", what, ", not \"", value, "\""));
}

absl::StatusOr<double> ParseNumber(absl::string_view path, absl::string_view value) {
  double number = 0;
  if (!absl::SimpleAtod(value, &number) || !std::isfinite(number)) return BadValue(path, value, "a finite number");
  return number;
}

absl::StatusOr<bool> ParseBool(absl::string_view path, absl::string_view value) {
  bool result = false;
  if (!absl::SimpleAtob(value, &result)) return BadValue(path, value, "true or false");
  return result;
}

absl::StatusOr<const EnumValueDescriptor*> ParseEnum(absl::string_view path, absl::string_view value,
                                                     const EnumDescriptor& type) {
  const EnumValueDescriptor* found = type.FindValueByName(absl::AsciiStrToUpper(value));
  if (found == nullptr) found = type.FindValueByName(std::string(value));
  if (found != nullptr) return found;
  std::vector<std::string> names = ValueNames(type);
  return BadValue(path, value, absl::StrCat("one of ", absl::StrJoin(names, ", ")));
}

// Gives a singular field its value, or adds the value to a repeated one.
#define WGAN_STORE_(type, value) \
  field.is_repeated() ? reflection.Add##type(message, &field, value) : reflection.Set##type(message, &field, value)

template <typename Integer>
absl::StatusOr<Integer> ParseInteger(absl::string_view path, absl::string_view value, absl::string_view what) {
  Integer number = 0;
  if (!absl::SimpleAtoi(value, &number)) return BadValue(path, value, what);
  return number;
}

absl::Status StoreValue(absl::string_view path, absl::string_view value, const FieldDescriptor& field,
                        Message* message) {
  const Reflection& reflection = *message->GetReflection();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32: {
      ASSIGN_OR_RETURN(int32_t number, ParseInteger<int32_t>(path, value, "a whole number of 32 bits"));
      WGAN_STORE_(Int32, number);
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_INT64: {
      ASSIGN_OR_RETURN(int64_t number, ParseInteger<int64_t>(path, value, "a whole number of 64 bits"));
      WGAN_STORE_(Int64, number);
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_UINT32: {
      ASSIGN_OR_RETURN(uint32_t number, ParseInteger<uint32_t>(path, value, "a whole number >= 0 of 32 bits"));
      WGAN_STORE_(UInt32, number);
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_UINT64: {
      ASSIGN_OR_RETURN(uint64_t number, ParseInteger<uint64_t>(path, value, "a whole number >= 0 of 64 bits"));
      WGAN_STORE_(UInt64, number);
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_DOUBLE: {
      ASSIGN_OR_RETURN(double number, ParseNumber(path, value));
      WGAN_STORE_(Double, number);
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_FLOAT: {
      ASSIGN_OR_RETURN(double number, ParseNumber(path, value));
      if (!std::isfinite(static_cast<float>(number))) return BadValue(path, value, "a number of single precision");
      WGAN_STORE_(Float, static_cast<float>(number));
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_BOOL: {
      ASSIGN_OR_RETURN(bool boolean, ParseBool(path, value));
      WGAN_STORE_(Bool, boolean);
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_ENUM: {
      ASSIGN_OR_RETURN(const EnumValueDescriptor* chosen, ParseEnum(path, value, *field.enum_type()));
      WGAN_STORE_(Enum, chosen);
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_STRING:
      WGAN_STORE_(String, std::string(value));
      return absl::OkStatus();
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return absl::InvalidArgumentError(absl::StrCat("field ", path, " is a group of fields; set one of them: ",
                                                     absl::StrJoin(FieldNames(*field.message_type()), ", ")));
  }
  return absl::InternalError("unknown field type");
}

absl::Status SetLeaf(absl::string_view path, absl::string_view value, const FieldDescriptor& field, Message* message) {
  if (!field.is_repeated()) return StoreValue(path, value, field, message);
  message->GetReflection()->ClearField(message, &field);
  if (value.empty()) return absl::OkStatus();
  for (absl::string_view item : absl::StrSplit(value, ',')) {
    RETURN_IF_ERROR(StoreValue(path, absl::StripAsciiWhitespace(item), field, message));
  }
  return absl::OkStatus();
}

absl::Status NoSuchField(absl::string_view path, const std::string& part, const Descriptor& type) {
  return absl::InvalidArgumentError(absl::StrCat("there is no field \"", part, "\"",
                                                 part == path ? "" : absl::StrCat(" on the way of ", path), " in ",
                                                 type.name(), DidYouMean(part, FieldNames(type))));
}

// SetField without its promise to leave `message` alone on error.
absl::Status SetFieldInPlace(absl::string_view path, absl::string_view value, Message* message) {
  std::vector<std::string> parts = absl::StrSplit(path, '.');
  for (size_t i = 0; i < parts.size(); ++i) {
    const FieldDescriptor* field = message->GetDescriptor()->FindFieldByName(parts[i]);
    if (field == nullptr) return NoSuchField(path, parts[i], *message->GetDescriptor());
    if (i + 1 == parts.size()) return SetLeaf(path, value, *field, message);
    if (field->message_type() == nullptr || field->is_repeated()) {
      return absl::InvalidArgumentError(absl::StrCat("field ", parts[i], " in ", path, " has no fields inside"));
    }
    message = message->GetReflection()->MutableMessage(message, field);
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ParseTextProto(absl::string_view text, absl::string_view name, Message* message) {
  message->Clear();
  return MergeText(text, name, message);
}

absl::Status ReadTextProto(const std::string& path, Message* message) {
  ASSIGN_OR_RETURN(std::string text, ReadWholeFile(path));
  return ParseTextProto(text, path, message);
}

absl::Status MergeOverlay(const std::string& path, Message* base) {
  ASSIGN_OR_RETURN(std::string text, ReadWholeFile(path));
  std::unique_ptr<Message> overlay(base->New());
  RETURN_IF_ERROR(MergeText(text, path, overlay.get()));
  ClearReplacedLists(*overlay, base);
  // Merging the text rather than `overlay` also carries over zeros of proto3 fields without presence.
  return MergeText(text, path, base);
}

void FillDefaults(Message* message) {
  const Descriptor& type = *message->GetDescriptor();
  const Reflection& reflection = *message->GetReflection();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (field.is_repeated()) {
      if (field.message_type() == nullptr) continue;
      for (int k = 0; k < reflection.FieldSize(*message, &field); ++k) {
        FillDefaults(reflection.MutableRepeatedMessage(message, &field, k));
      }
    } else if (field.message_type() != nullptr) {
      if (reflection.HasField(*message, &field)) FillDefaults(reflection.MutableMessage(message, &field));
    } else if (field.has_default_value() && !reflection.HasField(*message, &field) &&
               field.real_containing_oneof() == nullptr) {
      // The value of an unset field is its default; printing and parsing it sets the field, whatever its type.
      TextFormat::ParseFieldValueFromString(FieldText(*message, field, -1), &field, message);
    }
  }
}

std::vector<std::string> ConfigDifference(const Message& base, const Message& effective) {
  std::vector<std::string> lines;
  AddDifferences("", base, effective, &lines);
  return lines;
}

std::string ConfigText(const Message& config) {
  std::string text;
  TextFormat::PrintToString(config, &text);
  return text;
}

absl::Status SetField(absl::string_view path, absl::string_view value, Message* message) {
  std::unique_ptr<Message> changed(message->New());
  changed->CopyFrom(*message);
  RETURN_IF_ERROR(SetFieldInPlace(path, value, changed.get()));
  message->CopyFrom(*changed);
  return absl::OkStatus();
}

}  // namespace wgan
