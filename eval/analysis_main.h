// What programs for the rule `analysis` (tools/defs.bzl) have in common: they compute numbers and arrays without
// training, and write them as the result of a run with one seed.
#ifndef EVAL_ANALYSIS_MAIN_H_
#define EVAL_ANALYSIS_MAIN_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace wgan {

// A matrix of numbers, row by row.
struct AnalysisArray {
  std::string name;
  int64_t columns = 2;
  std::vector<double> values = {};
};

class AnalysisOutput {
 public:
  // Becomes arrays/`file`.safetensors, one tensor [rows, columns] for each of `arrays`.
  void AddArrays(const std::string& file, std::vector<AnalysisArray> arrays);

  // A number of the series `name`; single numbers stand at iteration 0. In a series iterations increase.
  void AddNumber(const std::string& name, double value, int64_t iteration = 0);

  // Says what the numbers depend on beside the program, such as {"cpu", "..."} for timings.
  void AddFact(const std::string& name, const std::string& value) { facts_[name] = value; }

  // Writes the arrays, evaluations.csv and, where there are facts, environment.json into `directory`.
  absl::Status Write(const std::string& directory) const;

 private:
  struct File {
    std::string name;
    std::vector<AnalysisArray> arrays;
  };
  std::vector<File> files_;
  std::string rows_;  // of evaluations.csv
  std::map<std::string, std::string> facts_;
};

// The main of such a program, whose only argument is --output_dir=DIR: writes there what `analyse` returns. Returns the
// exit code: 0, 1 after an error, 2 for wrong arguments.
int AnalysisMain(int argc, char** argv, absl::StatusOr<AnalysisOutput> (*analyse)());

}  // namespace wgan

#endif  // EVAL_ANALYSIS_MAIN_H_
