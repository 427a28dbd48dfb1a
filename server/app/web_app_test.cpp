#include "app/web_app.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

namespace parley {
namespace {

const std::string kPack = "parley-web 1\n/index.html 6 0 0\n/assets/a.js 3 2 1\n\n<html>abcGZB";

TEST(WebPack, FilesAndTheirFormsComeOutAsTheyWentIn) {
  const auto files = read_web_pack(kPack);
  ASSERT_TRUE(files);
  const WebFile* page = files->find("/index.html");
  ASSERT_NE(page, nullptr);
  EXPECT_EQ(*page->plain, "<html>");
  EXPECT_EQ(page->gzip, nullptr);
  const WebFile* script = files->find("/assets/a.js");
  ASSERT_NE(script, nullptr);
  EXPECT_EQ(*script->plain, "abc");
  EXPECT_EQ(*script->gzip, "GZ");
  EXPECT_EQ(*script->brotli, "B");
}

TEST(WebPack, NothingIsAPackWithoutFiles) {
  const auto files = read_web_pack("");
  ASSERT_TRUE(files);
  EXPECT_TRUE(files->empty());
}

TEST(WebPack, WhatIsNoPackIsRefused) {
  for (std::size_t size = 1; size < kPack.size(); ++size) EXPECT_FALSE(read_web_pack(kPack.substr(0, size))) << size;
  for (const char* wrong : {"parley-web 2\n\n", "parley-web 1\n/a 1 0\n\nx", "parley-web 1\na 1 0 0\n\nx",
                            "parley-web 1\n/a -1 0 0\n\n", "parley-web 1\n/a 1 0 0 \n\nx", "parley-web 1\n\nx"}) {
    EXPECT_FALSE(read_web_pack(wrong)) << wrong;
  }
}

class WebFolder : public ::testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/parley-web-XXXXXX";
    ASSERT_NE(mkdtemp(name), nullptr);
    path = name;
    std::filesystem::create_directories(path / "assets");
  }
  void TearDown() override { std::filesystem::remove_all(path); }
  void write(const std::string& name, std::string_view text) const { std::ofstream(path / name) << text; }
  std::filesystem::path path;
};

TEST_F(WebFolder, FilesOfAFolderAreGivenWithTheirPressedForms) {
  write("index.html", "<html>");
  write("assets/a.js", "abc");
  write("assets/a.js.br", "B");
  write("alone.gz", "G");
  Config config;
  config.web_dir = path;
  const auto files = web_files(config, kPack);
  ASSERT_TRUE(files);
  ASSERT_NE(files->find("/assets/a.js"), nullptr);
  EXPECT_EQ(*files->find("/assets/a.js")->brotli, "B");
  EXPECT_EQ(files->find("/assets/a.js")->gzip, nullptr);
  EXPECT_EQ(files->find("/assets/a.js.br"), nullptr);
  EXPECT_NE(files->find("/alone.gz"), nullptr);
}

TEST_F(WebFolder, FolderWithoutAnIndexIsRefusedByName) {
  Config config;
  config.web_dir = path;
  const auto files = web_files(config, kPack);
  ASSERT_FALSE(files);
  EXPECT_NE(files.error().text().find(path.string()), std::string::npos);
}

TEST_F(WebFolder, SwitchedOffThereIsNoApp) {
  Config config;
  config.web = false;
  config.web_dir = path;
  const auto files = web_files(config, kPack);
  ASSERT_TRUE(files);
  EXPECT_TRUE(files->empty());
}

}  // namespace
}  // namespace parley
