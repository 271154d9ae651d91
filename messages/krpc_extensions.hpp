#pragma once

#include "messages/bencode.hpp"
#include "messages/krpc.hpp"

/// What BEP 44 and Warren add to the messages of BEP 5, for krpc.cpp. The writers are split at the keys between which
/// theirs belong, since bencoded keys are sorted.
namespace warren::krpc {

/// Reads what get_peers, get, put and rdv have in their arguments besides id, target and want; returns why not.
std::optional<bad_query> read_extensions(const bencode::view& arguments, query& out);

/// Reads an announcer's record. One that is too large is left out, as a plain node would do.
void read_record(const bencode::view& arguments, query& out);

/// Reads what responses to these methods have besides id, token, nodes and values. Parts of a wrong form are left out.
void read_extensions(const bencode::view& values, response& out);

void put_extensions_before_id(bencode::writer& out, const query& body);
void put_extensions_before_target(bencode::writer& out, const query& body);
void put_record(bencode::writer& out, const query& body);

void put_extensions_before_token(bencode::writer& out, const response& body);
void put_records(bencode::writer& out, const response& body);

} // namespace warren::krpc
