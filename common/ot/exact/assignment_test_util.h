// Cost matrices and slow, obviously right answers for the tests of the assignment solver.
#ifndef COMMON_OT_EXACT_ASSIGNMENT_TEST_UTIL_H_
#define COMMON_OT_EXACT_ASSIGNMENT_TEST_UTIL_H_

#include <cstdint>
#include <string>
#include <vector>

#include "common/base/random_stream.h"
#include "common/ot/matrix_view.h"

namespace wgan::ot {

// Families of n x n costs, each hard in its own way.
enum class CostKind {
  kUniform,        // in [0, 1): generic, one optimum
  kBinary,         // 0 or 1: most entries tie
  kSmallIntegers,  // -3..3: ties, negative costs, exact arithmetic
  kZero,           // nothing but ties
  kPlane,          // squared distances of points in the plane
  kEqualPoints,    // squared distances between points of a 2 x 2 grid: many points coincide
  kFarClouds,      // squared distances of two clouds far apart: most of a cost is common to its row
  kProduct,        // (i + 1) (j + 1): the search has to visit nearly all columns each time
  kSum,            // a_i + b_j: every permutation is optimal up to rounding
  kWideRange,      // uniform times 10^-6..10^6
};

std::vector<CostKind> AllCostKinds();
std::string Name(CostKind kind);

// An n x n matrix of the kind, times `scale`.
CostMatrix MakeCosts(CostKind kind, int64_t n, RandomStream& random, double scale = 1);

// The smallest mean cost over all n! permutations. Assumes n <= 8.
double BruteForceMeanCost(const CostMatrix& costs);

}  // namespace wgan::ot

#endif  // COMMON_OT_EXACT_ASSIGNMENT_TEST_UTIL_H_
