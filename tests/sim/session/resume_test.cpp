#include "tests/sim/session/talking.hpp"

using namespace warren;
using namespace warren::session;
using test::talking;

BOOST_AUTO_TEST_SUITE(session_resume)

BOOST_AUTO_TEST_CASE(a_session_goes_on_over_another_pipe) {
  for (std::size_t dialler : {0, 1}) {
    talking t;
    t.write(0, 1000);
    t.settle();
    t.cut(t.pipes[0]);
    for (auto& end : t.ends)
      end.take_events();
    for (auto& end : t.ends)
      BOOST_TEST(end.has<pipe_needed>());
    t.write(0, 100'000);
    t.write(1, 2'000);
    t.run_for(std::chrono::seconds{30});
    t.connect(dialler);
    t.settle();
    t.check_everything_arrived_once();
    for (std::size_t end : {0, 1}) {
      BOOST_TEST(t.ends[end].session->counters().resumes == 1);
      BOOST_TEST((t.ends[end].session->active_pipe() == t.pipes[1].id_at[end]));
    }
  }
}

BOOST_AUTO_TEST_CASE(nothing_is_lost_or_doubled_wherever_the_pipe_breaks) {
  std::uint64_t whole = 0;
  auto run = [&](std::uint64_t cut_after, std::uint64_t seed) {
    talking t{seed};
    auto start = t.pipes[0].sent[0] + t.pipes[0].sent[1];
    t.pipes[0].cut_after = cut_after == 0 ? ~std::uint64_t{0} : start + cut_after;
    t.piece = 64;
    t.budget = 300;
    for (std::size_t size : {10u, 700u, 0u, 90u})
      for (std::size_t end : {0, 1})
        t.write(end, size);
    t.settle();
    if (cut_after == 0) {
      whole = t.pipes[0].sent[0] + t.pipes[0].sent[1] - start;
      return;
    }
    t.cut(t.pipes[0]);
    t.connect(seed % 2);
    t.settle();
    t.check_everything_arrived_once();
  };
  run(0, 1);
  BOOST_TEST(whole > 1600);
  for (std::uint64_t at = 1; at <= whole; ++at)
    run(at, at);
}

BOOST_AUTO_TEST_CASE(the_resume_itself_may_break_at_any_octet) {
  for (std::uint64_t at = 1; at <= 700; ++at) {
    talking t{at};
    t.piece = 64;
    t.cut(t.pipes[0]);
    t.write(0, 100);
    t.write(1, 100);
    t.connect(at % 2).cut_after = at;
    t.settle();
    t.cut(t.pipes[1]);
    t.write(0, 50);
    t.connect((at + 1) / 2 % 2);
    t.settle();
    t.check_everything_arrived_once();
  }
}

BOOST_AUTO_TEST_CASE(a_dial_of_the_arbiter_that_leads_nowhere_keeps_the_peers_out_for_a_moment_only) {
  talking t;
  std::size_t arbiter = t.ends[0].session->arbiter() ? 0 : 1;
  t.cut(t.pipes[0]);
  t.write(0, 1000);
  t.write(1, 1000);
  t.connect(arbiter).silent = true;
  t.settle();
  t.connect(1 - arbiter);
  t.settle();
  BOOST_TEST(!t.ends[arbiter].session->active_pipe());
  t.run_for(t.bounds.resume_precedence);
  t.connect(1 - arbiter);
  t.settle();
  t.check_everything_arrived_once();
  t.run_for(std::chrono::seconds{30});
  t.check_everything_arrived_once();
}

BOOST_AUTO_TEST_CASE(a_better_pipe_takes_over_while_data_flows) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    talking t{seed};
    t.piece = 2000;
    t.budget = 5000;
    for (int round = 0; round < 6; ++round) {
      for (std::size_t end : {0, 1})
        t.write(end, static_cast<std::size_t>(t.random.below(20'000)));
      for (auto n = t.random.below(6); n > 0; --n) {
        t.transmit_from(static_cast<std::size_t>(t.random.below(2)));
        t.deliver_to(static_cast<std::size_t>(t.random.below(2)));
        t.tend_pipes();
      }
      t.connect(static_cast<std::size_t>(t.random.below(2)));
    }
    t.settle();
    t.check_everything_arrived_once();
    std::size_t open = 0;
    for (auto& p : t.pipes)
      open += p.open ? 1 : 0;
    BOOST_TEST(open <= 2); // one carries the session, one stands by
  }
}

BOOST_AUTO_TEST_CASE(pipes_that_break_and_come_at_random_lose_nothing) {
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    talking t{seed, limits{.rekey_after_records = 5}};
    t.piece = 1 + static_cast<std::size_t>(t.random.below(500));
    t.budget = 100 + static_cast<std::size_t>(t.random.below(3000));
    for (int step = 0; step < 120; ++step) {
      auto end = static_cast<std::size_t>(t.random.below(2));
      switch (t.random.below(12)) {
        case 0:
          t.write(end, static_cast<std::size_t>(t.random.below(3000)));
          break;
        case 1:
          if (t.pipes.size() < 12)
            t.connect(end);
          break;
        case 2:
          if (auto& p = t.pipes[static_cast<std::size_t>(t.random.below(t.pipes.size()))];
              t.random.below(3) == 0)
            t.cut(p);
          break;
        default:
          t.transmit_from(end);
          t.deliver_to(1 - end);
          t.tend_pipes();
      }
      for (auto& e : t.ends)
        e.take_events();
    }
    t.settle();
    for (auto& p : t.pipes)
      t.cut(p);
    t.connect(0);
    t.settle();
    t.check_everything_arrived_once();
    for (std::size_t end : {0, 1})
      BOOST_REQUIRE(t.at(end).counters().rekeys_out > 0);
  }
}

BOOST_AUTO_TEST_CASE(keys_change_wherever_the_pipe_breaks) {
  for (std::uint64_t at = 1; at <= 900; ++at) {
    talking t{at, limits{.rekey_after_records = 1 + at % 3}};
    t.pipes[0].cut_after = t.pipes[0].sent[0] + t.pipes[0].sent[1] + at;
    t.piece = 64;
    t.budget = 300;
    for (std::size_t size : {10u, 300u, 0u})
      for (std::size_t end : {0, 1})
        t.write(end, size);
    t.settle();
    t.cut(t.pipes[0]);
    for (std::size_t end : {0, 1})
      t.write(end, 20);
    t.connect(at % 2);
    t.settle();
    t.check_everything_arrived_once();
    for (std::size_t end : {0, 1}) {
      BOOST_REQUIRE(t.at(end).counters().rekeys_out > 0);
      BOOST_REQUIRE(t.at(end).counters().rekeys_in == t.at(1 - end).counters().rekeys_out);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_session_without_a_pipe_ends_with_the_resume_window) {
  talking t;
  t.cut(t.pipes[0]);
  t.run_for(std::chrono::milliseconds{59'999});
  for (auto& end : t.ends)
    BOOST_TEST(!end.end);
  t.run_for(std::chrono::milliseconds{1});
  for (auto& end : t.ends) {
    BOOST_REQUIRE(end.end);
    BOOST_TEST((end.end->why == errc::path_lost));
  }
}

BOOST_AUTO_TEST_CASE(the_first_octets_of_a_pipe_tell_what_it_wants) {
  talking t;
  t.cut(t.pipes[0]);
  for (auto& end : t.ends)
    end.take_events();
  auto& s = *t.ends[0].session;
  s.attach_pipe(t.now, 50, role::initiator);
  s.pipe_writable(50, 1000);
  auto first = s.poll_transmit(t.now);
  BOOST_REQUIRE(first);
  for (std::size_t n = 0; n < 67; ++n)
    BOOST_TEST(std::holds_alternative<opening_incomplete>(peek_pipe_opening(first->data.first(n))));
  auto opening = peek_pipe_opening(first->data);
  BOOST_REQUIRE(std::holds_alternative<opening_resume>(opening));
  BOOST_TEST((std::get<opening_resume>(opening).session == t.ends[1].session->id()));
  BOOST_TEST(std::holds_alternative<opening_garbage>(peek_pipe_opening(as_byte_view("GET /"))));
  noise_session fresh{t.make_config(0), t.random, t.now};
  fresh.attach_pipe(t.now, 1, role::initiator);
  fresh.pipe_writable(1, 1000);
  BOOST_TEST(std::holds_alternative<opening_handshake>(peek_pipe_opening(fresh.poll_transmit(t.now)->data)));
}

BOOST_AUTO_TEST_CASE(a_refused_resume_leaves_the_session_waiting) {
  talking t;
  t.cut(t.pipes[0]);
  auto& s = *t.ends[0].session;
  s.attach_pipe(t.now, 50, role::initiator);
  s.handle_message(t.now, 50, resume_refusal());
  t.ends[0].take_events();
  BOOST_REQUIRE(t.ends[0].all<pipe_released>().size() == 1);
  BOOST_TEST((t.ends[0].all<pipe_released>()[0].why == errc::resume_refused));
  BOOST_TEST(s.counters().resume_refused == 1);
  BOOST_TEST(!t.ends[0].end);
  t.connect(0);
  t.write(0, 10);
  t.settle();
  t.check_everything_arrived_once();
}

BOOST_AUTO_TEST_CASE(a_resume_with_any_octet_changed_is_refused_and_the_session_stays) {
  for (std::size_t at = 3; at < 67; ++at) {
    talking t{at};
    t.cut(t.pipes[0]);
    bool done = false;
    t.tamper = [&](std::size_t end, bytes& data) {
      if (end == 0 && !std::exchange(done, true))
        data.at(at) ^= static_cast<std::byte>(1u << t.random.below(8));
    };
    t.connect(0);
    t.settle();
    BOOST_REQUIRE(t.ends[1].session->counters().bad_resume_proof == 1);
    BOOST_REQUIRE(t.ends[1].session->counters().resumes == 0);
    BOOST_REQUIRE(!t.ends[0].end);
    BOOST_REQUIRE(!t.ends[1].end);
    t.connect(0);
    t.write(1, 10);
    t.settle();
    t.check_everything_arrived_once();
  }
}

BOOST_AUTO_TEST_CASE(a_recorded_resume_cannot_be_replayed) {
  talking t;
  t.cut(t.pipes[0]);
  bytes recorded;
  t.tamper = [&](std::size_t end, bytes& data) {
    if (end == 0)
      put(recorded, data);
  };
  t.connect(0);
  t.settle();
  auto before = t.ends[1].session->counters().resumes;
  auto& s = *t.ends[1].session;
  s.attach_pipe(t.now, 900, role::responder);
  s.handle_message(t.now, 900, recorded);
  t.ends[1].take_events();
  BOOST_TEST(s.counters().resumes == before);
  BOOST_TEST(s.counters().bad_resume_proof == 1);
  BOOST_TEST((s.active_pipe() == t.pipes[1].id_at[1]));
  t.tamper = {};
  t.write(0, 10);
  t.write(1, 10);
  t.settle();
  t.check_everything_arrived_once();
}

BOOST_AUTO_TEST_CASE(a_resume_that_never_ends_is_let_go_and_their_number_is_bounded) {
  talking t;
  auto& s = t.at(1);
  for (pipe_id id = 500; id < 510; ++id)
    s.attach_pipe(t.now, id, role::responder);
  t.ends[1].take_events();
  auto released = t.ends[1].all<pipe_released>();
  BOOST_REQUIRE(released.size() == 6);
  BOOST_TEST(released.front().pipe == 500u);
  BOOST_TEST((released.front().why == errc::limit_reached));
  t.run_for(std::chrono::seconds{10});
  BOOST_TEST(t.ends[1].all<pipe_released>().size() == 10);
  t.write(0, 10);
  t.settle();
  t.check_everything_arrived_once();
}

BOOST_AUTO_TEST_CASE(pipes_without_a_proof_keep_no_resume_out) {
  talking t;
  t.cut(t.pipes[0]);
  auto& s = t.at(1);
  bytes opening;
  wire::put(opening, wire::resume_request{s.id().octets, {}, {}});
  for (pipe_id id = 500; id < 520; ++id) {
    s.attach_pipe(t.now, id, role::responder);
    s.handle_message(t.now, id, byte_view{opening}.first(19 + id % 49)); // with all of a request, or less
  }
  t.write(0, 10);
  t.connect(0);
  t.settle();
  t.check_everything_arrived_once();
  t.write(1, 10);
  t.connect(1); // nor one that is dialled here
  t.settle();
  t.check_everything_arrived_once();
  BOOST_TEST((t.at(1).active_pipe() == t.pipes[2].id_at[1]));
}

BOOST_AUTO_TEST_CASE(recorded_requests_keep_no_resume_out) {
  for (bool same : {false, true}) {
    talking t;
    bytes request;
    for (pipe_id id = 500; id < 520; ++id) {
      if (!same || request.empty()) {
        t.at(0).attach_pipe(t.now, id, role::initiator);
        t.at(0).pipe_writable(id, 1000);
        request = to_bytes(t.at(0).poll_transmit(t.now)->data);
        t.at(0).pipe_lost(t.now, id);
      }
      t.at(1).attach_pipe(t.now, id, role::responder);
      t.at(1).handle_message(t.now, id, request);
    }
    t.ends[1].take_events();
    auto released = t.ends[1].all<pipe_released>();
    BOOST_REQUIRE(released.size() == (same ? 19u : 15u)); // a place is in use
    for (const auto& each : released)
      BOOST_REQUIRE((each.why == (same ? errc::bad_resume_proof : errc::limit_reached)));
    t.cut(t.pipes[0]);
    t.write(0, 10);
    t.connect(0);
    t.settle();
    t.check_everything_arrived_once();
    t.connect(1);
    t.settle();
    t.write(1, 10);
    t.settle();
    t.check_everything_arrived_once();
    BOOST_TEST((t.at(1).active_pipe() == t.pipes[2].id_at[1]));
  }
}

BOOST_AUTO_TEST_CASE(pipes_that_are_in_use_or_dialled_here_give_way_to_none) {
  talking t;
  auto& s = t.at(1);
  for (pipe_id id = 500; id < 510; ++id)
    s.attach_pipe(t.now, id, role::initiator);
  t.ends[1].take_events();
  auto released = t.ends[1].all<pipe_released>();
  BOOST_REQUIRE(released.size() == 5);
  BOOST_TEST(released.front().pipe == 505u);
  t.connect(0);
  t.settle();
  BOOST_TEST((t.at(1).active_pipe() == t.pipes[0].id_at[1]));
  t.write(0, 10);
  t.settle();
  t.check_everything_arrived_once();
}

BOOST_AUTO_TEST_SUITE_END()
