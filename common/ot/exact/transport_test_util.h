// Transport problems for the tests of the exact solver.
#ifndef COMMON_OT_EXACT_TRANSPORT_TEST_UTIL_H_
#define COMMON_OT_EXACT_TRANSPORT_TEST_UTIL_H_

#include <cstdint>
#include <string>
#include <vector>

#include "common/base/random_stream.h"
#include "common/ot/exact/assignment_test_util.h"
#include "common/ot/matrix_view.h"

namespace wgan::ot {

// Families of weights, each hard in its own way. None sums to zero.
enum class WeightKind {
  kUniform,        // in (0, 1]: generic, no basis is degenerate
  kSmallIntegers,  // 1..4: many sets of rows and columns balance, so many bases are degenerate
  kZeros,          // 0 or 1: most have none
  kWideRange,      // 10^-300 .. 1
  kOneHolds,       // one has nearly everything
};

std::vector<WeightKind> AllWeightKinds();
std::string Name(WeightKind kind);

// `count` weights that sum to 1 up to rounding.
std::vector<double> MakeWeights(WeightKind kind, int64_t count, RandomStream& random);

// A rows x columns matrix of the kind, times `scale`: a corner of a square one.
CostMatrix MakeOblongCosts(CostKind kind, int64_t rows, int64_t columns, RandomStream& random, double scale = 1);

}  // namespace wgan::ot

#endif  // COMMON_OT_EXACT_TRANSPORT_TEST_UTIL_H_
