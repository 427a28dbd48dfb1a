#include "sim/steps.hpp"

#include <charconv>
#include <numeric>

namespace parley::sim {
namespace {

constexpr std::size_t kMost = 1'000'000;

std::optional<std::size_t> number(std::string_view text) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value > kMost) return std::nullopt;
  return value;
}

}  // namespace

std::string to_text(const Steps& steps) {
  std::string text;
  for (std::size_t i = 0; i < steps.size();) {
    std::size_t last = i;
    while (last + 1 < steps.size() && steps[last + 1] == steps[last] + 1) ++last;
    if (!text.empty()) text += ',';
    text += std::to_string(steps[i]);
    if (last > i) text += '-' + std::to_string(steps[last]);
    i = last + 1;
  }
  return text;
}

std::optional<Steps> parse_steps(std::string_view text) {
  Steps steps;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    const std::string_view part = text.substr(0, comma);
    text.remove_prefix(std::min(comma + 1, text.size()));
    const std::size_t dash = part.find('-');
    const auto from = number(part.substr(0, dash));
    const auto to = dash == std::string_view::npos ? from : number(part.substr(dash + 1));
    if (!from || !to || *from > *to || (!steps.empty() && *from <= steps.back())) return std::nullopt;
    for (std::size_t step = *from; step <= *to; ++step) steps.push_back(step);
  }
  return steps;
}

Steps first_steps(std::size_t count) {
  Steps steps(count);
  std::iota(steps.begin(), steps.end(), std::size_t{0});
  return steps;
}

}  // namespace parley::sim
