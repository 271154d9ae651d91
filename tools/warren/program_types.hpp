#pragma once

// Messages between the program's own actors and threads; none leaves the process.

#include "messages/types.hpp"

#include <functional>

namespace warren::program {

/// Anyone -> task actor: run this on the actor.
struct run_task {
  std::function<void(caf::event_based_actor*)> task;
};

/// The thread that reads stdin -> pipe: what was read; empty at the end of the file.
struct input_read {
  chunk data;
  std::string problem; // why nothing more can be read, unless it is simply the end
};

/// The thread that writes stdout -> pipe: so much was written.
struct output_written {
  std::uint64_t octets = 0;
  std::string problem;
};

} // namespace warren::program

CAF_BEGIN_TYPE_ID_BLOCK(warren_program, caf::id_block::warren::end)
CAF_ADD_TYPE_ID(warren_program, (warren::program::run_task))
CAF_ADD_TYPE_ID(warren_program, (warren::program::input_read))
CAF_ADD_TYPE_ID(warren_program, (warren::program::output_written))
CAF_END_TYPE_ID_BLOCK(warren_program)

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::program::run_task)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::program::input_read)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::program::output_written)
