// Channels and events as lines for people and as JSON for scripts.
#pragma once

#include <boost/json/fwd.hpp>
#include <functional>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "chat/names.hpp"
#include "client/types.hpp"

namespace parley::v1 {
class Content;
class Event;
}  // namespace parley::v1

namespace parley::cli {

class Context;
class People;

/// Text of somebody else that is safe on a terminal: no control or direction characters but line feeds and tabs.
std::string safe(std::string_view text);
/// Local time, such as 2026-08-01 12:34.
std::string local_time(std::int64_t unix_ms);
using parley::name_of;

/// What an event that is no message did, such as: added bert.
std::string deed_of(const v1::Event& event, const std::function<std::string(const AccountId&)>& name);
/// What a message says now: its last edit, or what stands in place of it.
std::string text_of(const v1::Event& event);
/// One event in one line (more where a message has line feeds).
std::string line_of(const v1::Event& event, People& people);
boost::json::object json_of(const v1::Event& event, People& people);
boost::json::object json_of(const client::ChannelState& channel, Context& context);

void print(std::string_view line);
void print_json(const boost::json::value& value);
/// For people only: to standard error.
void note(std::string_view line);

}  // namespace parley::cli
