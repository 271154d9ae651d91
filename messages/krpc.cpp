#include "messages/krpc.hpp"

#include "messages/bencode.hpp"
#include "messages/compact.hpp"
#include "messages/krpc_extensions.hpp"

#include <array>
#include <cassert>
#include <string>

namespace warren::krpc {

namespace {

constexpr std::array<std::string_view, 7> method_names{"ping", "find_node", "get_peers", "announce_peer",
                                                       "get",  "put",       "rdv"};

/// The name of the argument that holds the target; empty = it has none.
constexpr std::array<std::string_view, 7> target_names{"",       "target", "info_hash", "info_hash",
                                                       "target", "",       "ih"};

/// Room for a response with eight nodes.
constexpr std::size_t usual_message_size = 384;

class krpc_category final : public std::error_category {
public:
  const char* name() const noexcept override { return "krpc"; }

  std::string message(int value) const override {
    switch (static_cast<errc>(value)) {
      case errc::not_bencoded:
        return "the datagram is not a bencoded KRPC message; see BEP 5";
      case errc::bad_transaction:
        return "a KRPC message without a usable transaction id; send 1 to 32 octets as \"t\"";
      case errc::bad_type:
        return "a KRPC message of unknown type; \"y\" must be q, r or e";
      case errc::bad_response:
        return "a malformed KRPC response; see BEP 5 for its values";
      case errc::bad_error:
        return "a malformed KRPC error; \"e\" must be a list of code and text";
    }
    return "unknown KRPC error";
  }
};

using decoded_query = std::variant<query, bad_query>;

bad_query protocol_error(std::string_view why) {
  return {error_code::protocol, why};
}

bool read_id(const bencode::view& dict, std::string_view key, dht::node_id& out) {
  auto raw = dict.find_string(key);
  auto id = raw ? dht::node_id::from(*raw) : std::nullopt;
  if (id)
    out = *id;
  return id.has_value();
}

void read_want(const bencode::view& arguments, query& out) {
  auto want = arguments.find("want");
  if (!want)
    return;
  for (auto entry : want->list()) {
    auto text = entry.string();
    out.want_ipv4 |= text && as_text(*text) == "n4";
    out.want_ipv6 |= text && as_text(*text) == "n6";
  }
}

decoded_query read_announce(const bencode::view& arguments, query out) {
  auto token = arguments.find_string("token");
  if (!token || token->empty() || token->size() > max_token_size)
    return protocol_error("missing or bad token");
  out.token = *token;
  out.implied_port = arguments.find_integer("implied_port").value_or(0) != 0;
  auto port = arguments.find_integer("port").value_or(0);
  auto usable = port > 0 && port <= 65535;
  if (!usable && !out.implied_port)
    return protocol_error("missing or bad port");
  out.port = usable ? static_cast<std::uint16_t>(port) : std::uint16_t{0};
  read_record(arguments, out);
  return out;
}

decoded_query read_query(const bencode::view& root) {
  auto name = root.find_string("q");
  if (!name)
    return protocol_error("missing method");
  auto found = std::find(method_names.begin(), method_names.end(), as_text(*name));
  if (found == method_names.end())
    return bad_query{error_code::method_unknown, "unknown method"};
  query out;
  out.method = static_cast<method>(found - method_names.begin());
  auto arguments = root.find("a");
  if (!arguments || !arguments->is_dict())
    return protocol_error("missing arguments");
  if (!read_id(*arguments, "id", out.id))
    return protocol_error("missing or bad id");
  auto target = target_names[static_cast<std::size_t>(out.method)];
  if (!target.empty() && !read_id(*arguments, target, out.target))
    return protocol_error("missing or bad target");
  read_want(*arguments, out);
  if (out.method == method::announce_peer)
    return read_announce(*arguments, out);
  if (auto refused = read_extensions(*arguments, out))
    return *refused;
  return out;
}

bool read_nodes(
    const bencode::view& values, std::string_view key, address_family family,
    std::vector<dht::node_info>& out) {
  auto entry = values.find(key);
  if (!entry)
    return true;
  auto raw = entry->string();
  if (!raw || raw->size() > max_nodes * dht::compact_node_size(family))
    return false;
  auto nodes = dht::parse_compact_nodes(*raw, family);
  if (!nodes)
    return false;
  out = std::move(*nodes);
  return true;
}

/// Peers of another form are left out, and so are those above max_values: the others are worth as much without them.
bool read_values(const bencode::view& values, std::vector<endpoint>& out) {
  auto entry = values.find("values");
  if (!entry)
    return true;
  if (!entry->is_list())
    return false;
  for (auto element : entry->list()) {
    auto raw = element.string();
    auto peer = raw ? dht::parse_compact_endpoint(*raw) : std::nullopt;
    if (peer && out.size() < max_values)
      out.push_back(*peer);
  }
  return true;
}

bool read_response(const bencode::view& root, response& out) {
  auto values = root.find("r");
  if (!values || !values->is_dict() || !read_id(*values, "id", out.id))
    return false;
  if (auto token = values->find_string("token"); token && token->size() <= max_token_size)
    out.token = *token;
  read_extensions(*values, out);
  return read_nodes(*values, "nodes", address_family::ipv4, out.nodes)
         && read_nodes(*values, "nodes6", address_family::ipv6, out.nodes6)
         && read_values(*values, out.values);
}

bool read_error(const bencode::view& root, error& out) {
  auto list = root.find("e");
  if (!list || !list->is_list())
    return false;
  std::size_t count = 0;
  for (auto element : list->list()) {
    if (count == 0 && element.is_integer())
      out.code = *element.integer();
    else if (count == 1 && element.is_string())
      out.text = *element.string();
    else
      return false;
    ++count;
  }
  return count == 2;
}

/// Old nodes send the address without the port: 4 or 16 octets. Anything else is as good as nothing.
std::optional<endpoint> read_ip(const bencode::view& root) {
  auto raw = root.find_string("ip");
  if (!raw)
    return std::nullopt;
  if (raw->size() != 4 && raw->size() != 16)
    return dht::parse_compact_endpoint(*raw);
  auto padded = to_bytes(*raw);
  padded.resize(raw->size() + 2);
  return dht::parse_compact_endpoint(padded);
}

void put_nodes(bencode::writer& out, std::string_view key, const std::vector<dht::node_info>& nodes) {
  if (nodes.empty())
    return;
  bytes raw;
  raw.reserve(nodes.size() * dht::compact_node_size(nodes.front().where.address.family()));
  for (const auto& node : nodes)
    dht::put_compact(raw, node);
  out.key(key).string(raw);
}

void put_want(bencode::writer& out, const query& body) {
  if (!body.want_ipv4 && !body.want_ipv6)
    return;
  out.key("want").begin_list();
  if (body.want_ipv4)
    out.string("n4");
  if (body.want_ipv6)
    out.string("n6");
  out.end();
}

/// The keys of one argument dictionary in sorted order; each method has its own among them.
void put_body(bencode::writer& out, const query& body) {
  auto announcing = body.method == method::announce_peer;
  auto target = target_names[static_cast<std::size_t>(body.method)];
  out.key("a").begin_dict();
  put_extensions_before_id(out, body);
  out.key("id").string(body.id.octets);
  if (target == "ih")
    out.key(target).string(body.target.octets);
  if (announcing)
    out.key("implied_port").integer(body.implied_port ? 1 : 0);
  if (target == "info_hash")
    out.key(target).string(body.target.octets);
  put_extensions_before_target(out, body);
  if (announcing)
    out.key("port").integer(body.port);
  if (target == "target")
    out.key(target).string(body.target.octets);
  if (!body.token.empty() || announcing)
    out.key("token").string(body.token);
  if (body.method == method::put)
    out.key("v").encoded(body.item.value);
  put_want(out, body);
  put_record(out, body);
  out.end();
}

void put_body(bencode::writer& out, const response& body) {
  out.key("r").begin_dict().key("id").string(body.id.octets);
  if (!body.item.key.empty())
    out.key("k").string(body.item.key);
  put_nodes(out, "nodes", body.nodes);
  put_nodes(out, "nodes6", body.nodes6);
  put_extensions_before_token(out, body);
  if (!body.token.empty())
    out.key("token").string(body.token);
  if (!body.item.value.empty())
    out.key("v").encoded(body.item.value);
  if (!body.values.empty()) {
    out.key("values").begin_list();
    bytes raw;
    for (const auto& peer : body.values) {
      raw.clear();
      dht::put_compact(raw, peer);
      out.string(raw);
    }
    out.end();
  }
  put_records(out, body);
  out.end();
}

void put_body(bencode::writer& out, const error& body) {
  out.key("e").begin_list().integer(body.code).string(body.text).end();
}

} // namespace

const std::error_category& category() noexcept {
  static const krpc_category instance;
  return instance;
}

result<message> decode(byte_view datagram) {
  auto decoded = bencode::decode(datagram, {.size = max_message_size, .unsorted_keys = true});
  if (!decoded || !decoded->is_dict())
    return errc::not_bencoded;
  const auto& root = *decoded;
  message out;
  auto transaction = root.find_string("t");
  if (!transaction || transaction->empty() || transaction->size() > max_transaction_size)
    return errc::bad_transaction;
  out.transaction = *transaction;
  out.version = root.find_string("v").value_or(byte_view{});
  out.read_only = root.find_integer("ro").value_or(0) == 1;
  auto type = as_text(root.find_string("y").value_or(byte_view{}));
  if (type == "q") {
    std::visit([&out](auto&& body) { out.body = body; }, read_query(root));
    return out;
  }
  out.ip = read_ip(root);
  if (type == "r") {
    if (!read_response(root, out.body.emplace<response>()))
      return errc::bad_response;
    return out;
  }
  if (type != "e")
    return errc::bad_type;
  if (!read_error(root, out.body.emplace<error>()))
    return errc::bad_error;
  return out;
}

bytes encode(const message& what) {
  assert(!std::holds_alternative<bad_query>(what.body));
  bytes datagram;
  datagram.reserve(usual_message_size);
  bencode::writer out{datagram};
  out.begin_dict();
  if (auto body = std::get_if<query>(&what.body))
    put_body(out, *body);
  else if (auto failure = std::get_if<error>(&what.body))
    put_body(out, *failure);
  if (what.ip) {
    bytes raw;
    dht::put_compact(raw, *what.ip);
    out.key("ip").string(raw);
  }
  std::string_view type = "e";
  if (auto body = std::get_if<query>(&what.body)) {
    out.key("q").string(method_names[static_cast<std::size_t>(body->method)]);
    type = "q";
  } else if (auto answer = std::get_if<response>(&what.body)) {
    put_body(out, *answer);
    type = "r";
  }
  if (what.read_only)
    out.key("ro").integer(1);
  out.key("t").string(what.transaction);
  if (!what.version.empty())
    out.key("v").string(what.version);
  out.key("y").string(type).end();
  return datagram;
}

} // namespace warren::krpc
