#include "tests/unit/net/test_certificates.hpp"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <memory>
#include <stdexcept>

namespace warren::test {

namespace {

struct deleter {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(std::FILE* file) const { std::fclose(file); }
};

using key_ptr = std::unique_ptr<EVP_PKEY, deleter>;
using certificate_ptr = std::unique_ptr<X509, deleter>;
using file_ptr = std::unique_ptr<std::FILE, deleter>;

void require(bool holds) {
  if (!holds)
    throw std::runtime_error{"cannot make test certificates"};
}

void add_extension(X509* certificate, X509* issuer, int kind, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  auto extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value);
  require(extension != nullptr && X509_add_ext(certificate, extension, -1) == 1);
  X509_EXTENSION_free(extension);
}

/// Returns a certificate for `key`, signed by `issuer` or, without one, by itself as an authority.
certificate_ptr make(
    EVP_PKEY* key, const char* name, const char* alternative, X509* issuer, EVP_PKEY* issuer_key) {
  certificate_ptr made{X509_new()};
  X509_set_version(made.get(), 2);
  static long serial = 1;
  ASN1_INTEGER_set(X509_get_serialNumber(made.get()), serial++);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), -3'600);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), 86'400);
  X509_set_pubkey(made.get(), key);
  auto subject = X509_get_subject_name(made.get());
  X509_NAME_add_entry_by_txt(
      subject, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
  X509_set_issuer_name(made.get(), issuer ? X509_get_subject_name(issuer) : subject);
  auto signer = issuer ? issuer : made.get();
  add_extension(made.get(), signer, NID_basic_constraints, issuer ? "critical,CA:FALSE" : "critical,CA:TRUE");
  if (alternative != nullptr)
    add_extension(made.get(), signer, NID_subject_alt_name, alternative);
  require(X509_sign(made.get(), issuer ? issuer_key : key, EVP_sha256()) > 0);
  return made;
}

void save(const std::filesystem::path& path, X509* certificate) {
  file_ptr file{std::fopen(path.c_str(), "w")};
  require(file && PEM_write_X509(file.get(), certificate) == 1);
}

} // namespace

test_certificates::test_certificates() {
  key_ptr ca_key{EVP_EC_gen("P-256")};
  key_ptr key{EVP_EC_gen("P-256")};
  require(ca_key && key);
  auto ca = make(ca_key.get(), "Warren test CA", nullptr, nullptr, nullptr);
  auto server = make(key.get(), "warren", "IP:127.0.0.1,IP:::1,DNS:localhost", ca.get(), ca_key.get());
  auto other = make(key.get(), "elsewhere", "DNS:elsewhere.example", ca.get(), ca_key.get());
  save(ca_file(), ca.get());
  save(certificate_file(), server.get());
  save(other_certificate_file(), other.get());
  file_ptr file{std::fopen(key_file().c_str(), "w")};
  require(file && PEM_write_PrivateKey(file.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1);
}

} // namespace warren::test
