#include "eval/analysis_main.h"

#include <cstdio>
#include <exception>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/base/status_macros.h"
#include "common/io/csv.h"
#include "common/io/file.h"
#include "common/io/safetensors.h"
#include "nlohmann/json.hpp"

namespace wgan {
namespace {

absl::Status WriteArrays(const std::string& path, const std::vector<AnalysisArray>& arrays) {
  std::vector<ArrayView> views;
  for (const AnalysisArray& array : arrays) {
    const int64_t rows = static_cast<int64_t>(array.values.size()) / array.columns;
    views.push_back({array.name,
                     ElementType::kF64,
                     {rows, array.columns},
                     {reinterpret_cast<const char*>(array.values.data()), array.values.size() * sizeof(double)}});
  }
  return WriteSafetensors(path, views, {});
}

}  // namespace

void AnalysisOutput::AddArrays(const std::string& file, std::vector<AnalysisArray> arrays) {
  files_.push_back({file, std::move(arrays)});
}

void AnalysisOutput::AddNumber(const std::string& name, double value, int64_t iteration) {
  absl::StrAppend(&rows_, iteration, ",", name, ",", FormatNumber(value), "\n");
}

absl::Status AnalysisOutput::Write(const std::string& directory) const {
  const std::string arrays = JoinPath(directory, "arrays");
  RETURN_IF_ERROR(CreateDirectories(arrays));
  for (const File& file : files_) {
    RETURN_IF_ERROR(WriteArrays(JoinPath(arrays, absl::StrCat(file.name, ".safetensors")), file.arrays));
  }
  if (!facts_.empty()) {
    RETURN_IF_ERROR(
        WriteFileAtomically(JoinPath(directory, "environment.json"), nlohmann::json(facts_).dump(2) + "\n"));
  }
  return WriteFileAtomically(JoinPath(directory, "evaluations.csv"), absl::StrCat("iteration,name,value\n", rows_));
}

int AnalysisMain(int argc, char** argv, absl::StatusOr<AnalysisOutput> (*analyse)()) {
  absl::string_view directory = argc == 2 ? argv[1] : "";
  if (!absl::ConsumePrefix(&directory, "--output_dir=") || directory.empty()) {
    std::fprintf(stderr, "usage: %s --output_dir=DIR\n", argv[0]);
    return 2;
  }
  absl::Status status;
  try {
    const absl::StatusOr<AnalysisOutput> output = analyse();
    status = output.ok() ? output->Write(std::string(directory)) : output.status();
  } catch (const std::exception& error) {  // LibTorch throws
    status = absl::InternalError(error.what());
  }
  if (!status.ok()) std::fprintf(stderr, "error: %s\n", std::string(status.message()).c_str());
  return status.ok() ? 0 : 1;
}

}  // namespace wgan
