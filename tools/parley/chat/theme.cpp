#include "parley/chat/theme.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

namespace parley::cli::chat {
namespace {

enum : unsigned { kBold = 1, kFaint = 2, kItalic = 4, kUnderline = 8, kReverse = 16 };

/// A colour on dark and on light ground, the nearest of the sixteen (-1: the terminal's own), and what marks the role
/// with colours and without.
struct Look {
  std::uint32_t dark;
  std::uint32_t light;
  int basic;
  unsigned marks;
  unsigned bare;
};

constexpr std::array<Look, kRoles> kLooks = {{
    /* plain    */ {0, 0, -1, 0, 0},
    /* faint    */ {0x8A8F98, 0x6B7078, 8, 0, kFaint},
    /* bar      */ {0, 0, -1, kBold, kBold},
    /* trouble  */ {0xF0883E, 0xB34700, 3, kBold, kBold},
    /* chosen   */ {0, 0, -1, kBold, kReverse},
    /* unread   */ {0, 0, -1, kBold, kBold},
    /* badge    */ {0x3FB950, 0x1A7F37, 2, kBold, kBold},
    /* mention  */ {0xE3B341, 0x9A6700, 3, kBold, kBold | kUnderline},
    /* own      */ {0x3FB950, 0x1A7F37, 2, kBold, kBold},
    /* author_1 */ {0x79C0FF, 0x0550AE, 4, kBold, kBold},
    /* author_2 */ {0xD2A8FF, 0x8250DF, 5, kBold, kBold},
    /* author_3 */ {0x56D4DD, 0x0A6F7A, 6, kBold, kBold},
    /* author_4 */ {0xFFA657, 0x953800, 3, kBold, kBold},
    /* author_5 */ {0xFF9BCE, 0xBF3989, 13, kBold, kBold},
    /* author_6 */ {0xA5D6A7, 0x4D6B1F, 10, kBold, kBold},
    /* quote    */ {0x9AA4B2, 0x57606A, 8, kItalic, kFaint},
    /* link     */ {0x79C0FF, 0x0550AE, 4, kUnderline, kUnderline},
    /* deed     */ {0x8A8F98, 0x6B7078, 8, kItalic, kFaint},
    /* fresh    */ {0xFF7B72, 0xCF222E, 1, kBold, kBold},
    /* read     */ {0x58A6FF, 0x0969DA, 4, kBold, kBold},
    /* online   */ {0x3FB950, 0x1A7F37, 2, 0, 0},
    /* selected */ {0xE3B341, 0x9A6700, 3, kBold, kBold},
    /* found    */ {0xE3B341, 0x9A6700, 3, kBold | kUnderline, kReverse},
    /* prompt   */ {0x58A6FF, 0x0969DA, 4, kBold, kBold},
}};

constexpr std::uint32_t kChosenDark = 0x2A3440;
constexpr std::uint32_t kChosenLight = 0xDDE6F0;

/// The nearest of the 6×6×6 cube and the 24 greys.
int among_many(std::uint32_t rgb) {
  constexpr std::array<int, 6> kSteps = {0, 95, 135, 175, 215, 255};
  const std::array<int, 3> parts = {static_cast<int>(rgb >> 16), static_cast<int>(rgb >> 8 & 255),
                                    static_cast<int>(rgb & 255)};
  std::array<int, 3> cube{};
  int cube_distance = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    const auto nearest = std::min_element(
        kSteps.begin(), kSteps.end(), [&](int a, int b) { return std::abs(a - parts[i]) < std::abs(b - parts[i]); });
    cube[i] = static_cast<int>(nearest - kSteps.begin());
    cube_distance += (*nearest - parts[i]) * (*nearest - parts[i]);
  }
  const int grey = std::clamp(((parts[0] + parts[1] + parts[2]) / 3 - 8 + 5) / 10, 0, 23);
  int grey_distance = 0;
  for (const int part : parts) grey_distance += (8 + 10 * grey - part) * (8 + 10 * grey - part);
  return grey_distance < cube_distance ? 232 + grey : 16 + 36 * cube[0] + 6 * cube[1] + cube[2];
}

std::string colour(int ground, std::uint32_t rgb, Colours colours) {
  if (colours == Colours::all) return fmt::format(";{};2;{};{};{}", ground, rgb >> 16, rgb >> 8 & 255, rgb & 255);
  return fmt::format(";{};5;{}", ground, among_many(rgb));
}

std::string marks_of(unsigned marks) {
  std::string out;
  if ((marks & kBold) != 0) out += ";1";
  if ((marks & kFaint) != 0) out += ";2";
  if ((marks & kItalic) != 0) out += ";3";
  if ((marks & kUnderline) != 0) out += ";4";
  if ((marks & kReverse) != 0) out += ";7";
  return out;
}

std::string make(const Look& look, bool on_chosen, Colours colours, Ground ground) {
  if (colours == Colours::none) {
    return "\x1b[0" + marks_of(on_chosen ? (look.bare & ~unsigned{kFaint}) | kReverse : look.bare) + "m";
  }
  std::string out = "\x1b[0" + marks_of(look.marks);
  if (colours == Colours::sixteen) {
    if (on_chosen) return out + ";7m";
    if (look.basic >= 0) out += fmt::format(";{}", look.basic < 8 ? 30 + look.basic : 82 + look.basic);
    return out + "m";
  }
  const bool dark = ground == Ground::dark;
  if (look.basic >= 0) out += colour(38, dark ? look.dark : look.light, colours);
  if (on_chosen) out += colour(48, dark ? kChosenDark : kChosenLight, colours);
  return out + "m";
}

}  // namespace

Theme::Theme(Colours colours, Ground ground) : colours_(colours) {
  for (std::size_t i = 0; i < kRoles; ++i) {
    sequences_[i] = {make(kLooks[i], false, colours, ground), make(kLooks[i], true, colours, ground)};
  }
}

const std::string& Theme::sequence(Role role, bool on_chosen) const {
  return sequences_[static_cast<std::size_t>(role)][on_chosen ? 1 : 0];
}

Colours colours_of(int known_colours, std::string_view colorterm, std::string_view term, bool no_color) {
  if (no_color || known_colours < 8) return Colours::none;
  if (colorterm == "truecolor" || colorterm == "24bit" || term.ends_with("-direct")) return Colours::all;
  return known_colours >= 256 ? Colours::many : Colours::sixteen;
}

Ground ground_of(std::string_view colorfgbg, Ground fallback) {
  const auto at = colorfgbg.rfind(';');
  if (at == std::string_view::npos) return fallback;
  const std::string_view ground = colorfgbg.substr(at + 1);
  if (ground == "7" || ground == "15") return Ground::light;
  return ground.empty() || ground == "default" ? fallback : Ground::dark;
}

Ground ground_of_answer(std::string_view answer, Ground fallback) {
  if (!answer.starts_with("rgb:")) return fallback;
  answer.remove_prefix(4);
  std::array<int, 3> parts{};
  for (int& part : parts) {
    const auto end = std::min(answer.find('/'), answer.size());
    const std::string digits(answer.substr(0, std::min<std::size_t>(end, 2)));
    if (digits.size() != 2 || digits.find_first_not_of("0123456789abcdefABCDEF") != std::string::npos) return fallback;
    part = static_cast<int>(std::strtol(digits.c_str(), nullptr, 16));
    answer.remove_prefix(std::min(end + 1, answer.size()));
  }
  const int brightness = 299 * parts[0] + 587 * parts[1] + 114 * parts[2];
  return brightness > 127'500 ? Ground::light : Ground::dark;
}

}  // namespace parley::cli::chat
