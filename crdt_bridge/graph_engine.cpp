#include "crdt_bridge/graph_engine.hpp"

#include "crdt_bridge/errc.hpp"
#include "crdt_bridge/ham.hpp"
#include "crdt_bridge/js_number.hpp"
#include "crdt_bridge/js_text.hpp"
#include "crdt_bridge/node_json.hpp"

namespace warren::crdt {

namespace {

void append_member(std::string& object, std::string_view name, std::string_view value) {
  object += object.empty() ? "{" : ",";
  append_js_string(object, name);
  object += ':';
  object += value;
}

// A soul may hold any octet, so its length goes first.
std::string overlay_key(const field_write& write) {
  auto key = std::to_string(write.soul.size());
  key.append(":").append(write.soul).append(write.field);
  return key;
}

template <class Fields>
graph_engine::node_text text_of(const std::string& soul, const Fields& fields, bool with_nulls) {
  graph_engine::node_text text{soul, {}, {}};
  for (const auto& [name, cell] : fields) {
    if (!with_nulls && cell.value == "null")
      continue;
    append_member(text.fields_json, name, cell.value);
    append_member(text.states_json, name, js_number_text(cell.state));
  }
  text.fields_json += text.fields_json.empty() ? "{}" : "}";
  text.states_json += text.states_json.empty() ? "{}" : "}";
  return text;
}

} // namespace

graph_engine::graph_engine(const graph_limits& limits)
    : limits_{limits}, deferred_{limits.max_deferred, limits.max_deferred_octets} {
  // nop
}

result<std::vector<item>> graph_engine::write(
    std::string_view soul, std::string_view fields_json, wall_time now) {
  if (auto why = check_soul(soul, limits_))
    return why;
  auto fields = parse_fields(fields_json, limits_);
  if (!fields)
    return fields.error();
  auto state = clock_.tick(now);
  std::vector<item> items;
  items.reserve(fields->size());
  for (const auto& [field, value] : *fields)
    items.push_back(make_item({soul, field, state, value}));
  return items;
}

std::optional<graph_engine::node_text> graph_engine::node(std::string_view soul) const {
  auto found = nodes_.find(soul);
  if (found == nodes_.end())
    return std::nullopt;
  auto text = text_of(found->first, found->second, false);
  if (text.fields_json == "{}")
    return std::nullopt;
  return text;
}

graph_engine::node_range graph_engine::nodes(
    std::string_view after, std::size_t limit, std::size_t octets) const {
  node_range range;
  auto next = nodes_.upper_bound(after);
  std::size_t size = 0;
  for (; next != nodes_.end() && range.nodes.size() < limit && size < octets; ++next) {
    range.nodes.push_back(text_of(next->first, next->second, true));
    size += range.nodes.back().fields_json.size() + range.nodes.back().states_json.size();
  }
  range.last = next == nodes_.end();
  return range;
}

staged_batch graph_engine::stage(std::span<const item> batch, wall_time now) {
  staged_batch staged;
  staged.verdicts.reserve(batch.size());
  overlay winners;
  for (const auto& candidate : batch)
    staged.verdicts.push_back(decide(candidate, now, staged, winners));
  return staged;
}

verdict graph_engine::decide(const item& candidate, wall_time now, staged_batch& staged, overlay& winners) {
  if (contains(candidate.key.id))
    return verdict::known;
  auto write = decode_field(candidate.payload);
  if (!write)
    return verdict::superseded; // never: the batch passed check()
  if (auto clock = clock_.now(now); write->state > clock)
    return defer(candidate, write->state, clock);
  auto current = find(write->soul, write->field);
  auto [before, is_first] = winners.try_emplace(overlay_key(*write), winner{});
  if (is_first) {
    if (current && !wins({write->state, write->value}, {current->state, current->value})) {
      winners.erase(before);
      return verdict::superseded;
    }
    before->second = {staged.changes.added.size(), staged.verdicts.size()};
    staged.changes.added.push_back(candidate);
    if (current)
      staged.changes.removed.push_back({timestamp_of(current->state), current->id});
    return verdict::added;
  }
  // An earlier item of the same batch holds the field.
  auto& held = staged.changes.added[before->second.added];
  if (held.key.id == candidate.key.id)
    return verdict::known;
  auto other = decode_field(held.payload);
  if (!other || !wins({write->state, write->value}, {other->state, other->value}))
    return verdict::superseded;
  staged.verdicts[before->second.verdict] = verdict::superseded;
  before->second.verdict = staged.verdicts.size();
  held = candidate;
  return verdict::added;
}

verdict graph_engine::defer(const item& candidate, double state, double now) {
  if (deferred_.contains(candidate.key.id))
    return verdict::deferred;
  if (state - now > static_cast<double>(limits_.max_ahead.count()))
    return verdict::far_future;
  return deferred_.add(state, candidate) ? verdict::deferred : verdict::deferral_full;
}

void graph_engine::commit(const change_set& changes) {
  for (const auto& key : changes.removed) {
    by_id_.erase(key.id);
    by_key_.erase(key);
    digest_.remove(key.id);
  }
  for (const auto& added : changes.added)
    insert(added);
}

void graph_engine::insert(const item& added) {
  auto write = decode_field(added.payload);
  if (!write)
    return; // never: it was staged
  auto node = nodes_.find(write->soul);
  if (node == nodes_.end())
    node = nodes_.emplace(write->soul, field_map{}).first;
  auto field = node->second.find(write->field);
  if (field == node->second.end())
    field = node->second.emplace(write->field, cell{}).first;
  field->second = {write->state, std::string{write->value}, added.key.id};
  by_id_.emplace(added.key.id, place{node, field});
  by_key_.emplace(added.key, place{node, field});
  digest_.add(added.key.id);
  clock_.observe(write->state);
}

std::error_code graph_engine::restore(const item& stored) {
  if (auto why = check(stored))
    return why;
  auto write = decode_field(stored.payload);
  // Two items of one field cannot come from this engine.
  if (!write || find(write->soul, write->field))
    return errc::corrupt;
  insert(stored);
  return {};
}

const graph_engine::cell* graph_engine::find(std::string_view soul, std::string_view field) const {
  auto node = nodes_.find(soul);
  if (node == nodes_.end())
    return nullptr;
  auto found = node->second.find(field);
  return found == node->second.end() ? nullptr : &found->second;
}

std::optional<item> graph_engine::get(const item_id& id) const {
  auto found = by_id_.find(id);
  if (found == by_id_.end())
    return std::nullopt;
  const auto& [node, field] = found->second;
  const auto& held = field->second;
  return item{
      {timestamp_of(held.state), id}, encode_field({node->first, field->first, held.state, held.value})};
}

bool graph_engine::wants(const item_key& key, wall_time now) const {
  auto horizon = timestamp_of(clock_.now(now) + static_cast<double>(limits_.max_ahead.count()));
  return key.timestamp <= horizon && !contains(key.id) && !deferred_.contains(key.id);
}

std::vector<item_key> graph_engine::list(const std::optional<item_key>& after, std::size_t limit) const {
  std::vector<item_key> keys;
  for (auto next = after ? by_key_.upper_bound(*after) : by_key_.begin();
       next != by_key_.end() && keys.size() < limit; ++next)
    keys.push_back(next->first);
  return keys;
}

} // namespace warren::crdt
