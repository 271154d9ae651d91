#include "crdt_bridge/errc.hpp"

#include <string>

namespace warren::crdt {

namespace {

const char* text_of(errc why) {
  switch (why) {
    case errc::invalid_json:
      return "the text is not valid JSON in UTF-8; check quotes, commas and number formats";
    case errc::not_an_object:
      return "fields must be given as one JSON object, e.g. {\"name\": \"Alice\"}";
    case errc::no_fields:
      return "the object has no fields; give at least one";
    case errc::too_many_fields:
      return "too many fields in one write; split it";
    case errc::text_too_large:
      return "the write is too large; split it";
    case errc::invalid_soul:
      return "a soul must be non-empty UTF-8 of at most 1024 octets";
    case errc::invalid_field:
      return "a field's name must be non-empty UTF-8 of at most 1024 octets and not \"_\"";
    case errc::invalid_value:
      return "a value must be null, true, false, a finite number, a string or a link {\"#\": soul}; "
             "put nested objects into nodes of their own";
    case errc::value_too_large:
      return "the value is too large; split it over several nodes";
    case errc::invalid_state:
      return "a state must be a finite number of milliseconds";
    case errc::malformed_item:
      return "the item's payload does not follow the layout of its engine";
    case errc::wrong_id:
      return "the item's id or timestamp does not follow from its content";
    case errc::locked:
      return "another process has this database open; stop it or use another directory";
    case errc::io_failed:
      return "the database cannot be read or written; check the directory, its rights and the disk";
    case errc::disk_full:
      return "the disk is full; make room and write again";
    case errc::corrupt:
      return "the file is damaged or not a database of ours; move it away or restore a copy";
    case errc::newer_version:
      return "the file was written by a newer version; update this program";
    case errc::other_database:
      return "the directory holds another database; use one directory per database";
  }
  return "unknown error";
}

class crdt_category final : public std::error_category {
public:
  const char* name() const noexcept override { return "crdt"; }
  std::string message(int value) const override { return text_of(static_cast<errc>(value)); }
};

} // namespace

const std::error_category& category() noexcept {
  static const crdt_category instance;
  return instance;
}

} // namespace warren::crdt
