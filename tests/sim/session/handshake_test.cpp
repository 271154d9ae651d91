#include "tests/sim/session/pair.hpp"

#include "messages/session_record.hpp"
#include "transports/noise/handshake_state.hpp"

using namespace warren;
using namespace warren::session;
using test::pair;

namespace {

bool ended_with(const test::endpoint& end, errc reason) {
  return end.end && end.end->why == reason;
}

/// An initiator that puts what it likes into the third message.
struct raw_initiator {
  test::seeded_random random{77};
  crypto::identity self = crypto::identity::generate(random);
  std::optional<noise::handshake_state> state;
  noise_session responder;
  time_point now = time_point{} + std::chrono::hours{1};

  explicit raw_initiator(config c) : responder{std::move(c), random, now} {}

  void start(crypto::x25519_key_pair noise_static) {
    noise::handshake_config config;
    config.pattern = *noise::pattern::named("XX");
    config.prologue = to_bytes("warren/1");
    config.s = std::move(noise_static);
    state.emplace(*noise::handshake_state::make(std::move(config)));
    responder.attach_pipe(now, 1, role::responder);
    responder.pipe_writable(1, 1 << 20);
  }

  void send(const bytes& noise_message) {
    bytes frame;
    wire::put_pipe_header(frame, wire::pipe_frame_kind::handshake, noise_message.size());
    put(frame, noise_message);
    responder.handle_message(now, 1, frame);
  }

  void first_two(byte_view payload = {}) {
    bytes out;
    BOOST_REQUIRE(!state->write_message(random, payload, out));
    send(out);
    if (auto answer = responder.poll_transmit(now)) {
      bytes read;
      BOOST_REQUIRE(!state->read_message(answer->data.subspan(3), read));
    }
  }

  wire::handshake_payload honest_payload(std::uint8_t signer_role = 1) const {
    auto text = to_bytes("warren/1 identity");
    put_be(text, signer_role);
    put(text, state->payload_hash());
    return {0, 5, self.id(), self.sign(text).octets};
  }

  void third(const std::function<bytes(const raw_initiator&)>& payload) {
    bytes out;
    BOOST_REQUIRE(!state->begin_message(random, out));
    BOOST_REQUIRE(!state->finish_message(payload(*this), out));
    send(out);
  }

  std::error_code outcome() {
    while (auto next = responder.poll_event())
      if (auto* last = std::get_if<closed>(&*next))
        return last->why;
    return {};
  }
};

config responder_config() {
  test::seeded_random random{78};
  config c;
  c.self = std::make_shared<const crypto::identity>(crypto::identity::generate(random));
  c.local_role = role::responder;
  return c;
}

bytes encode(const wire::handshake_payload& payload) {
  bytes out;
  wire::put(out, payload);
  return out;
}

} // namespace

BOOST_AUTO_TEST_SUITE(session_handshake)

BOOST_AUTO_TEST_CASE(both_sides_learn_who_the_other_is_and_one_of_them_decides) {
  pair p;
  p.piece = 1; // octet by octet
  p.start();
  p.settle();
  for (std::size_t end : {0, 1}) {
    auto& e = p.ends[end];
    BOOST_REQUIRE(e.all<established>().size() == 1);
    BOOST_TEST((e.all<established>()[0].peer == p.ids[1 - end]->id()));
    BOOST_TEST(e.all<established>()[0].instance == 100 + 1 - end);
    BOOST_TEST(e.all<admitted>().size() == 1);
    BOOST_TEST(e.session->is_admitted());
  }
  BOOST_TEST(p.ends[0].session->arbiter() != p.ends[1].session->arbiter());
  BOOST_TEST((p.ends[0].session->id() == p.ends[1].session->id()));
}

BOOST_AUTO_TEST_CASE(the_initiator_shows_itself_only_to_the_peer_it_dialled) {
  pair p;
  auto a = p.make_config(0);
  a.expected_peer = p.ids[0]->id();
  p.start(std::move(a), p.make_config(1));
  p.settle();
  BOOST_TEST(ended_with(p.ends[0], errc::unexpected_peer));
  BOOST_TEST(p.ends[0].session->counters().unexpected_peer == 1);
  BOOST_TEST(!p.ends[1].session->is_established());
  p.cut(p.pipes[0]);
  p.settle();
  BOOST_TEST(ended_with(p.ends[1], errc::path_lost));
}

BOOST_AUTO_TEST_CASE(a_responder_tells_an_initiator_that_it_is_not_on_the_list) {
  pair p;
  auto b = p.make_config(1);
  b.allow = [](const peer_id&) { return false; };
  p.start(p.make_config(0), std::move(b));
  p.settle();
  BOOST_TEST(ended_with(p.ends[1], errc::access_denied));
  BOOST_TEST(!p.ends[1].has<established>());
  BOOST_TEST(p.ends[1].session->counters().access_denied == 1);
  BOOST_TEST(ended_with(p.ends[0], errc::access_denied));
  BOOST_TEST(p.ends[0].end->by_peer);
  BOOST_TEST(!p.ends[0].has<admitted>());
}

BOOST_AUTO_TEST_CASE(an_initiator_does_not_answer_a_responder_that_is_not_on_its_list) {
  pair p;
  peer_id asked;
  auto a = p.make_config(0);
  a.allow = [&](const peer_id& id) {
    asked = id;
    return false;
  };
  p.start(std::move(a), p.make_config(1));
  p.settle();
  BOOST_TEST(ended_with(p.ends[0], errc::access_denied));
  BOOST_TEST((asked == p.ids[1]->id()));
  BOOST_TEST(!p.ends[1].session->is_established());
}

BOOST_AUTO_TEST_CASE(a_connection_to_oneself_is_refused) {
  pair p;
  p.ids[1] = p.ids[0];
  auto responder = p.make_config(1);
  responder.instance = p.make_config(0).instance;
  p.start(p.make_config(0), std::move(responder));
  p.settle();
  BOOST_TEST(ended_with(p.ends[0], errc::self_connection));
  BOOST_TEST(p.ends[0].session->counters().self_connection == 1);
}

BOOST_AUTO_TEST_CASE(another_process_with_the_own_identity_is_told_from_oneself) {
  pair p;
  p.ids[1] = p.ids[0];
  p.start();
  p.settle();
  // Both sides: whoever dialled which, neither must take it for a bad path.
  for (auto& end : p.ends) {
    BOOST_TEST(ended_with(end, errc::identity_conflict));
    BOOST_TEST(end.session->counters().identity_conflict == 1);
    BOOST_TEST(!end.has<established>());
  }
}

BOOST_AUTO_TEST_CASE(the_arbiter_may_refuse_a_second_connection) {
  pair p;
  for (auto& end : p.ends)
    end.admit_at_once = false;
  p.start();
  p.settle();
  std::size_t arbiter = p.ends[0].session->arbiter() ? 0 : 1;
  p.ends[1 - arbiter].session->admit(); // not its decision
  BOOST_TEST(!p.ends[1 - arbiter].session->is_admitted());
  p.ends[arbiter].session->close(p.now, errc::duplicate);
  p.settle();
  for (auto& end : p.ends) {
    BOOST_TEST(ended_with(end, errc::duplicate));
    BOOST_TEST(!end.has<admitted>());
  }
  BOOST_TEST(p.ends[1 - arbiter].end->by_peer);
  BOOST_TEST(!p.ends[arbiter].end->by_peer);
}

BOOST_AUTO_TEST_CASE(a_silent_peer_runs_into_the_handshake_deadline) {
  pair p;
  p.start();
  p.tamper = [](std::size_t, bytes& data) { data.clear(); };
  p.run_for(std::chrono::milliseconds{9'999});
  BOOST_TEST(!p.ends[0].end);
  p.run_for(std::chrono::milliseconds{1});
  for (auto& end : p.ends) {
    BOOST_TEST(ended_with(end, errc::handshake_timeout));
    BOOST_TEST(end.session->counters().handshake_timeout == 1);
  }
}

BOOST_AUTO_TEST_CASE(a_connection_that_nobody_decides_about_ends) {
  pair p;
  for (auto& end : p.ends)
    end.admit_at_once = false;
  p.start();
  p.settle();
  p.run_for(std::chrono::seconds{10});
  for (auto& end : p.ends)
    BOOST_TEST(ended_with(end, errc::admission_timeout));
}

BOOST_AUTO_TEST_CASE(a_handshake_with_any_octet_changed_comes_to_nothing) {
  std::size_t whole = 0;
  {
    pair p;
    p.tamper = [&](std::size_t, bytes& data) { whole += data.size(); };
    for (auto& end : p.ends)
      end.admit_at_once = false;
    p.start();
    p.settle();
  }
  BOOST_TEST(whole > 400);
  for (std::size_t at = 0; at < whole; ++at) {
    pair p{at + 1};
    std::size_t seen = 0;
    p.tamper = [&](std::size_t, bytes& data) {
      if (at >= seen && at < seen + data.size())
        data[at - seen] ^= static_cast<std::byte>(1u << p.random.below(8));
      seen += data.size();
    };
    for (auto& end : p.ends)
      end.admit_at_once = false;
    p.start();
    p.settle();
    BOOST_REQUIRE(!p.ends[1].session->is_established());
    p.run_for(std::chrono::seconds{20});
    BOOST_REQUIRE(p.ends[1].end);
    BOOST_REQUIRE(!p.ends[1].has<established>());
    BOOST_REQUIRE(p.ends[0].end);
  }
}

BOOST_AUTO_TEST_CASE(a_replayed_handshake_is_refused) {
  bytes recorded;
  pair p;
  p.tamper = [&](std::size_t end, bytes& data) {
    if (end == 0)
      put(recorded, data);
  };
  p.start();
  p.settle();
  noise_session again{p.make_config(1), p.random, p.now};
  again.attach_pipe(p.now, 1, role::responder);
  again.pipe_writable(1, 1 << 20);
  again.handle_message(p.now, 1, recorded);
  auto last = again.poll_event();
  BOOST_REQUIRE(last);
  BOOST_TEST((std::get<closed>(*last).why == errc::handshake_failed));
  BOOST_TEST(again.counters().handshake_failed == 1);
}

BOOST_AUTO_TEST_CASE(what_is_no_handshake_is_refused_and_counted) {
  pair p;
  auto outcome = [&](const bytes& first) {
    noise_session s{p.make_config(1), p.random, p.now};
    s.attach_pipe(p.now, 1, role::responder);
    s.handle_message(p.now, 1, first);
    auto last = s.poll_event();
    return last ? std::get<closed>(*last).why : std::error_code{};
  };
  BOOST_TEST((outcome(to_bytes("GET / HTTP/1.1\r\n")) == errc::handshake_too_large));
  BOOST_TEST((outcome(bytes(100)) == errc::malformed_frame));
  BOOST_TEST((outcome({std::byte{0}, std::byte{2}, std::byte{6}, std::byte{1}}) == errc::unexpected_frame));
  BOOST_TEST((outcome({std::byte{0}, std::byte{2}, std::byte{1}, std::byte{1}}) == errc::handshake_failed));
  BOOST_TEST((outcome({std::byte{2}, std::byte{1}, std::byte{1}}) == errc::handshake_too_large));
}

BOOST_AUTO_TEST_CASE(an_initiator_without_an_honest_payload_is_refused) {
  using payload_of = std::function<bytes(const raw_initiator&)>;
  auto outcome = [](const payload_of& payload, bool own_static = true) {
    raw_initiator raw{responder_config()};
    raw.start(own_static ? raw.self.noise_static().copy() : crypto::x25519_key_pair::generate(raw.random));
    raw.first_two();
    raw.third(payload);
    return raw.outcome();
  };
  payload_of honest = [](const raw_initiator& raw) { return encode(raw.honest_payload()); };
  BOOST_TEST(!outcome(honest));
  BOOST_TEST((outcome(honest, false) == errc::identity_mismatch));
  BOOST_TEST(
      (outcome([](const raw_initiator& raw) { return encode(raw.honest_payload(2)); })
       == errc::bad_signature));
  BOOST_TEST((outcome([](const raw_initiator&) { return bytes{}; }) == errc::bad_handshake_payload));
  BOOST_TEST(
      (outcome([&](const raw_initiator& raw) {
         auto longer = honest(raw);
         longer.push_back(std::byte{0});
         return longer;
       })
       == errc::bad_handshake_payload));
  BOOST_TEST(
      (outcome([&](const raw_initiator& raw) {
         auto newer = honest(raw);
         newer[0] = std::byte{2};
         return newer;
       })
       == errc::unsupported_version));
  BOOST_TEST(
      (outcome([&](const raw_initiator& raw) {
         auto other = raw.honest_payload();
         other.proof[5] ^= std::byte{1};
         return encode(other);
       })
       == errc::bad_signature));
}

BOOST_AUTO_TEST_CASE(the_first_message_carries_nothing) {
  raw_initiator raw{responder_config()};
  raw.start(raw.self.noise_static().copy());
  raw.first_two(as_byte_view("x"));
  BOOST_TEST((raw.outcome() == errc::bad_handshake_payload));
}

BOOST_AUTO_TEST_SUITE_END()
