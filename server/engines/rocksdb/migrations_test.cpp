#include "engines/rocksdb/migrations.hpp"

#include <gtest/gtest.h>
#include <rocksdb/db.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <vector>

#include "engines/rocksdb/keys.hpp"

namespace parley::rocks {
namespace {

/// A store of format 1 with ten records that two made-up steps rewrite, three a part.
class Migrated : public testing::Test {
 protected:
  Migrated() {
    std::string name = (std::filesystem::temp_directory_path() / "parley-migrate-XXXXXX").string();
    path_ = mkdtemp(name.data());
    open();
    put("mformat", encode_u64(1));
    for (char c = '0'; c <= '9'; ++c) put(std::string("x") + c, "1");
  }
  ~Migrated() override {
    db_.reset();
    std::filesystem::remove_all(path_);
  }
  void open() {
    db_.reset();
    rocksdb::Options options;
    options.create_if_missing = true;
    rocksdb::DB* raw = nullptr;
    ASSERT_TRUE(rocksdb::DB::Open(options, path_, &raw).ok());
    db_.reset(raw);
  }
  void put(const std::string& key, const std::string& value) { ASSERT_TRUE(db_->Put({}, key, value).ok()); }
  std::string get(const std::string& key) {
    std::string value;
    return db_->Get({}, key, &value).ok() ? value : "none";
  }
  std::string values() {
    std::string all;
    for (char c = '0'; c <= '9'; ++c) all += get(std::string("x") + c) + " ";
    return all;
  }
  /// Appends `mark` to every record; fails like a killed process when `parts_left` have been done.
  Step append(std::uint64_t makes, const std::string& mark) {
    return {makes, "marks",
            [this, mark](const MigratedStore& store, std::string& cursor, rocksdb::WriteBatch& changes) {
              if (parts_left_-- == 0) return Result<bool>(fail(ErrorCode::store_unavailable, "killed"));
              std::unique_ptr<rocksdb::Iterator> it(store.db.NewIterator({}, store.state));
              int taken = 0;
              for (it->Seek(cursor.empty() ? "x" : cursor + '\0'); it->Valid() && taken < 3; it->Next(), ++taken) {
                changes.Put(store.state, it->key(), it->value().ToString() + mark);
                cursor = it->key().ToString();
              }
              return Result<bool>(it->Valid());
            }};
  }
  Result<void> migrate() {
    auto* family = db_->DefaultColumnFamily();
    return rocks::migrate({*db_, family, family, family}, *decode_u64(get("mformat")), steps_, {});
  }

  std::string path_;
  std::unique_ptr<rocksdb::DB> db_;
  int parts_left_ = 1000;
  std::vector<Step> steps_ = {append(2, "2"), append(3, "3")};
};

TEST_F(Migrated, AnOlderStoreTakesEveryStepOnceAndSaysWhen) {
  ASSERT_TRUE(migrate());
  EXPECT_EQ(values(), "123 123 123 123 123 123 123 123 123 123 ");
  EXPECT_EQ(get("mformat"), encode_u64(3));
  EXPECT_NE(get("mupgraded" + encode_u64(2)), "none");
  EXPECT_EQ(get(std::string(kMetaUpgrading)), "none");
}

TEST_F(Migrated, AnUpgradeThatIsKilledAnywhereGoesOnWhereItWas) {
  for (int kills = 0; decode_u64(get("mformat")) != 3; ++kills) {
    ASSERT_LT(kills, 20);
    parts_left_ = 1;
    (void)migrate();
    open();
  }
  EXPECT_EQ(values(), "123 123 123 123 123 123 123 123 123 123 ");
}

TEST_F(Migrated, AFormatThatNeverWasIsDamage) {
  put("mformat", encode_u64(0));
  const auto done = migrate();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::damaged);
}

TEST(ChannelStoreFormat, IsOneAndTheStepsThatLeadToIt) {
  EXPECT_EQ(kFormat, 1 + steps().size());
  for (std::size_t i = 0; i < steps().size(); ++i) EXPECT_EQ(steps()[i].makes, i + 2);
}

}  // namespace
}  // namespace parley::rocks
