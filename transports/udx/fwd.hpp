#pragma once

namespace warren::udx {

struct config;
struct counters;
struct packet;
struct packet_header;
struct stats;
class congestion_controller;
class delivery_rate;
class stream;
class transmit_batch;

} // namespace warren::udx
