#pragma once

// The facade actors are written against: the shape of CAF 1.x on CAF 0.17.6. Version-dependent spelling lives here only.

#include <caf/all.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

namespace warren::act {

template <class T>
struct field_ref {
  const char* name;
  T& ref;
};

/// Names one field of an object() for inspection.
template <class T>
field_ref<T> field(const char* name, T& ref) {
  return {name, ref};
}

/// Inspects `x` field by field; the body of every `inspect` overload.
template <class Inspector, class T, class... Fields>
auto object(Inspector& f, T&, const char* name, field_ref<Fields>... fields) {
  return f(caf::meta::type_name(name), fields.ref...);
}

template <class>
struct signature;

template <class... R, class... A>
struct signature<caf::result<R...>(A...)> {
  using type = typename caf::replies_to<A...>::template with<R...>;
};

/// A typed actor handle from function signatures: typed_actor<result<int>(get_atom), ...>.
template <class... S>
using typed_actor = caf::typed_actor<typename signature<S>::type...>;

template <class>
struct base {
  using type = caf::event_based_actor;
};

template <class... S>
struct base<caf::typed_behavior<S...>> {
  using type = caf::typed_event_based_actor<S...>;
};

/// Messages that came to a state_actor of this process which does not understand them.
inline std::atomic<std::uint64_t> unexpected_messages{0};

/// Counts and drops what an actor does not understand; CAF would print it. Only a request is answered, with
/// caf::sec::unexpected_message: an error that answers no request would end its sender.
inline caf::result<caf::message> count_unexpected(caf::scheduled_actor* self, caf::message_view&) {
  ++unexpected_messages;
  if (self->current_mailbox_element()->mid.is_request())
    return caf::sec::unexpected_message;
  return caf::message{};
}

/// An actor whose state is a plain struct with `make_behavior()`. The state dies when the actor exits, not when the last
/// handle goes. What it does not understand is counted (unexpected_messages) and dropped.
template <
    class State, class Behavior = decltype(std::declval<State&>().make_behavior()),
    class Base = typename base<Behavior>::type>
struct state_actor : Base {
  template <class... Ts>
  explicit state_actor(caf::actor_config& config, Ts&&... xs) : Base(config) {
    this->set_default_handler(count_unexpected);
    this->set_down_handler([](caf::down_msg&) { ++unexpected_messages; });
    state.emplace(this, std::forward<Ts>(xs)...);
  }

  Behavior make_behavior() override { return state->make_behavior(); }

  void on_exit() override {
    state.reset();
    Base::on_exit();
  }

  std::optional<State> state;
};

/// Spawns an actor over `State`; the state's first constructor argument is the actor's own pointer.
template <class State, caf::spawn_options Options = caf::no_spawn_options, class Spawner, class... Ts>
auto spawn(Spawner& spawner, Ts&&... xs) {
  return spawner.template spawn<state_actor<State>, Options>(std::forward<Ts>(xs)...);
}

/// Answers a request that returns nothing. (CAF 0.17's typed promise cannot say so itself.)
inline void done(caf::typed_response_promise<void> promise) {
  caf::response_promise& untyped = promise;
  untyped.deliver(caf::unit);
}

/// True when mail from Self to Destination must be anonymous: statically typed actors send only to typed ones.
template <class Self, class Destination>
constexpr bool is_anonymous =
    std::is_null_pointer_v<
        Self> || (std::is_same_v<Destination, caf::actor> && !std::is_base_of_v<caf::event_based_actor, std::remove_pointer_t<Self>> && !std::is_base_of_v<caf::blocking_actor, std::remove_pointer_t<Self>>);

/// A message on its way out: mail(self, x...).send(to), .delay(d).send(to) or .request(to, timeout).
/// Self is std::nullptr_t for anonymous mail.
template <class Self, class... Ts>
struct [[nodiscard]] outgoing {
  Self self;
  std::tuple<Ts...> content;

  struct [[nodiscard]] delayed {
    outgoing mail;
    std::chrono::nanoseconds by;

    template <class Destination>
    void send(const Destination& to) && {
      std::apply(
          [&](auto&... x) {
            if constexpr (is_anonymous<Self, Destination>)
              caf::delayed_anon_send(to, by, std::move(x)...);
            else
              mail.self->delayed_send(to, by, std::move(x)...);
          },
          mail.content);
    }
  };

  template <class Destination>
  void send(const Destination& to) && {
    std::apply(
        [&](auto&... x) {
          if constexpr (is_anonymous<Self, Destination>)
            caf::anon_send(to, std::move(x)...);
          else
            self->send(to, std::move(x)...);
        },
        content);
  }

  template <class Destination, class Timeout>
  auto request(const Destination& to, Timeout timeout) && {
    return std::apply([&](auto&... x) { return self->request(to, timeout, std::move(x)...); }, content);
  }

  delayed delay(std::chrono::nanoseconds by) && { return {std::move(*this), by}; }
};

template <class Self, class... Ts>
auto mail(Self* self, Ts&&... xs) {
  return outgoing<Self*, std::decay_t<Ts>...>{self, {std::forward<Ts>(xs)...}};
}

template <class... Ts>
auto mail(caf::scoped_actor& self, Ts&&... xs) {
  return mail(self.ptr(), std::forward<Ts>(xs)...);
}

template <class... Ts>
auto anon_mail(Ts&&... xs) {
  return outgoing<std::nullptr_t, std::decay_t<Ts>...>{nullptr, {std::forward<Ts>(xs)...}};
}

} // namespace warren::act
