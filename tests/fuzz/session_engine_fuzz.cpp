// A live session against a peer that has proved its identity and then says anything: sealed records of any text, octets of any
// kind on any pipe, resumes with good and bad proofs in both directions, while time passes and the application writes, consumes
// and closes. Whatever comes, nothing is given twice or after the end, no pipe gets more than it takes, and deadlines lie ahead.
// Input: the subject's role, then commands of u8 kind, u16 length and octets.
#include "messages/byte_order.hpp"
#include "tests/fuzz/session_fuzz.hpp"
#include "transports/session/channel.hpp"
#include "transports/session/handshake.hpp"
#include "transports/session/noise_session.hpp"
#include "transports/session/record_layer.hpp"
#include "transports/session/resume.hpp"

#include <cstdio>
#include <cstdlib>
#include <map>
#include <source_location>

using namespace std::chrono_literals;
using namespace warren;
using namespace warren::session;

namespace {

enum command : std::uint8_t {
  sealed,         // the text of a record, on the newest live pipe
  sealed_on,      // u8 pipe, text
  raw,            // u8 pipe, octets
  open_topic,     // channel_open with a good proof: u32 channel, u32 window
  accept_topic,   // channel_accept with a good proof: u32 channel, u32 its channel, u32 window
  resume,         // the peer dials: u8 what to spoil, u64 next
  answer_resume,  // the subject dials: u8 what to spoil, u64 next
  lose,           // u8 pipe
  let_go,         // u8 pipe
  pass_time,      // u16 milliseconds
  write_message,  // u16 octets
  consume,        // u16 credit
  narrow,         // u16 octets that each pipe takes from now on
  finish_channel, // nothing
  leave_topic,    // nothing
  close_session,  // nothing
  commands,
};

void require(bool condition, std::source_location where = std::source_location::current()) {
  if (condition)
    return;
  std::fprintf(stderr, "line %u does not hold\n", static_cast<unsigned>(where.line()));
  std::abort();
}

// One of them is the subject, which makes it the arbiter or not.
const std::shared_ptr<const crypto::identity> identities[] = {make_identity(1), make_identity(2)};
const topic common = topic::of("db");
constexpr std::size_t most_pipes = 40;
constexpr int most_transmits = 100'000; // of one command

bytes framed(wire::pipe_frame_kind kind, byte_view body) {
  bytes out;
  wire::put_pipe_header(out, kind, body.size());
  put(out, body);
  return out;
}

class run {
public:
  /// `mode`: bit 0 tells that the subject dials, bit 1 which identity it has.
  explicit run(std::uint8_t mode)
      : side_{mode % 2 == 0 ? role::responder : role::initiator}, subject_{settings(mode), random_, now_} {
    handshake peer{identities[mode / 2 % 2 ^ 1], other(side_), 7, {}};
    auto dialled = side_ == role::initiator;
    attach(side_);
    if (!dialled)
      deliver(1, framed(wire::pipe_frame_kind::handshake, peer.start(random_)));
    auto said = byte_view{said_[1]}.subspan(wire::pipe_header_size);
    auto answer = peer.on_message(random_, said);
    require(bool(answer));
    said_[1].clear();
    deliver(1, framed(wire::pipe_frame_kind::handshake, *answer));
    if (dialled) // its third message
      require(bool(peer.on_message(random_, byte_view{said_[1]}.subspan(wire::pipe_header_size))));
    require(peer.is_done() && subject_.is_established());
    auto keys = std::move(peer).split();
    handshake_hash_ = keys.handshake_hash;
    sealer_.emplace(std::move(keys.send), max_records_per_key, 1h, now_);
    resume_.emplace(keys.exporter, keys.handshake_hash);
    require(!subject_.join_topic(common));
    if (subject_.arbiter())
      subject_.admit();
    pump();
  }

  void command(std::uint8_t kind, byte_view octets) {
    byte_reader in{octets};
    switch (kind % commands) {
      case sealed:
        return seal(newest_, octets);
      case sealed_on:
        return seal(pick(in), in.rest());
      case raw:
        return deliver(pick(in), in.rest());
      case open_topic:
        return seal_frame(wire::channel_open{u32(in), proof(), u32(in)});
      case accept_topic:
        return accept(in);
      case resume:
        return dial(in);
      case answer_resume:
        return answer(in);
      case lose:
        subject_.pipe_lost(now_, pick(in));
        break;
      case let_go:
        subject_.release_pipe(pick(in));
        break;
      case pass_time:
        return pass(std::chrono::milliseconds{in.be<std::uint16_t>()});
      default:
        application(kind % commands, in);
    }
    pump();
  }

  void end() {
    subject_.close(now_, errc::closed_normally);
    pump();
    for (int i = 0; i < 20 && !ended_; ++i)
      pass(20s);
    require(ended_ && subject_.is_closed() && !subject_.poll_timeout());
  }

private:
  static config settings(std::uint8_t mode) {
    config c;
    c.self = identities[mode / 2 % 2];
    c.local_role = mode % 2 == 0 ? role::responder : role::initiator;
    c.limits.receive_window = 10'000;
    c.limits.send_queue_bytes = 20'000;
    c.limits.retained_bytes = 30'000;
    c.limits.channels = 8;
    c.limits.rekey_after_records = 20;
    return c;
  }

  // -- the peer ----------------------------------------------------------------------------------------------------------

  static std::uint32_t u32(byte_reader& in) { return in.be<std::uint32_t>(); }

  pipe_id pick(byte_reader& in) const { return 1 + in.be<std::uint8_t>() % std::max(last_pipe_, 1u); }

  wire::mac proof() const { return topic_proof(handshake_hash_, other(side_), common, {}); }

  void seal(pipe_id on, byte_view octets) {
    record_text text;
    put(text.frames(), octets.first(std::min(octets.size(), wire::max_record_text)));
    record_buffer record;
    sealer_->seal(text, record);
    if (ends_with_rekey(octets))
      sealer_->rekey(now_); // as the subject does
    deliver(on, record.view());
  }

  static bool ends_with_rekey(byte_view text) {
    byte_reader reader{text};
    auto last = wire::take_frame(reader);
    while (last && !reader.rest().empty())
      last = wire::take_frame(reader);
    return last && std::holds_alternative<wire::rekey>(*last);
  }

  void seal_frame(const wire::frame& frame) {
    bytes text;
    wire::put(text, frame);
    seal(newest_, text);
  }

  void accept(byte_reader& in) {
    auto channel = u32(in);
    auto its_channel = u32(in);
    seal_frame(wire::channel_accept{channel, its_channel, proof(), u32(in)});
  }

  // `what` names the part that is wrong, if any.
  static void spoil(std::uint8_t what, std::uint8_t part, wire::mac& proof) {
    if (what % 4 == part)
      proof[what % proof.size()] ^= std::byte{1};
  }

  void dial(byte_reader& in) {
    auto what = in.be<std::uint8_t>();
    auto next = in.be<std::uint64_t>();
    if (last_pipe_ == most_pipes)
      return;
    auto id = attach(role::responder);
    wire::nonce nonce{};
    random_.fill(nonce);
    auto sender = other(side_);
    wire::resume_request request{resume_->id().octets, nonce, resume_->request_proof(sender, nonce)};
    spoil(what, 1, request.proof);
    bytes out;
    wire::put(out, request);
    deliver(id, out);
    auto challenge = said_body(id, wire::decode_resume_challenge);
    if (!challenge)
      return;
    wire::resume_confirm confirm{next, resume_->confirm_proof(sender, nonce, challenge->nonce, next)};
    spoil(what, 2, confirm.proof);
    out.clear();
    wire::put(out, confirm);
    newest_ = id;
    deliver(id, out);
  }

  void answer(byte_reader& in) {
    auto what = in.be<std::uint8_t>();
    auto next = in.be<std::uint64_t>();
    if (last_pipe_ == most_pipes)
      return;
    auto id = attach(role::initiator);
    auto request = said_body(id, wire::decode_resume_request);
    if (!request)
      return;
    require(request->proof == resume_->request_proof(side_, request->nonce));
    wire::nonce nonce{};
    random_.fill(nonce);
    wire::resume_challenge challenge{
        nonce, next, resume_->challenge_proof(other(side_), request->nonce, nonce, next)};
    spoil(what, 1, challenge.proof);
    bytes out;
    wire::put(out, challenge);
    newest_ = id;
    deliver(id, out);
  }

  template <class Decode>
  auto said_body(pipe_id id, Decode decode) -> decltype(decode(byte_view{})) {
    const auto& said = said_[id];
    if (said.size() < wire::pipe_header_size)
      return std::nullopt;
    return decode(byte_view{said}.subspan(wire::pipe_header_size));
  }

  // -- the subject -------------------------------------------------------------------------------------------------------

  pipe_id attach(role side) {
    subject_.attach_pipe(now_, ++last_pipe_, side);
    pump();
    return last_pipe_;
  }

  void deliver(pipe_id id, byte_view octets) {
    // In two parts, cut anywhere.
    auto first = octets.first(random_.below(octets.size() + 1));
    subject_.handle_message(now_, id, first);
    subject_.handle_message(now_, id, octets.subspan(first.size()));
    pump();
  }

  void pass(duration time) {
    now_ += time;
    subject_.handle_timeout(now_);
    pump();
  }

  void application(int kind, byte_reader& in) {
    auto number = in.be<std::uint16_t>();
    if (kind == write_message)
      static_cast<void>(subject_.write(channel_, bytes(number)));
    else if (kind == consume)
      subject_.consumed(channel_, number);
    else if (kind == narrow)
      room_ = number;
    else if (kind == finish_channel)
      subject_.finish(channel_);
    else if (kind == leave_topic)
      subject_.leave_topic(common);
    else
      subject_.close(now_, errc::closed_normally);
  }

  void pump() {
    for (pipe_id id = 1; id <= last_pipe_; ++id)
      subject_.pipe_writable(id, room_);
    std::map<pipe_id, std::size_t> written;
    for (int i = 0; auto out = subject_.poll_transmit(now_); ++i) {
      require(i < most_transmits && !out->data.empty());
      require((written[out->pipe] += out->data.size()) <= room_);
      auto& said = said_[out->pipe];
      if (said.size() < 200)
        put(said, out->data);
    }
    while (auto next = subject_.poll_event())
      std::visit([this](const auto& e) { on(e); }, *next);
    // Otherwise whoever drives it would never come to rest.
    if (auto due = subject_.poll_timeout(); due && *due <= now_) {
      subject_.handle_timeout(now_);
      auto after = subject_.poll_timeout();
      require(!after || *after > now_);
      while (auto next = subject_.poll_event())
        std::visit([this](const auto& e) { on(e); }, *next);
    }
  }

  template <class Event>
  void on(const Event&) {
    require(!ended_);
  }

  void on(const channel_opened& e) {
    require(!ended_ && e.topic == common);
    channel_ = e.channel;
  }

  void on(const message& e) { require(!ended_ && e.content.size() <= std::size_t{16} << 20); }

  void on(const pipe_released& e) { note_gone(e.pipe); }
  void on(const pipe_dead& e) { note_gone(e.pipe); }

  void note_gone(pipe_id id) {
    require(!ended_ && id <= last_pipe_ && !released_[id]);
    released_[id] = true;
  }

  void on(const closed&) {
    require(!ended_);
    ended_ = true;
  }

  fixed_random random_;
  time_point now_ = time_point{} + 1h;
  role side_;
  noise_session subject_;
  std::optional<record_sealer> sealer_;
  std::optional<resume_keys> resume_;
  crypto::digest32 handshake_hash_{};
  std::map<pipe_id, bytes> said_; // the beginning of what the subject has written
  std::map<pipe_id, bool> released_;
  pipe_id last_pipe_ = 0;
  pipe_id newest_ = 1;
  channel_id channel_ = 0;
  std::size_t room_ = 100'000;
  bool ended_ = false;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  byte_reader in{std::as_bytes(std::span{data, size})};
  run subject{in.be<std::uint8_t>()};
  while (!in.rest().empty()) {
    auto kind = in.be<std::uint8_t>();
    auto length = in.be<std::uint16_t>();
    subject.command(kind, in.take(std::min<std::size_t>(length, in.rest().size())));
  }
  subject.end();
  return 0;
}

namespace {

/// Writes an input.
struct script {
  bytes out;

  script& add(command kind, byte_view octets = {}) {
    put_be(out, static_cast<std::uint8_t>(kind));
    put_be(out, static_cast<std::uint16_t>(octets.size()));
    put(out, octets);
    return *this;
  }

  template <class... Numbers>
  script& numbers(command kind, Numbers... each) {
    bytes octets;
    (put_be(octets, each), ...);
    return add(kind, octets);
  }

  script& frames(const std::vector<wire::frame>& all) {
    bytes text;
    for (const auto& each : all)
      wire::put(text, each);
    return add(sealed, text);
  }
};

using u8 = std::uint8_t;
using u16 = std::uint16_t;
using u64 = std::uint64_t;

script opened(u8 mode) {
  script s{{std::byte{mode}}};
  auto arbiter = identities[mode / 2]->id() < identities[mode / 2 ^ 1]->id();
  if (!arbiter)
    s.frames({wire::admit{}});
  return s.numbers(open_topic, 5u, 1000u);
}

script talking(u8 mode) {
  auto s = opened(mode);
  s.numbers(write_message, u16{3000})
      .frames({wire::channel_data{1, true, as_byte_view("hello")}, wire::ack{2, 5}});
  s.numbers(consume, u16{37}).frames({wire::channel_window{1, 5000}, wire::ping{}, wire::rekey{}});
  return s.frames({wire::channel_data{1, false, as_byte_view("hel")}, wire::ack{3, 0}});
}

} // namespace

std::vector<std::vector<std::uint8_t>> fuzz_corpus() {
  std::vector<std::vector<std::uint8_t>> corpus;
  auto keep = [&](const script& s) {
    corpus.emplace_back(as_u8(byte_view{s.out}), as_u8(byte_view{s.out}) + s.out.size());
  };
  for (u8 mode : {0, 1, 2, 3}) {
    keep(talking(mode));
    keep(talking(mode).frames({wire::channel_finish{1}, wire::channel_close{1}, wire::close{1, false}}));
    keep(opened(mode).add(close_session).frames({wire::close{1, false}, wire::ack{4, 0}, wire::ping{}}));
    keep(opened(mode).frames({wire::hand_over{1}, wire::hand_over{0xffffffff}, wire::close{1, true}}));
    keep(opened(mode).frames({wire::ack{~u64{0}, 0xffffffff}}).frames({wire::channel_refuse{1}}));
    keep(opened(mode).numbers(accept_topic, 1u, 5u, 1000u));
    keep(talking(mode)
             .numbers(resume, u8{0}, u64{2})
             .frames({wire::hand_over{1}, wire::ack{3, 0}})
             .numbers(sealed_on, u8{0}, u8{2})
             .numbers(lose, u8{1})
             .numbers(write_message, u16{9000}));
    keep(talking(mode)
             .numbers(answer_resume, u8{0}, u64{1})
             .frames({wire::ping{}})
             .numbers(resume, u8{1}, u64{2})
             .numbers(answer_resume, u8{1}, u64{2})
             .numbers(resume, u8{2}, u64{2})
             .numbers(let_go, u8{0})
             .numbers(pass_time, u16{60'000}));
    keep(talking(mode).numbers(lose, u8{0}).numbers(resume, u8{0}, ~u64{0}).numbers(pass_time, u16{1000}));
    keep(talking(mode)
             .numbers(narrow, u16{100})
             .numbers(write_message, u16{20'000})
             .numbers(raw, u8{0}, u16{0}));
    keep(opened(mode).numbers(raw, u8{0}, u16{8}, u8{6}, u64{1}).add(leave_topic).add(finish_channel));
  }
  return corpus;
}
