// What a command needs of this computer: time, randomness, the terminal.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "base/id.hpp"
#include "base/time.hpp"
#include "parley/failure.hpp"

namespace parley::cli {

/// Wall-clock time that never goes back while the program runs.
Time now();
/// From the kernel; nobody can predict it.
void fill_random(std::span<std::uint8_t> out);
std::string random_bytes(std::size_t count);
template <class I>
I random_id() {
  IdBytes bytes{};
  std::array<std::uint8_t, 10> random{};
  fill_random(random);
  bytes = make_uuid_v7(to_unix_ms(now()), random);
  return I(bytes);
}

/// $PARLEY_PASSWORD; or the first line of standard input with `from_stdin`; or asked for at the terminal without echo,
/// twice with `confirm`. Failure `usage` where there is no way to ask.
Outcome<std::string> ask_password(const std::string& prompt, bool from_stdin, bool confirm);
/// $HOST-like name for the list of devices.
std::string device_name();
bool stdout_is_terminal();
std::string environment(const char* name);

}  // namespace parley::cli
