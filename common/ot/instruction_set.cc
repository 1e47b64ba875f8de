#include "common/ot/instruction_set.h"

namespace wgan::ot {

InstructionSet BestInstructionSet() {
  static const InstructionSet best = [] {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")) {
      return InstructionSet::kAvx512;
    }
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return InstructionSet::kAvx2;
#endif
    return InstructionSet::kBaseline;
  }();
  return best;
}

}  // namespace wgan::ot
