#include <cstdlib>
#include <filesystem>

#include "contract/channel_store_rocksdb.hpp"
#include "contract/channel_store_suite.hpp"
#include "engines/memory/channel_store.hpp"

namespace parley::test {
namespace {

class MemoryUnderTest final : public StoreUnderTest {
 public:
  ChannelStore& store() override { return *store_; }
  std::unique_ptr<ChannelStoreScan> scan() override { return store_->scan(); }
  void restart() override { store_ = std::make_unique<MemoryChannelStore>(disk_); }

 private:
  std::shared_ptr<MemoryDisk> disk_ = std::make_shared<MemoryDisk>(Incarnation(IdBytes{1}));
  std::unique_ptr<MemoryChannelStore> store_ = std::make_unique<MemoryChannelStore>(disk_);
};

class RocksUnderTest final : public StoreUnderTest {
 public:
  RocksUnderTest() { restart(); }
  ChannelStore& store() override { return *store_; }
  std::unique_ptr<ChannelStoreScan> scan() override { return store_->scan().value(); }
  void restart() override {
    store_.reset();
    store_ = open_rocks(small_rocks_options(directory_.path()));
  }

 private:
  TemporaryDirectory directory_;
  std::unique_ptr<RocksChannelStore> store_;
};

}  // namespace

std::vector<StoreEngine> store_engines() {
  return {{"Memory", [] { return std::make_unique<MemoryUnderTest>(); }},
          {"RocksDb", [] { return std::make_unique<RocksUnderTest>(); }}};
}

TemporaryDirectory::TemporaryDirectory() {
  std::string name = (std::filesystem::temp_directory_path() / "parley-store-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary directory");
  path_ = name;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

RocksOptions small_rocks_options(const std::string& path) {
  RocksOptions options;
  options.path = path;
  options.cache_bytes = 8 << 20;
  options.write_buffer_bytes = 8 << 20;
  options.reserve_bytes = 0;
  options.retry_full_every = std::chrono::milliseconds(0);
  return options;
}

std::unique_ptr<RocksChannelStore> open_rocks(RocksOptions options) {
  auto store = RocksChannelStore::open(std::move(options));
  if (!store) throw std::runtime_error(store.error().text());
  return std::move(*store);
}

}  // namespace parley::test
