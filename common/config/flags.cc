#include "common/config/flags.h"

#include <unistd.h>

#include <algorithm>
#include <climits>
#include <cstdlib>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/base/nearest_name.h"
#include "common/base/status_macros.h"
#include "gflags/gflags.h"

namespace wgan {
namespace {

using gflags::CommandLineFlagInfo;

constexpr char kSetFlag[] = "set";

std::string FoldDashes(absl::string_view name) { return absl::StrReplaceAll(name, {{"-", "_"}}); }

// The flags that our own files define, in name order; gflags brings some of its own (--flagfile, --tryfromenv, ...).
std::vector<CommandLineFlagInfo> OurFlags() {
  std::vector<CommandLineFlagInfo> all, ours;
  gflags::GetAllFlags(&all);
  for (CommandLineFlagInfo& flag : all) {
    if (!absl::StrContains(flag.filename, "gflags")) ours.push_back(std::move(flag));
  }
  std::sort(ours.begin(), ours.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return ours;
}

const CommandLineFlagInfo* FindFlag(const std::vector<CommandLineFlagInfo>& flags, absl::string_view name) {
  for (const CommandLineFlagInfo& flag : flags) {
    if (flag.name == name) return &flag;
  }
  return nullptr;
}

const FlagAlias* FindAlias(const std::vector<FlagAlias>& aliases, absl::string_view name) {
  for (const FlagAlias& alias : aliases) {
    if (FoldDashes(alias.spelling) == name) return &alias;
  }
  return nullptr;
}

// "a.b=c" as a change of the config.
absl::StatusOr<FieldOverride> ParseAssignment(absl::string_view text, const std::string& spelling) {
  const size_t equals = text.find('=');
  if (equals == absl::string_view::npos || equals == 0) {
    return absl::InvalidArgumentError(absl::StrCat(spelling, " expects field=value, such as ", spelling,
                                                   "=training.batch_size=64, not \"", text, "\""));
  }
  return FieldOverride{std::string(text.substr(0, equals)), std::string(text.substr(equals + 1)), spelling};
}

// One pass over the command line.
class Reader {
 public:
  Reader(std::vector<std::string> arguments, const std::vector<FlagAlias>& aliases)
      : arguments_(std::move(arguments)), aliases_(aliases), flags_(OurFlags()) {}

  absl::StatusOr<CommandLine> Read() {
    while (next_ < arguments_.size()) RETURN_IF_ERROR(ReadOne());
    return std::move(result_);
  }

 private:
  absl::Status ReadOne() {
    const std::string& argument = arguments_[next_++];
    // "-1" is a value, not a flag.
    absl::string_view body = argument;
    if (!absl::ConsumePrefix(&body, "-")) return Stray(argument);
    absl::ConsumePrefix(&body, "-");
    if (body.empty() || !absl::ascii_isalpha(static_cast<unsigned char>(body[0]))) return Stray(argument);
    const size_t equals = body.find('=');
    has_value_ = equals != absl::string_view::npos;
    value_ = has_value_ ? std::string(body.substr(equals + 1)) : "";
    spelling_ = argument.substr(0, argument.find('='));
    return Apply(FoldDashes(body.substr(0, equals)));
  }

  absl::Status Stray(const std::string& argument) const {
    return absl::InvalidArgumentError(
        absl::StrCat("argument \"", argument, "\" belongs to no flag; values are written --name=value (see --help)"));
  }

  absl::Status Apply(const std::string& name) {
    if (name == "help" || name == "h") {
      result_.help = true;
      return absl::OkStatus();
    }
    if (const CommandLineFlagInfo* flag = FindFlag(flags_, name)) return ApplyFlag(*flag);
    if (const FlagAlias* alias = FindAlias(aliases_, name)) return ApplyAlias(*alias);
    absl::string_view positive = name;
    if (absl::ConsumePrefix(&positive, "no") && !has_value_) {
      absl::ConsumePrefix(&positive, "_");
      const CommandLineFlagInfo* flag = FindFlag(flags_, positive);
      if (flag != nullptr && flag->type == "bool") return SetFlag(*flag, "false");
    }
    return Unknown(name);
  }

  absl::Status Unknown(const std::string& name) const {
    std::vector<std::string> names;
    for (const CommandLineFlagInfo& flag : flags_) names.push_back(flag.name);
    for (const FlagAlias& alias : aliases_) names.push_back(alias.spelling);
    return absl::InvalidArgumentError(absl::StrCat("there is no flag ", spelling_, "; did you mean --",
                                                   NearestName(name, names), "? (--help lists all)"));
  }

  // Makes sure that value_ is there, if need be from the next argument.
  absl::Status NeedValue() {
    if (has_value_) return absl::OkStatus();
    const bool flag_follows =
        next_ < arguments_.size() && arguments_[next_].size() > 2 && absl::StartsWith(arguments_[next_], "--");
    if (next_ >= arguments_.size() || flag_follows) {
      return absl::InvalidArgumentError(absl::StrCat("flag ", spelling_, " needs a value: ", spelling_, "=..."));
    }
    value_ = arguments_[next_++];
    has_value_ = true;
    return absl::OkStatus();
  }

  absl::Status ApplyFlag(const CommandLineFlagInfo& flag) {
    if (flag.type == "bool") return SetFlag(flag, has_value_ ? value_ : "true");
    RETURN_IF_ERROR(NeedValue());
    if (flag.name != kSetFlag) return SetFlag(flag, value_);
    ASSIGN_OR_RETURN(FieldOverride assignment, ParseAssignment(value_, spelling_));
    result_.overrides.push_back(std::move(assignment));
    return absl::OkStatus();
  }

  absl::Status SetFlag(const CommandLineFlagInfo& flag, const std::string& value) const {
    // gflags answers with nothing where it cannot read the value.
    if (!gflags::SetCommandLineOption(flag.name.c_str(), value.c_str()).empty()) return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat("flag ", spelling_, " expects ", TypeName(flag.type), ", not \"", value, "\""));
  }

  static std::string TypeName(const std::string& type) {
    if (type == "bool") return "true or false";
    if (type == "double") return "a number";
    if (absl::StartsWith(type, "uint")) return "a whole number >= 0";
    if (absl::StartsWith(type, "int")) return "a whole number";
    return "a text";
  }

  absl::Status ApplyAlias(const FlagAlias& alias) {
    if (alias.takes_value) {
      RETURN_IF_ERROR(NeedValue());
    } else if (has_value_) {
      return absl::InvalidArgumentError(absl::StrCat("flag ", spelling_, " is a switch and takes no value"));
    }
    switch (alias.kind) {
      case FlagAlias::Kind::kFlag:
        return ApplyFlag(*FindFlag(flags_, alias.meaning.at(0)));
      case FlagAlias::Kind::kFields:
        return ApplyFields(alias);
      case FlagAlias::Kind::kIgnored:
        result_.notes.push_back(absl::StrCat(spelling_, " has no effect: ", alias.reason));
        return absl::OkStatus();
    }
    return absl::OkStatus();
  }

  absl::Status ApplyFields(const FlagAlias& alias) {
    for (const std::string& meaning : alias.meaning) {
      if (alias.takes_value) {
        result_.overrides.push_back({meaning, value_, spelling_});
        continue;
      }
      ASSIGN_OR_RETURN(FieldOverride assignment, ParseAssignment(meaning, spelling_));
      result_.overrides.push_back(std::move(assignment));
    }
    return absl::OkStatus();
  }

  std::vector<std::string> arguments_;
  const std::vector<FlagAlias>& aliases_;
  std::vector<CommandLineFlagInfo> flags_;
  size_t next_ = 0;
  // The argument being read: as it was spelt up to its '=', and what came after.
  std::string spelling_;
  std::string value_;
  bool has_value_ = false;
  CommandLine result_;
};

std::string AliasLine(const FlagAlias& alias) {
  const std::string left = absl::StrCat("  --", alias.spelling, alias.takes_value ? "=..." : "");
  switch (alias.kind) {
    case FlagAlias::Kind::kFlag:
      return absl::StrCat(left, "  means --", alias.meaning.at(0));
    case FlagAlias::Kind::kFields:
      return absl::StrCat(left, "  sets ", absl::StrJoin(alias.meaning, ", "));
    case FlagAlias::Kind::kIgnored:
      return absl::StrCat(left, "  has no effect: ", alias.reason);
  }
  return left;
}

}  // namespace

FlagAlias FlagAlias::Flag(std::string spelling, std::string flag) {
  return {std::move(spelling), Kind::kFlag, true, {std::move(flag)}, ""};
}

FlagAlias FlagAlias::Fields(std::string spelling, std::vector<std::string> fields) {
  return {std::move(spelling), Kind::kFields, true, std::move(fields), ""};
}

FlagAlias FlagAlias::Switch(std::string spelling, std::vector<std::string> assignments) {
  return {std::move(spelling), Kind::kFields, false, std::move(assignments), ""};
}

FlagAlias FlagAlias::IgnoredValue(std::string spelling, std::string reason) {
  return {std::move(spelling), Kind::kIgnored, true, {}, std::move(reason)};
}

FlagAlias FlagAlias::IgnoredSwitch(std::string spelling, std::string reason) {
  return {std::move(spelling), Kind::kIgnored, false, {}, std::move(reason)};
}

absl::StatusOr<CommandLine> ParseCommandLine(int argc, const char* const* argv, const std::vector<FlagAlias>& aliases) {
  std::vector<std::string> arguments;
  if (argc > 1) arguments.assign(argv + 1, argv + argc);
  return Reader(std::move(arguments), aliases).Read();
}

std::string HelpPage(absl::string_view usage, const std::vector<FlagAlias>& aliases) {
  std::string page = absl::StrCat(usage, "\n\nFlags:\n");
  for (const CommandLineFlagInfo& flag : OurFlags()) {
    const std::string shown = flag.default_value.empty() ? "" : absl::StrCat(" Default: ", flag.default_value, ".");
    absl::StrAppend(&page, "  --", flag.name, flag.type == "bool" ? "" : "=...", "\n      ", flag.description, shown,
                    "\n");
  }
  if (aliases.empty()) return page;
  absl::StrAppend(&page, "\nOther spellings:\n");
  for (const FlagAlias& alias : aliases) absl::StrAppend(&page, AliasLine(alias), "\n");
  return page;
}

bool FlagWasGiven(absl::string_view name) {
  CommandLineFlagInfo info;
  return gflags::GetCommandLineFlagInfo(std::string(name).c_str(), &info) && !info.is_default;
}

std::string ResolveUserPath(const std::string& path) {
  if (path.empty() || path[0] == '/') return path;
  if (const char* workspace = std::getenv("BUILD_WORKING_DIRECTORY"); workspace != nullptr && *workspace == '/') {
    return absl::StrCat(workspace, "/", path);
  }
  char buffer[PATH_MAX];
  if (getcwd(buffer, sizeof(buffer)) == nullptr) return path;
  return absl::StrCat(buffer, "/", path);
}

}  // namespace wgan
