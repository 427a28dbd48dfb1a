#include "gateway/outbox.hpp"

#include <gtest/gtest.h>

#include <array>
#include <random>

namespace parley {
namespace {

std::string front(const Outbox& outbox) {
  std::array<iovec, 64> pieces;
  std::string text;
  const std::size_t count = outbox.gather(pieces);
  for (std::size_t i = 0; i < count; ++i) text.append(static_cast<char*>(pieces[i].iov_base), pieces[i].iov_len);
  return text;
}

TEST(Outbox, SmallPiecesShareOneElementAndLargeOnesAreNotCopied) {
  Outbox outbox;
  const auto large = std::make_shared<const std::string>(5000, 'L');
  outbox.append("a");
  outbox.append("b");
  outbox.append_shared(large);
  outbox.append("c");
  std::array<iovec, 64> pieces;
  ASSERT_EQ(outbox.gather(pieces), 3U);
  EXPECT_EQ(pieces[1].iov_base, large->data());
  EXPECT_EQ(outbox.size(), 5003U);
  outbox.consume(5003);
  EXPECT_TRUE(outbox.empty());
  EXPECT_EQ(large.use_count(), 1);
}

TEST(Outbox, BytesLeaveInOrderHoweverTheyAreTaken) {
  std::mt19937 random(7);
  Outbox outbox;
  std::string expected;
  std::string seen;
  for (int i = 0; i < 20000; ++i) {
    const std::string piece(random() % (i % 97 == 0 ? 40000 : 60), static_cast<char>('a' + i % 26));
    expected += piece;
    switch (random() % 3) {
      case 0:
        outbox.append(piece);
        break;
      case 1:
        outbox.append_owned(piece);
        break;
      default:
        outbox.append_shared(std::make_shared<const std::string>(piece));
    }
    if (random() % 4 == 0) {
      const std::string text = front(outbox);
      const std::size_t take = text.empty() ? 0 : random() % (text.size() + 1);
      seen += text.substr(0, take);
      outbox.consume(take);
    }
  }
  while (!outbox.empty()) {
    const std::string text = front(outbox);
    seen += text;
    outbox.consume(text.size());
  }
  EXPECT_EQ(seen, expected);
}

}  // namespace
}  // namespace parley
