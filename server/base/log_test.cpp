#include "base/log.hpp"

#include <gtest/gtest.h>

namespace parley::log {
namespace {

TEST(Log, TextHasEventAndFields) {
  EXPECT_EQ(format_event(Format::text, "started", {{"port", 8080}, {"tls", false}, {"dir", "./data"}, {"load", 0.5}}),
            "started port=8080 tls=false dir=./data load=0.5");
  EXPECT_EQ(format_event(Format::text, "x", {{"why", std::string("no room")}, {"empty", ""}}),
            "x why=\"no room\" empty=\"\"");
}

TEST(Log, JsonKeepsTypes) {
  EXPECT_EQ(format_event(Format::json, "started", {{"port", 8080U}, {"delta", -1}, {"tls", true}, {"dir", "./data"}}),
            R"("event":"started","port":8080,"delta":-1,"tls":true,"dir":"./data")");
}

TEST(Log, WritesIdsAsUuids) {
  EXPECT_EQ(format_event(Format::text, "x", {{"account", AccountId()}}),
            "x account=00000000-0000-0000-0000-000000000000");
}

TEST(Log, OneEventIsAlwaysOneLine) {
  const std::string_view hostile = "a\nb\r\x1b[31m\"\\";
  EXPECT_EQ(format_event(Format::text, "x", {{"k", hostile}}), R"(x k="a\nb\u000d\u001b[31m\"\\")");
  EXPECT_EQ(format_event(Format::json, "x", {{"k", hostile}}), R"("event":"x","k":"a\nb\u000d\u001b[31m\"\\")");
}

TEST(Log, JsonStaysValidWhenBytesAreNotUtf8) {
  EXPECT_EQ(format_event(Format::json, "x", {{"k", "a\xFF"}}), R"("event":"x","k":"a\ufffd")");
  EXPECT_EQ(format_event(Format::text, "x", {{"k", "a\xFF"}}), R"(x k="a\xff")");
}

TEST(Log, LevelDecidesWhatIsWritten) {
  testing::internal::CaptureStderr();
  set_level(Level::warning);
  info("quiet");
  warning("loud", {{"n", 1}});
  set_level(Level::off);
  error("silent");
  set_level(Level::info);
  const std::string out = testing::internal::GetCapturedStderr();
  EXPECT_EQ(out.find("quiet"), std::string::npos);
  EXPECT_EQ(out.find("silent"), std::string::npos);
  EXPECT_NE(out.find("Z warning loud n=1\n"), std::string::npos) << out;
}

TEST(Log, NamesOfLevelsAndFormatsParse) {
  EXPECT_EQ(parse_level("error"), Level::error);
  EXPECT_EQ(parse_level("verbose"), std::nullopt);
  EXPECT_EQ(parse_format("json"), Format::json);
  EXPECT_EQ(parse_format("xml"), std::nullopt);
}

}  // namespace
}  // namespace parley::log
