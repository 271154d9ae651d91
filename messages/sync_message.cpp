#include "messages/sync_message.hpp"

#include "messages/byte_order.hpp"

#include <string>

namespace warren::crdt::sync {

namespace {

enum class type : std::uint8_t { hello = 1, summary, list, page, want, items };

const char* text_of(errc why) {
  switch (why) {
    case errc::truncated:
      return "sync message cut short";
    case errc::trailing_octets:
      return "sync message with octets after its end";
    case errc::too_large:
      return "sync message larger than 1 MiB";
    case errc::unknown_type:
      return "sync message of an unknown type; the peer may need an older version";
    case errc::bad_value:
      return "sync message with a value that is not allowed";
    case errc::unordered_keys:
      return "listing of keys out of order";
    case errc::other_version:
      return "the peer speaks another version of database sync; update the older side";
    case errc::other_engine:
      return "the peer's database is of another kind; use another database name";
    case errc::unexpected_hello:
      return "hello must be the first message, and only the first";
    case errc::unasked:
      return "answer to a question that was not asked";
    case errc::too_many_requests:
      return "more requests than may wait for an answer";
    case errc::no_answer:
      return "the peer did not answer a request in time";
  }
  return "unknown error";
}

class sync_category final : public std::error_category {
public:
  const char* name() const noexcept override { return "sync"; }
  std::string message(int value) const override { return text_of(static_cast<errc>(value)); }
};

void put_type(bytes& out, type value) {
  put_be(out, static_cast<std::uint8_t>(value));
}

void put_count(bytes& out, std::size_t count) {
  put_be(out, static_cast<std::uint32_t>(count));
}

void put_flag(bytes& out, bool value) {
  put_be(out, static_cast<std::uint8_t>(value ? 1 : 0));
}

void put_key(bytes& out, const item_key& key) {
  put_be(out, key.timestamp);
  put(out, key.id.octets);
}

void put_summary(bytes& out, const summary& value) {
  put_be(out, value.count);
  put(out, value.digest.octets);
}

void write(bytes& out, const hello& value) {
  put_type(out, type::hello);
  put_be(out, version);
  put_be(out, value.engine);
  put_summary(out, value.set);
}

void write(bytes& out, const summary& value) {
  put_type(out, type::summary);
  put_summary(out, value);
}

void write(bytes& out, const list& value) {
  put_type(out, type::list);
  put_be(out, value.request);
  put_be(out, value.most);
  put_flag(out, value.after.has_value());
  if (value.after)
    put_key(out, *value.after);
}

void write(bytes& out, const page& value) {
  out.reserve(10 + value.keys.size() * key_size);
  put_type(out, type::page);
  put_be(out, value.request);
  put_flag(out, value.last);
  put_count(out, value.keys.size());
  for (const auto& key : value.keys)
    put_key(out, key);
}

void write(bytes& out, const want& value) {
  out.reserve(9 + value.ids.size() * item_id::size);
  put_type(out, type::want);
  put_be(out, value.request);
  put_count(out, value.ids.size());
  for (const auto& id : value.ids)
    put(out, id.octets);
}

void write(bytes& out, const items& value) {
  auto size = items_header;
  for (const auto& each : value.content)
    size += item_header + each.payload.size();
  out.reserve(size);
  put_type(out, type::items);
  put_be(out, value.request);
  put_flag(out, value.last);
  put_count(out, value.content.size());
  for (const auto& each : value.content) {
    put_key(out, each.key);
    put_count(out, each.payload.size());
    put(out, each.payload);
  }
}

item_key read_key(byte_reader& reader) {
  item_key key;
  key.timestamp = reader.be<std::uint64_t>();
  key.id.octets = reader.array<item_id::size>();
  return key;
}

summary read_summary(byte_reader& reader) {
  summary value;
  value.count = reader.be<std::uint64_t>();
  value.digest.octets = reader.array<item_digest::size>();
  return value;
}

// A flag that is neither 0 nor 1 is no flag.
bool read_flag(byte_reader& reader, bool& bad) {
  auto octet = reader.be<std::uint8_t>();
  bad = bad || octet > 1;
  return octet == 1;
}

result<message> read_hello(byte_reader& reader) {
  if (auto found = reader.be<std::uint8_t>(); reader.ok() && found != version)
    return errc::other_version;
  hello value;
  value.engine = reader.be<std::uint8_t>();
  value.set = read_summary(reader);
  return message{value};
}

result<message> read_list(byte_reader& reader) {
  list value;
  value.request = reader.be<std::uint32_t>();
  value.most = reader.be<std::uint32_t>();
  bool bad = value.request == 0 || value.most == 0;
  if (read_flag(reader, bad))
    value.after = read_key(reader);
  if (reader.ok() && bad)
    return errc::bad_value;
  return message{std::move(value)};
}

result<message> read_page(byte_reader& reader) {
  page value;
  bool bad = false;
  value.request = reader.be<std::uint32_t>();
  value.last = read_flag(reader, bad);
  auto count = reader.be<std::uint32_t>();
  if (bad || count > max_page_keys)
    return errc::bad_value;
  if (count > reader.rest().size() / key_size)
    return errc::truncated;
  value.keys.reserve(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    auto key = read_key(reader);
    if (i > 0 && key <= value.keys.back())
      return errc::unordered_keys;
    value.keys.push_back(key);
  }
  return message{std::move(value)};
}

result<message> read_want(byte_reader& reader) {
  want value;
  value.request = reader.be<std::uint32_t>();
  auto count = reader.be<std::uint32_t>();
  if (reader.ok() && (value.request == 0 || count == 0 || count > max_want_ids))
    return errc::bad_value;
  if (count > reader.rest().size() / item_id::size)
    return errc::truncated;
  value.ids.reserve(count);
  for (std::uint32_t i = 0; i < count; ++i)
    value.ids.push_back({reader.array<item_id::size>()});
  return message{std::move(value)};
}

result<message> read_items(byte_reader& reader) {
  items value;
  bool bad = false;
  value.request = reader.be<std::uint32_t>();
  value.last = read_flag(reader, bad);
  auto count = reader.be<std::uint32_t>();
  if (bad)
    return errc::bad_value;
  if (count > reader.rest().size() / item_header)
    return errc::truncated;
  value.content.reserve(count);
  for (std::uint32_t i = 0; i < count && reader.ok(); ++i) {
    auto key = read_key(reader);
    auto payload = reader.take(reader.be<std::uint32_t>());
    value.content.push_back({key, to_bytes(payload)});
  }
  return message{std::move(value)};
}

result<message> read(byte_reader& reader) {
  switch (static_cast<type>(reader.be<std::uint8_t>())) {
    case type::hello:
      return read_hello(reader);
    case type::summary:
      return message{read_summary(reader)};
    case type::list:
      return read_list(reader);
    case type::page:
      return read_page(reader);
    case type::want:
      return read_want(reader);
    case type::items:
      return read_items(reader);
    default:
      return errc::unknown_type;
  }
}

} // namespace

const std::error_category& category() noexcept {
  static const sync_category instance;
  return instance;
}

bytes encode(const message& value) {
  bytes out;
  std::visit([&out](const auto& each) { write(out, each); }, value);
  return out;
}

result<message> decode(byte_view data) {
  if (data.size() > max_message)
    return errc::too_large;
  if (data.empty())
    return errc::truncated;
  byte_reader reader{data};
  auto value = read(reader);
  if (!value)
    return value;
  if (!reader.ok())
    return errc::truncated;
  if (!reader.rest().empty())
    return errc::trailing_octets;
  return value;
}

} // namespace warren::crdt::sync
