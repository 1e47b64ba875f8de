#ifndef COMMON_IO_PROCESSOR_NAME_H_
#define COMMON_IO_PROCESSOR_NAME_H_

#include <string>

namespace wgan {

// This machine's processor as Linux names it, for records of what was measured or trained where; "unknown" if it does
// not.
std::string ProcessorName();

}  // namespace wgan

#endif  // COMMON_IO_PROCESSOR_NAME_H_
