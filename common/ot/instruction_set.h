// Which vector instructions the inner loops of common/ot may use.
#ifndef COMMON_OT_INSTRUCTION_SET_H_
#define COMMON_OT_INSTRUCTION_SET_H_

namespace wgan::ot {

// From the narrowest to the widest; each includes the ones before it. kAvx2 promises fused multiply-add (FMA) as well,
// kAvx512 the F, DQ and VL parts.
enum class InstructionSet { kBaseline, kAvx2, kAvx512 };

// The widest one that this processor has; asked once.
InstructionSet BestInstructionSet();

}  // namespace wgan::ot

#endif  // COMMON_OT_INSTRUCTION_SET_H_
