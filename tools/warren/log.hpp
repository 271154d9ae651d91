#pragma once

namespace warren::program {

/// Sends spdlog's default logger to stderr, at level info or debug.
void start_log(bool verbose);

} // namespace warren::program
