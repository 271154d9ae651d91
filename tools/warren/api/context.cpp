#include "tools/warren/api/context.hpp"

#include "tools/warren/api/access.hpp"

namespace warren::program {

namespace {

int status_of(const caf::error& why) {
  if (why == caf::sec::request_timeout)
    return 504;
  if (is(why, errc::invalid_item) || is(why, errc::too_large))
    return 400;
  if (is(why, errc::not_found))
    return 404;
  return 503;
}

} // namespace

void respond_error(const responder_ptr& responder, const caf::error& why) {
  auto code = why == caf::sec::request_timeout ? std::string{"timed_out"}
                                               : to_string(code_of(why, errc::child_failed));
  responder->respond(error_answer(status_of(why), code, describe(why)));
}

} // namespace warren::program
