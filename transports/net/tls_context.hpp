#pragma once

#include "messages/result.hpp"
#include "transports/net/tls.hpp"

#include <boost/asio/ssl/context.hpp>

#include <memory>

namespace warren::net {

using tls_context = std::shared_ptr<boost::asio::ssl::context>;

/// Both fail with net_errc::tls_configuration.
result<tls_context> make_client_context(const tls_client& config);
result<tls_context> make_server_context(const tls_server& config);

} // namespace warren::net
