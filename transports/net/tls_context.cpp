#include "transports/net/tls_context.hpp"

#include "transports/net/errc.hpp"

namespace warren::net {

namespace ssl = boost::asio::ssl;

namespace {

tls_context make_context(ssl::context::method method) {
  auto made = std::make_shared<ssl::context>(method);
  // RFC 8996: TLS 1.0 and 1.1 must not be used.
  SSL_CTX_set_min_proto_version(made->native_handle(), TLS1_2_VERSION);
  SSL_CTX_set_options(made->native_handle(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_mode(made->native_handle(), SSL_MODE_RELEASE_BUFFERS);
  return made;
}

} // namespace

result<tls_context> make_client_context(const tls_client& config) {
  auto made = make_context(ssl::context::tls_client);
  boost::system::error_code failed;
  if (config.ca_file.empty())
    made->set_default_verify_paths(failed);
  else
    made->load_verify_file(config.ca_file, failed);
  if (failed)
    return net_errc::tls_configuration;
  made->set_verify_mode(config.verify ? ssl::verify_peer : ssl::verify_none);
  return made;
}

result<tls_context> make_server_context(const tls_server& config) {
  auto made = make_context(ssl::context::tls_server);
  boost::system::error_code failed;
  made->use_certificate_chain_file(config.certificate_file, failed);
  if (!failed)
    made->use_private_key_file(config.key_file, ssl::context::pem, failed);
  if (failed || SSL_CTX_check_private_key(made->native_handle()) != 1)
    return net_errc::tls_configuration;
  return made;
}

} // namespace warren::net
