#include "actors/identity_file.hpp"

#include "actors/durable_file.hpp"
#include "transports/crypto/secret.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

namespace warren {

namespace {

/// Longest identity file that is read; a real one has 83 octets.
constexpr std::size_t max_identity_file = 4096;

caf::error refused(const std::filesystem::path& file, const std::string& why) {
  return make_error(errc::bad_config, fmt::format("identity file {}: {}", file.string(), why));
}

void wipe(std::string& text) {
  crypto::wipe(std::as_writable_bytes(std::span{text.data(), text.size()}));
}

} // namespace

caf::expected<crypto::identity> load_identity(const std::filesystem::path& file) {
  descriptor in{open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  struct stat about {};
  if (in.get() < 0 || fstat(in.get(), &about) != 0)
    return refused(
        file,
        fmt::format(
            "cannot be read ({}); give another file or make one with warren keygen", std::strerror(errno)));
  if (!S_ISREG(about.st_mode))
    return refused(file, "is not a regular file; give another one");
  if ((about.st_mode & 077) != 0)
    return refused(
        file, fmt::format(
                  "mode {:04o} lets others read the secret key; run chmod 600 on it", about.st_mode & 07777));
  std::string text(max_identity_file, '\0');
  auto n = ::read(in.get(), text.data(), text.size());
  text.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
  auto found = crypto::identity::decode(text);
  wipe(text);
  if (!found)
    return refused(
        file, "holds no Warren identity; restore it from a copy or make a new one with warren keygen");
  return std::move(*found);
}

caf::expected<crypto::identity> create_identity(const std::filesystem::path& file, random_source& random) {
  auto made = crypto::identity::generate(random);
  auto text = made.encode();
  auto why = write_durably(file, std::as_bytes(std::span{text}), if_exists::refuse);
  wipe(text);
  if (why == std::errc::file_exists)
    return refused(file, "exists already and is not overwritten; give another name");
  if (why)
    return refused(
        file, fmt::format("cannot be written ({}); give a file in a directory that can", why.message()));
  return made;
}

caf::expected<crypto::identity> load_or_create_identity(
    const std::filesystem::path& file, random_source& random) {
  std::error_code ignored;
  if (std::filesystem::exists(file, ignored))
    return load_identity(file);
  return create_identity(file, random);
}

} // namespace warren
