#include "app/config.hpp"

#include <gtest/gtest.h>

namespace parley {
namespace {

LoadedConfig loaded(const std::vector<Setting>& settings, unsigned cores = 4) {
  auto result = load_config(settings, cores);
  EXPECT_TRUE(result) << (result ? "" : result.error().detail);
  return result ? *result : LoadedConfig{};
}

std::string mistake(const std::vector<Setting>& settings) {
  auto result = load_config(settings, 4);
  EXPECT_FALSE(result);
  return result ? "" : result.error().detail;
}

std::string toml_mistake(const std::string& text) {
  auto result = read_toml("parley.toml", text);
  EXPECT_FALSE(result);
  return result ? "" : result.error().detail;
}

TEST(Config, DefaultsWorkWithoutAnySource) {
  const auto config = loaded({}).config;
  EXPECT_EQ(config.data, "./data");
  ASSERT_EQ(config.listen.size(), 1U);
  EXPECT_EQ(config.listen[0].url(), "http://127.0.0.1:8080");
  EXPECT_EQ(config.io_threads, 4U);
  EXPECT_EQ(config.owners, 1U);
  EXPECT_EQ(config.limits, Limits{});
}

TEST(Config, OneOwnerIsTheDefaultUntilThereAreManyCores) {
  EXPECT_EQ(loaded({}, 8).config.owners, 1U);
  EXPECT_EQ(loaded({}, 32).config.owners, 4U);
}

TEST(Config, LaterSourcesAreStrongerAndAreNamed) {
  const auto result = loaded({{"data", {"/a"}, "parley.toml:1"}, {"data", {"/b"}, "--data"}});
  EXPECT_EQ(result.config.data, "/b");
  EXPECT_EQ(result.from.at("data"), "--data");
  EXPECT_EQ(result.from.at("listen"), "default");
}

TEST(Config, TomlKeysAndTablesAreRead) {
  auto settings = read_toml("parley.toml",
                            "data = \"/srv/parley\"\nlisten = [\"127.0.0.1:0\", \"[::1]:9\"]\n[limits]\n"
                            "group_members = 1000\n[log]\nformat = \"json\"\n");
  ASSERT_TRUE(settings) << settings.error().detail;
  const auto result = loaded(*settings);
  EXPECT_EQ(result.config.data, "/srv/parley");
  ASSERT_EQ(result.config.listen.size(), 2U);
  EXPECT_EQ(result.config.listen[1].url(), "http://[::1]:9");
  EXPECT_EQ(result.config.limits.group_members, 1000U);
  EXPECT_EQ(result.config.log_format, log::Format::json);
  EXPECT_EQ(result.from.at("limits.group_members"), "parley.toml:4");
}

TEST(Config, UnknownKeyNamesItsLineAndTheNearestKey) {
  EXPECT_EQ(toml_mistake("data = \"x\"\nlistn = [\"127.0.0.1:1\"]\n"),
            "parley.toml:2: there is no setting \"listn\"; did you mean listen?");
  EXPECT_NE(toml_mistake("[limits]\n\nmembers_of_group = 3\n").find("parley.toml:3:"), std::string::npos);
}

TEST(Config, WrongTypeNamesItsLine) {
  EXPECT_EQ(toml_mistake("\nio_threads = \"four\"\n"), "parley.toml:2: io_threads: a whole number is needed");
  EXPECT_EQ(toml_mistake("open_directory = 1\n"), "parley.toml:1: open_directory: true or false is needed");
}

TEST(Config, TextThatIsNotTomlNamesItsLine) {
  EXPECT_TRUE(toml_mistake("data = \"x\"\nlisten = [\n").starts_with("parley.toml:")) << toml_mistake("listen = [\n");
}

TEST(Config, ValueOutOfRangeNamesTheRange) {
  EXPECT_EQ(mistake({{"limits.group_members", {"5000"}, "--limit"}}),
            "--limit: limits.group_members: 5000 is out of range; it has to be a whole number from 2 to 1000 accounts");
  EXPECT_NE(mistake({{"limits.group_members", {"-1"}, "x"}}).find("is no number"), std::string::npos);
  EXPECT_NE(mistake({{"sign_up", {"maybe"}, "x"}}).find("open, invitation, closed"), std::string::npos);
}

TEST(Config, AllMistakesAreToldAtOnce) {
  const auto text = mistake({{"io_threads", {"0"}, "a"}, {"log.level", {"loud"}, "b"}});
  EXPECT_NE(text.find("a: io_threads"), std::string::npos);
  EXPECT_NE(text.find("\nb: log.level"), std::string::npos);
}

TEST(Config, EnvironmentIsReadAndForeignVariablesAreWarnedAbout) {
  std::vector<std::string> warnings;
  const auto settings = read_environment({{"PARLEY_LISTEN", "127.0.0.1:1,127.0.0.1:2"},
                                          {"PARLEY_LIMITS_GROUP_MEMBERS", "7"},
                                          {"PARLEY_LISTN", "x"},
                                          {"PARLEY_BIN", "x"},
                                          {"HOME", "/"}},
                                         warnings);
  const auto result = loaded(settings);
  EXPECT_EQ(result.config.listen.size(), 2U);
  EXPECT_EQ(result.config.limits.group_members, 7U);
  EXPECT_EQ(result.from.at("listen"), "PARLEY_LISTEN");
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_NE(warnings[0].find("PARLEY_LISTN"), std::string::npos);
}

TEST(Config, MinimumPasswordCostIsRefusedWhereStrangersCanConnect) {
  loaded({{"password_cost", {"minimum"}, "x"}});
  EXPECT_NE(mistake({{"password_cost", {"minimum"}, "x"}, {"listen", {"127.0.0.1:1", "0.0.0.0:2"}, "y"}})
                .find("http://0.0.0.0:2"),
            std::string::npos);
}

TEST(Config, OnlyAddressesOfThisMachineAreLoopback) {
  for (const char* host : {"127.0.0.1", "127.1.2.3", "localhost", "::1"}) {
    EXPECT_TRUE((ListenOption{host, 1, false, false, std::nullopt}.is_loopback())) << host;
  }
  for (const char* host : {"0.0.0.0", "::", "127.example.org", "10.0.0.1", "128.0.0.1"}) {
    EXPECT_FALSE((ListenOption{host, 1, false, false, std::nullopt}.is_loopback())) << host;
  }
}

TEST(Config, CertificateTurnsListenersToTls) {
  const auto config = loaded({{"tls.certificate", {"c.pem"}, "x"},
                              {"tls.key", {"k.pem"}, "x"},
                              {"listen", {"0.0.0.0:1", "http://127.0.0.1:2"}, "y"}})
                          .config;
  EXPECT_TRUE(config.listen[0].secure);
  EXPECT_FALSE(config.listen[1].secure);
  EXPECT_NE(mistake({{"tls.certificate", {"c.pem"}, "x"}}).find("x: TLS needs both"), std::string::npos);
  EXPECT_NE(mistake({{"listen", {"https://127.0.0.1:1"}, "y"}}).find("needs tls.certificate"), std::string::npos);
}

TEST(Config, WrongAddressesAreRefused) {
  for (const char* text : {"", "8080", ":8080", "localhost", "localhost:65536", "::1:80", "a b:1", "127.0.0.1:x"}) {
    EXPECT_FALSE(load_config({{"listen", {text}, "x"}}, 1)) << text;
  }
}

TEST(Config, UnencryptedListenerForStrangersIsWarnedAbout) {
  EXPECT_EQ(loaded({{"listen", {"0.0.0.0:1"}, "x"}}).warnings.size(), 1U);
  EXPECT_TRUE(loaded({}).warnings.empty());
}

TEST(Config, PrintedConfigurationReadsBackTheSame) {
  const auto first = loaded({{"data", {"a \"b\" \\c"}, "--data"}, {"limits.typing_ms", {"5000"}, "PARLEY_X"}});
  const std::string text = print_config(first);
  EXPECT_NE(text.find("# --data"), std::string::npos);
  auto settings = read_toml("printed", text);
  ASSERT_TRUE(settings) << settings.error().detail;
  const auto second = loaded(*settings);
  EXPECT_EQ(second.config.data, "a \"b\" \\c");
  EXPECT_EQ(second.config.limits.typing_ms, 5000U);
  EXPECT_EQ(settings->size(), config_keys().size());
}

TEST(Config, FlagsAndVariablesAreNamedAfterTheirKey) {
  const ConfigKey key{"tls.certificate", "", ""};
  EXPECT_EQ(key.flag(), "--tls-certificate");
  EXPECT_EQ(key.environment(), "PARLEY_TLS_CERTIFICATE");
}

TEST(Config, ListenerForProxiesIsShownAsWrittenAndNeedsToKnowThem) {
  const auto config =
      loaded({{"listen", {"http+proxy://127.0.0.1:1"}, "x"}, {"trusted_proxies", {"127.0.0.1", "10.0.0.0/8"}, "x"}});
  EXPECT_TRUE(config.config.listen[0].proxy);
  EXPECT_FALSE(config.config.listen[0].secure);
  EXPECT_NE(print_config(config).find("listen = [\"http+proxy://127.0.0.1:1\"]"), std::string::npos);
  EXPECT_NE(print_config(config).find("trusted_proxies = [\"127.0.0.1\", \"10.0.0.0/8\"]"), std::string::npos);
  EXPECT_NE(mistake({{"listen", {"http+proxy://127.0.0.1:1"}, "x"}}).find("trusted_proxies"), std::string::npos);
  EXPECT_NE(mistake({{"listen", {"ftp+proxy://127.0.0.1:1"}, "x"}}).find("is no address"), std::string::npos);
  EXPECT_NE(mistake({{"trusted_proxies", {"10.1.0.0/8"}, "x"}}).find("write 10.0.0.0/8"), std::string::npos);
}

TEST(Config, MemoryHasToHoldTheCaches) {
  const auto refused = load_config({{"memory_mib", {"300"}, "parley.toml:1"}}, 2);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().text().find("parley.toml:1: memory_mib: 300 MiB is too little"), std::string::npos);
  const auto taken = load_config({{"memory_mib", {"300"}, "a"}, {"cache.store_mib", {"8"}, "a"}}, 2);
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->config.memory_mib, 300U);
}

}  // namespace
}  // namespace parley
