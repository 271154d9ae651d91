#include "transports/net/certificate_names.hpp"

#include "messages/endpoint.hpp"
#include "transports/net/errc.hpp"

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <memory>

namespace warren::net {

namespace {

template <auto Free>
struct freed_by {
  template <class T>
  void operator()(T* value) const {
    Free(value);
  }
};

using bio = std::unique_ptr<BIO, freed_by<BIO_free_all>>;
using certificate = std::unique_ptr<X509, freed_by<X509_free>>;
using alternative_names = std::unique_ptr<GENERAL_NAMES, freed_by<GENERAL_NAMES_free>>;

byte_view octets_of(const ASN1_STRING* text) {
  return std::as_bytes(
      std::span{ASN1_STRING_get0_data(text), static_cast<std::size_t>(ASN1_STRING_length(text))});
}

std::string dns_name(const ASN1_STRING* name) {
  std::string text{as_text(octets_of(name))};
  std::transform(text.begin(), text.end(), text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text.find('*') == std::string::npos ? text : std::string{};
}

template <std::size_t N>
std::array<std::byte, N> array_of(byte_view octets) {
  std::array<std::byte, N> result{};
  std::copy_n(octets.begin(), N, result.begin());
  return result;
}

std::string address_name(const ASN1_STRING* name) {
  auto octets = octets_of(name);
  if (octets.size() == 4)
    return to_string(ip_address::v4(array_of<4>(octets)));
  if (octets.size() == 16)
    return to_string(ip_address::v6(array_of<16>(octets)));
  return {};
}

} // namespace

result<std::vector<std::string>> certificate_names(const std::string& pem_file) {
  bio file{BIO_new_file(pem_file.c_str(), "r")};
  certificate first{file ? PEM_read_bio_X509(file.get(), nullptr, nullptr, nullptr) : nullptr};
  if (!first)
    return net_errc::tls_configuration;
  std::vector<std::string> names;
  alternative_names listed{
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(first.get(), NID_subject_alt_name, nullptr, nullptr))};
  for (int i = 0; listed && i < sk_GENERAL_NAME_num(listed.get()); ++i) {
    const auto* each = sk_GENERAL_NAME_value(listed.get(), i);
    auto name = each->type == GEN_DNS     ? dns_name(each->d.dNSName)
                : each->type == GEN_IPADD ? address_name(each->d.iPAddress)
                                          : std::string{};
    if (!name.empty())
      names.push_back(std::move(name));
  }
  return names;
}

} // namespace warren::net
