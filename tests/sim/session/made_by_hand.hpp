#pragma once

#include "messages/byte_order.hpp"
#include "tests/support/seeded_random.hpp"
#include "transports/session/channel.hpp"
#include "transports/session/handshake.hpp"
#include "transports/session/noise_session.hpp"
#include "transports/session/pipe_reader.hpp"
#include "transports/session/record_layer.hpp"

#include <boost/test/unit_test.hpp>

namespace warren::session {

inline const topic subject = topic::of("db");

/// A session against a peer made by hand, which has all the keys and may say anything.
struct made_by_hand {
  test::seeded_random random{1};
  time_point now = time_point{} + std::chrono::hours{1};
  std::shared_ptr<const crypto::identity> own = make_identity();
  noise_session honest = make_session();
  std::optional<record_sealer> sealer;
  std::optional<record_opener> opener;
  channel_id channel = 0;
  std::optional<closed> end;
  std::vector<bytes> messages;
  pipe_reader reader{wire::max_pipe_frame};

  explicit made_by_hand(std::uint32_t features = wire::compression_feature) {
    honest.attach_pipe(now, 1, role::responder);
    BOOST_REQUIRE(!honest.join_topic(subject));
    handshake shake{own, role::initiator, 1, {}, features};
    send(wire::pipe_frame_kind::handshake, shake.start(random));
    auto answer = take();
    auto third = shake.on_message(random, byte_view{answer}.subspan(wire::pipe_header_size));
    BOOST_REQUIRE(third);
    send(wire::pipe_frame_kind::handshake, *third);
    auto keys = std::move(shake).split();
    sealer.emplace(std::move(keys.send), max_records_per_key, std::chrono::hours{1}, now);
    opener.emplace(std::move(keys.receive));
    std::vector<wire::frame> frames{
        wire::channel_open{5, topic_proof(keys.handshake_hash, role::initiator, subject, {}), 1000}};
    if (!honest.arbiter())
      frames.insert(frames.begin(), wire::admit{});
    say(frames);
    BOOST_REQUIRE(channel != 0);
    open(take());
  }

  std::shared_ptr<const crypto::identity> make_identity() {
    return std::make_shared<const crypto::identity>(crypto::identity::generate(random));
  }

  noise_session make_session() {
    config c;
    c.self = make_identity();
    c.local_role = role::responder;
    return {std::move(c), random, now};
  }

  void send(wire::pipe_frame_kind kind, byte_view body) {
    bytes octets;
    wire::put_pipe_header(octets, kind, body.size());
    put(octets, body);
    hear(octets);
  }

  void hear(byte_view octets) {
    honest.handle_message(now, 1, octets);
    while (auto next = honest.poll_event()) {
      if (std::get_if<established>(&*next))
        honest.admit();
      if (auto* opened = std::get_if<channel_opened>(&*next))
        channel = opened->channel;
      if (auto* m = std::get_if<message>(&*next))
        messages.push_back(std::move(m->content));
      if (auto* last = std::get_if<closed>(&*next))
        end = *last;
    }
  }

  void say(const std::vector<wire::frame>& frames) {
    record_text text;
    for (const auto& f : frames)
      wire::put(text.frames(), f);
    record_buffer record;
    sealer->seal(text, record);
    hear(record.view());
  }

  bytes take() {
    honest.pipe_writable(1, 1 << 20);
    bytes octets;
    while (auto out = honest.poll_transmit(now))
      put(octets, out->data);
    return octets;
  }

  /// The frames in the records of `octets`.
  std::vector<wire::frame> open(byte_view octets) {
    std::vector<wire::frame> frames;
    while (!octets.empty()) {
      auto record = reader.next(octets);
      BOOST_REQUIRE((record && *record));
      auto text =
          opener->open({(*record)->header.data(), wire::record_header_size}, (*record)->body.subspan(4));
      BOOST_REQUIRE(text);
      for (byte_reader rest{*text}; !rest.rest().empty();)
        frames.push_back(*wire::take_frame(rest));
    }
    return frames;
  }

  wire::channel_packed packed(std::size_t size, std::size_t octets) const {
    return {channel, static_cast<std::uint32_t>(size), static_cast<std::uint32_t>(octets)};
  }

  void check_ended(errc why) {
    BOOST_REQUIRE(end);
    BOOST_TEST((end->why == why));
    BOOST_TEST(!end->by_peer);
    auto last = open(take()).back();
    BOOST_REQUIRE(std::holds_alternative<wire::close>(last));
    BOOST_TEST(std::get<wire::close>(last).reason == static_cast<std::uint16_t>(why));
    BOOST_TEST(messages.empty());
  }
};

} // namespace warren::session
