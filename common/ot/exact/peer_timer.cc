// Solves the problems that compare_peers.py sends, and says how long each took: so that ours and Python's solvers take
// turns on the same numbers. Reads lines from standard input and answers each with a line:
//
//   problem ROWS COLUMNS WEIGHTED   followed by ROWS * COLUMNS costs and, if WEIGHTED is 1, ROWS + COLUMNS weights,
//                                   all little-endian doubles; answers "ok"
//   solve TYPE REPEATS              TYPE double or float; answers "MILLISECONDS COST MEMORY": least processor time of
//                                   REPEATS solutions with certificate; by how many KiB the largest resident set so far
//                                   grew during them
//   start                           followed by COLUMNS doubles, column duals to start from; answers "ok"
//   warm TYPE REPEATS               as solve, from those
//   duals                           answers the column duals of the last solution
#include <time.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <iostream>
#include <limits>
#include <string>
#include <vector>

#include "common/base/check.h"
#include "common/ot/exact/assignment.h"
#include "common/ot/exact/transport.h"

namespace wgan::ot {
namespace {

double ProcessorMilliseconds() {
  timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return 1e3 * static_cast<double>(now.tv_sec) + 1e-6 * static_cast<double>(now.tv_nsec);
}

// The largest resident set so far, from /proc/self/status (getrusage's would include the parent's before the exec).
int64_t PeakKilobytes() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    int64_t kilobytes = 0;
    if (word == "VmHWM:" && status >> kilobytes) return kilobytes;
  }
  return 0;
}

void Read(std::vector<double>& values, int64_t count) {
  values.resize(count);
  std::cin.read(reinterpret_cast<char*>(values.data()), count * sizeof(double));
}

// What one solution gives.
struct Outcome {
  double cost = 0;
  std::vector<double> column_duals;
};

class Timer {
 public:
  void Answer(const std::string& request) {
    if (request == "problem") {
      bool weighted = false;
      std::cin >> rows_ >> columns_ >> weighted;
      std::cin.get();
      Read(costs_, rows_ * columns_);
      Read(a_, weighted ? rows_ : 0);
      Read(b_, weighted ? columns_ : 0);
      narrow_.clear();
      std::cout << "ok" << std::endl;
    } else if (request == "start") {
      std::cin.get();
      Read(start_, columns_);
      std::cout << "ok" << std::endl;
    } else if (request == "duals") {
      for (double dual : last_.column_duals) std::cout << dual << " ";
      std::cout << std::endl;
    } else {
      std::string type;
      int repeats = 1;
      std::cin >> type >> repeats;
      if (type == "float") narrow_.assign(costs_.begin(), costs_.end());
      Time(type == "float", request == "warm", repeats);
    }
  }

 private:
  void Time(bool narrow, bool warm, int repeats) {
    const int64_t before = PeakKilobytes();
    double least = std::numeric_limits<double>::infinity();
    for (int repeat = 0; repeat < repeats; ++repeat) {
      const double start = ProcessorMilliseconds();
      last_ = narrow ? Solve<float>(narrow_, float_solver_, warm) : Solve<double>(costs_, double_solver_, warm);
      least = std::min(least, ProcessorMilliseconds() - start);
    }
    std::cout << least << " " << last_.cost << " " << PeakKilobytes() - before << std::endl;
  }

  template <typename T>
  Outcome Solve(const std::vector<T>& costs, AssignmentSolver<T>& solver, bool warm) {
    const MatrixView<T> view(costs, rows_, columns_);
    if (a_.empty()) {
      AssignmentOptions options;
      if (warm) options.initial_column_duals = start_;
      absl::StatusOr<Assignment> solved = solver.Solve(view, options);
      WGAN_CHECK_OK(solved.status());
      return {solved->mean_cost, std::move(solved->column_duals)};
    }
    TransportOptions options;
    if (warm) options.initial_column_duals = start_;
    absl::StatusOr<Transport> solved = SolveTransport(view, a_, b_, options);
    WGAN_CHECK_OK(solved.status());
    return {solved->cost, std::move(solved->column_duals)};
  }

  int64_t rows_ = 0, columns_ = 0;
  std::vector<double> costs_, a_, b_, start_;
  std::vector<float> narrow_;
  AssignmentSolver<double> double_solver_;
  AssignmentSolver<float> float_solver_;
  Outcome last_;
};

}  // namespace
}  // namespace wgan::ot

int main() {
  std::cout.precision(17);
  wgan::ot::Timer timer;
  for (std::string request; std::cin >> request;) timer.Answer(request);
}
