#include "actors/counter_names.hpp"

#include "actors/named_counters.hpp"

namespace warren {

namespace {

constexpr named_counter<dial::counters> dial_names[] = {
    {"dial.timed_out", &dial::counters::timed_out},
    {"dial.not_control", &dial::counters::not_control},
    {"dial.truncated", &dial::counters::truncated},
    {"dial.bad_version", &dial::counters::bad_version},
    {"dial.unknown_type", &dial::counters::unknown_type},
    {"dial.malformed", &dial::counters::malformed},
    {"dial.bad_cookie", &dial::counters::bad_cookie},
    {"dial.unknown_cookie", &dial::counters::unknown_cookie},
    {"dial.unknown_accept", &dial::counters::unknown_accept},
    {"dial.unknown_refuse", &dial::counters::unknown_refuse},
    {"dial.open_of_released", &dial::counters::open_of_released},
    {"dial.inbound_limit", &dial::counters::inbound_limit},
    {"dial.opening_rate", &dial::counters::opening_rate},
    {"dial.unproved_limit", &dial::counters::unproved_limit},
    {"dial.address_limit", &dial::counters::address_limit},
    {"dial.transmit_limit", &dial::counters::transmit_limit},
};

constexpr named_counter<session::counters> session_names[] = {
    {"session.handshake_failed", &session::counters::handshake_failed},
    {"session.bad_handshake_payload", &session::counters::bad_handshake_payload},
    {"session.identity_mismatch", &session::counters::identity_mismatch},
    {"session.bad_signature", &session::counters::bad_signature},
    {"session.unsupported_version", &session::counters::unsupported_version},
    {"session.unexpected_peer", &session::counters::unexpected_peer},
    {"session.self_connection", &session::counters::self_connection},
    {"session.identity_conflict", &session::counters::identity_conflict},
    {"session.access_denied", &session::counters::access_denied},
    {"session.handshake_timeout", &session::counters::handshake_timeout},
    {"session.handshake_too_large", &session::counters::handshake_too_large},
    {"session.admission_timeout", &session::counters::admission_timeout},
    {"session.tampered_record", &session::counters::tampered_record},
    {"session.replayed_record", &session::counters::replayed_record},
    {"session.missing_record", &session::counters::missing_record},
    {"session.truncated_record", &session::counters::truncated_record},
    {"session.oversized_frame", &session::counters::oversized_frame},
    {"session.malformed_frame", &session::counters::malformed_frame},
    {"session.unexpected_frame", &session::counters::unexpected_frame},
    {"session.rekey_overdue", &session::counters::rekey_overdue},
    {"session.flow_control_violation", &session::counters::flow_control_violation},
    {"session.message_too_large", &session::counters::message_too_large},
    {"session.unknown_channel", &session::counters::unknown_channel},
    {"session.too_many_opens", &session::counters::too_many_opens},
    {"session.bad_acknowledgement", &session::counters::bad_acknowledgement},
    {"session.bad_compression", &session::counters::bad_compression},
    {"session.path_lost", &session::counters::path_lost},
    {"session.resume_refused", &session::counters::resume_refused},
    {"session.bad_resume_proof", &session::counters::bad_resume_proof},
    {"session.unknown_pipe", &session::counters::unknown_pipe},
    {"session.garbled_pipes", &session::counters::garbled_pipes},
    {"session.compressed_out", &session::counters::compressed_out},
    {"session.compression_saved_out", &session::counters::compression_saved_out},
    {"session.compression_in_vain", &session::counters::compression_in_vain},
    {"session.compressed_in", &session::counters::compressed_in},
    {"session.compression_saved_in", &session::counters::compression_saved_in},
    {"session.topics_refused_to_peer", &session::counters::topics_refused_to_peer},
};

constexpr named_counter<udx::counters> udx_names[] = {
    {"udx.retransmits", &udx::counters::retransmits},
    {"udx.timeouts", &udx::counters::timeouts},
    {"udx.malformed", &udx::counters::malformed},
    {"udx.wrong_stream", &udx::counters::wrong_stream},
    {"udx.wrong_source", &udx::counters::wrong_source},
    {"udx.bad_ack", &udx::counters::bad_ack},
    {"udx.out_of_window", &udx::counters::out_of_window},
    {"udx.receive_buffer_full", &udx::counters::receive_buffer_full},
    {"udx.after_end", &udx::counters::after_end},
    {"udx.bad_sack_block", &udx::counters::bad_sack_block},
    {"udx.messages_ignored", &udx::counters::messages_ignored},
    {"udx.messages_dropped", &udx::counters::messages_dropped},
    {"udx.after_close", &udx::counters::after_close},
};

constexpr named_counter<dht::counters> dht_names[] = {
    {"dht.queries_timed_out", &dht::counters::queries_timed_out},
    {"dht.errors_received", &dht::counters::errors_received},
    {"dht.malformed", &dht::counters::malformed},
    {"dht.wrong_family", &dht::counters::wrong_family},
    {"dht.bad_source", &dht::counters::bad_source},
    {"dht.blocked", &dht::counters::blocked},
    {"dht.own_query", &dht::counters::own_query},
    {"dht.unexpected_response", &dht::counters::unexpected_response},
    {"dht.rate_limited", &dht::counters::rate_limited},
    {"dht.replies_throttled", &dht::counters::replies_throttled},
    {"dht.outbox_full", &dht::counters::outbox_full},
    {"dht.while_read_only", &dht::counters::while_read_only},
    {"dht.bad_arguments", &dht::counters::bad_arguments},
    {"dht.unknown_method", &dht::counters::unknown_method},
    {"dht.bad_token", &dht::counters::bad_token},
    {"dht.store_full", &dht::counters::store_full},
    {"dht.bad_items", &dht::counters::bad_items},
    {"dht.outdated_items", &dht::counters::outdated_items},
    {"dht.rendezvous_refused", &dht::counters::rendezvous_refused},
    {"dht.bad_records", &dht::counters::bad_records},
    {"dht.unexpected_rendezvous", &dht::counters::unexpected_rendezvous},
    {"dht.bad_peers", &dht::counters::bad_peers},
    {"dht.bad_nodes", &dht::counters::bad_nodes},
    {"dht.bad_results", &dht::counters::bad_results},
};

} // namespace

void count_refusals(counter_map& out, const dht::counters& from) {
  count_named(out, from, dht_names);
}

void count_refusals(counter_map& out, const dial::counters& from) {
  count_named(out, from, dial_names);
}

void count_refusals(counter_map& out, const session::counters& from) {
  count_named(out, from, session_names);
}

void count_refusals(counter_map& out, const udx::counters& from) {
  count_named(out, from, udx_names);
}

void merge_counters(counter_map& out, const counter_map& from) {
  for (const auto& [name, n] : from)
    out[name] += n;
}

} // namespace warren
