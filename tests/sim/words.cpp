#include "sim/words.hpp"

#include <charconv>

namespace parley::sim {
namespace {
/// Long enough that no id, key or digest of random bytes holds a word by chance.
constexpr std::string_view kOpen = "{word ";
constexpr char kClose = '}';
}  // namespace

std::string Words::next() {
  words_.emplace_back();
  return std::string(kOpen) + std::to_string(words_.size() - 1) + kClose;
}

void Words::sent(std::string_view command, const ChannelId& channel, const AccountId& account, const SendId& send_id) {
  each(command, [&](std::size_t number) {
    if (number < words_.size()) words_[number] = {channel, account, send_id};
  });
}

void Words::each(std::string_view bytes, const std::function<void(std::size_t)>& found) {
  for (std::size_t at = bytes.find(kOpen); at != std::string_view::npos; at = bytes.find(kOpen, at + 1)) {
    std::size_t number = 0;
    const char* begin = bytes.data() + at + kOpen.size();
    const auto [end, error] = std::from_chars(begin, bytes.data() + bytes.size(), number);
    if (error == std::errc{} && end != bytes.data() + bytes.size() && *end == kClose) found(number);
  }
}

}  // namespace parley::sim
