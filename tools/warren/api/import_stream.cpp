#include "tools/warren/api/import_stream.hpp"

#include "tools/warren/api/access.hpp"
#include "tools/warren/api/record.hpp"
#include "tools/warren/output.hpp"
#include "transports/net/errc.hpp"

namespace warren::program {

namespace {

/// Writes under way before reading stops; it goes on at half of that. Many at once share one disk sync (group commit).
constexpr std::size_t most_in_flight = 1024;

/// Errors told in the answer; the rest is only counted.
constexpr std::size_t most_errors = 10;

/// All members run on the task actor but for the callback of read_body, which only posts.
class import_stream : public std::enable_shared_from_this<import_stream> {
public:
  import_stream(const api_context& api, responder_ptr responder)
      : database_{api.database}, tasks_{api.tasks}, responder_{std::move(responder)} {}

  void read() {
    reading_ = true;
    responder_->read_body([self = shared_from_this()](std::error_code why, bytes part) {
      post(
          self->tasks_, [self, why, part = std::make_shared<bytes>(std::move(part))](
                            caf::event_based_actor* actor) { self->take(actor, why, *part); });
    });
  }

private:
  void take(caf::event_based_actor* actor, std::error_code why, byte_view part) {
    reading_ = false;
    if (why) {
      cut_off(why == net::net_errc::message_too_large ? 413 : 400, why.message());
    } else if (!part.empty()) {
      lines_.append(as_text(part));
      while (auto line = lines_.next())
        import_line(actor, *line);
      if (lines_.too_long())
        cut_off(
            413, "line " + std::to_string(line_ + 1) + " is longer than " + std::to_string(longest_line)
                     + " octets");
    } else {
      import_line(actor, lines_.rest());
      ended_ = true;
    }
    advance();
  }

  void import_line(caf::event_based_actor* actor, std::string_view line) {
    ++line_;
    if (line.find_first_not_of(" \t\r") == std::string_view::npos)
      return;
    auto parsed = parse_record(line);
    if (!parsed.put) {
      count_error(line_, parsed.problem);
      return;
    }
    ++in_flight_;
    act::mail(actor, std::move(*parsed.put))
        .request(database_, caf::infinite)
        .then(
            [self = shared_from_this()] {
              ++self->imported_;
              self->written();
            },
            [self = shared_from_this(), number = line_](const caf::error& why) {
              self->count_error(number, describe(why));
              self->written();
            });
  }

  void written() {
    --in_flight_;
    advance();
  }

  void advance() {
    bool over = ended_ || !cut_off_.empty();
    if (over && in_flight_ == 0)
      answer();
    else if (!over && !reading_ && in_flight_ <= most_in_flight / 2)
      read();
  }

  void cut_off(int status, std::string why) {
    status_ = status;
    cut_off_ = std::move(why);
  }

  void count_error(std::uint64_t line, const std::string& text) {
    ++failed_;
    if (errors_.size() < most_errors)
      errors_.push_back({{"line", line}, {"message", text}});
  }

  void answer() {
    json body{{"imported", imported_}, {"failed", failed_}, {"errors", errors_}};
    if (!cut_off_.empty()) {
      body["error"] = "cut_off";
      body["message"] = "the import ended early: " + cut_off_ + "; what came before is stored, "
                        + std::to_string(imported_) + " lines";
    }
    responder_->respond({status_, "application/json", to_line(body) + "\n", {}});
  }

  replicator_actor database_;
  caf::actor tasks_;
  responder_ptr responder_;
  line_splitter lines_;
  std::uint64_t line_ = 0; // number of the last whole line
  std::uint64_t imported_ = 0;
  std::uint64_t failed_ = 0;
  std::size_t in_flight_ = 0;
  bool reading_ = false;
  bool ended_ = false;
  int status_ = 200;
  std::string cut_off_; // why the rest is not read
  json errors_ = json::array();
};

} // namespace

void serve_import(const api_context& api, const responder_ptr& responder) {
  auto stream = std::make_shared<import_stream>(api, responder);
  post(api.tasks, [stream](caf::event_based_actor*) { stream->read(); });
}

} // namespace warren::program
