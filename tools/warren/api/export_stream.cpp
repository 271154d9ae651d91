#include "tools/warren/api/export_stream.hpp"

#include "tools/warren/output.hpp"

namespace warren::program {

namespace {

/// Nodes asked for at once; at most this many nodes are held for one client.
constexpr std::uint32_t page_size = 250;

const net::http_response head{200, "application/x-ndjson", {}, {}};

class export_stream : public std::enable_shared_from_this<export_stream> {
public:
  export_stream(const api_context& api, responder_ptr responder)
      : database_{api.database}, tasks_{api.tasks}, responder_{std::move(responder)} {}

  void next_page() {
    post(tasks_, [self = shared_from_this()](caf::event_based_actor* actor) { self->ask(actor); });
  }

private:
  void ask(caf::event_based_actor* actor) {
    act::mail(actor, export_nodes{after_, page_size})
        .request(database_, actor_timeout)
        .then(
            [self = shared_from_this()](const node_page& page) { self->take(page); },
            [self = shared_from_this()](const caf::error& why) { self->fail(why); });
  }

  void take(const node_page& page) {
    if (!started_)
      responder_->start(head);
    started_ = true;
    std::string lines;
    for (const auto& node : page.nodes)
      lines += "{\"soul\":" + to_line(node.soul) + ",\"fields\":" + node.fields_json
               + ",\"states\":" + node.states_json + "}\n";
    if (!page.nodes.empty())
      after_ = page.nodes.back().soul;
    if (lines.empty()) {
      responder_->finish();
      return;
    }
    responder_->write(to_bytes(lines), [self = shared_from_this(), last = page.last](std::error_code why) {
      if (why)
        return;
      if (last)
        self->responder_->finish();
      else
        self->next_page();
    });
  }

  /// Once parts were sent an error can only be told by not finishing: the client sees the answer cut off.
  void fail(const caf::error& why) {
    if (!started_)
      respond_error(responder_, why);
    responder_.reset();
  }

  replicator_actor database_;
  caf::actor tasks_;
  responder_ptr responder_;
  std::string after_;
  bool started_ = false;
};

} // namespace

void serve_export(const api_context& api, bool head_only, const responder_ptr& responder) {
  if (head_only) {
    responder->start(head);
    responder->finish();
    return;
  }
  std::make_shared<export_stream>(api, responder)->next_page();
}

} // namespace warren::program
