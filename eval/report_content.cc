#include "eval/report_content.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/io/file.h"

namespace wgan {
namespace {

using Json = nlohmann::ordered_json;
using Kind = ReportArtefact::Kind;

absl::StatusOr<Json> ReadObject(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return absl::DataLossError(absl::StrCat(path, ": not a JSON object"));
  return json;
}

// The strings of the array `key`; empty where there is none.
std::vector<std::string> Strings(const Json& json, const char* key) {
  std::vector<std::string> strings;
  const auto found = json.find(key);
  if (found == json.end()) return strings;
  for (const Json& item : *found) {
    if (item.is_string()) strings.push_back(item.get<std::string>());
  }
  return strings;
}

std::string Text(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>() : "";
}

absl::StatusOr<Kind> ParseKind(const std::string& name) {
  for (Kind kind : {Kind::kFigure, Kind::kTable, Kind::kClaim}) {
    if (name == KindName(kind)) return kind;
  }
  return absl::InvalidArgumentError(absl::StrCat("the kind \"", name, "\" is not figure, table or claim"));
}

absl::Status ReadFiles(const std::vector<std::string>& files, ReportArtefact* artefact) {
  for (const std::string& file : files) {
    if (absl::EndsWith(file, ".json")) {
      ASSIGN_OR_RETURN(artefact->json, ReadObject(file));
    } else if (absl::EndsWith(file, ".svg")) {
      ASSIGN_OR_RETURN(artefact->svg, ReadFile(file));
    } else if (absl::EndsWith(file, ".png")) {
      ASSIGN_OR_RETURN(artefact->png, ReadFile(file));
    }
  }
  if (!artefact->json.is_object()) return absl::InvalidArgumentError("there is no JSON file among its files");
  const bool is_figure = artefact->kind == Kind::kFigure;
  if (is_figure && (artefact->svg.empty() || artefact->png.empty())) {
    return absl::InvalidArgumentError("a figure needs an SVG and a PNG file");
  }
  return absl::OkStatus();
}

absl::StatusOr<ReportArtefact> ReadArtefact(const Json& entry) {
  ReportArtefact artefact;
  artefact.label = Text(entry, "label");
  const size_t colon = artefact.label.find(':');
  if (!absl::StartsWith(artefact.label, "//") || colon == std::string::npos) {
    return absl::InvalidArgumentError(absl::StrCat("\"", artefact.label, "\" is not a label like //papers/p:figure1"));
  }
  artefact.package = artefact.label.substr(2, colon - 2);
  artefact.name = artefact.label.substr(colon + 1);
  artefact.about = Strings(entry, "about");
  absl::StatusOr<Kind> kind = ParseKind(Text(entry, "kind"));
  if (!kind.ok()) return Annotate(kind.status(), artefact.label);
  artefact.kind = *kind;
  const std::vector<std::string> files = Strings(entry, "files");
  artefact.built = !files.empty();
  if (artefact.built) RETURN_IF_ERROR(Annotate(ReadFiles(files, &artefact), artefact.label));
  return artefact;
}

}  // namespace

absl::string_view KindName(Kind kind) {
  switch (kind) {
    case Kind::kFigure:
      return "figure";
    case Kind::kTable:
      return "table";
    case Kind::kClaim:
      return "claim";
  }
  return "";
}

absl::StatusOr<ReportContent> ReadReportContent(const std::string& path) {
  ASSIGN_OR_RETURN(const Json list, ReadObject(path));
  const auto artefacts = list.find("artefacts");
  if (artefacts == list.end() || !artefacts->is_array()) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": the array \"artefacts\" is missing"));
  }
  ReportContent content;
  content.title = Text(list, "title");
  if (const auto papers = list.find("papers"); papers != list.end()) {
    for (const auto& [package, title] : papers->items()) content.papers[package] = Text(*papers, package.c_str());
  }
  for (const Json& entry : *artefacts) {
    absl::StatusOr<ReportArtefact> artefact = ReadArtefact(entry);
    if (!artefact.ok()) return Annotate(artefact.status(), path);
    content.artefacts.push_back(*std::move(artefact));
  }
  return content;
}

}  // namespace wgan
