// Parts of an event that frames and records share; for wire's own files.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "chat/event.hpp"
#include "wire/frames.hpp"

namespace parley::wire {

/// `out` must be cleared.
void from_header(const Event& event, v1::EventHeader& out);
/// v1.Content in protobuf, as the generated class would write it.
std::string encode_content(const Content& content);

}  // namespace parley::wire
