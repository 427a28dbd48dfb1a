// Somebody was taken into a channel by a command that knew them as they were before they hid when they read, or deleted
// their account; and the job of that had looked before which channels they are in. It never reached this one.
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/cluster.hpp"
#include "sim/people_check.hpp"
#include "sim/raw_device.hpp"
#include "sim/stored_log.hpp"
#include "sim/world.hpp"

namespace parley::sim {
namespace {

struct TakenInAsTheyWere : testing::Test {
  TakenInAsTheyWere() { anna.hello(); }

  /// The command waits in the queue while `meanwhile` is done and its job looks for channels.
  template <class Meanwhile>
  void take_in(Meanwhile meanwhile) {
    cluster.pause(0, std::chrono::seconds(10), false, std::nullopt);
    v1::ClientFrame frame;
    auto& command = *frame.mutable_command();
    command.set_channel_id(new_id());
    command.set_send_id(new_id());
    command.mutable_create_channel()->set_kind(v1::CHANNEL_KIND_GROUP);
    command.mutable_create_channel()->set_title("climbing");
    command.mutable_create_channel()->add_members(std::string(bert.view()));
    anna.send(frame);
    world.run_for(std::chrono::seconds(1));
    meanwhile([](const Result<void>& done) { ASSERT_TRUE(done); });
    world.run_for(std::chrono::minutes(2));
    ASSERT_EQ(anna.count([](const v1::ServerFrame& answer) { return answer.outcome().seq() == 1; }), 1U);
  }

  std::string new_id() {
    std::array<std::uint8_t, 10> random{};
    world.fill(random);
    return std::string(SendId(make_uuid_v7(to_unix_ms(world.now()), random)).view());
  }

  /// What the simulator's check says.
  std::vector<std::string> broken() {
    std::vector<std::string> all;
    SeenPeople seen;
    cluster.accounts().people().people(cluster.outside(), bert, {bert}, [&](const Result<std::vector<Person>>& people) {
      for (const auto& person : *people) seen[bert][bert] = person;
    });
    world.run_for(std::chrono::seconds(1));
    check_people(read_store(*cluster.scan(), {}, all), seen, {{bert, false}}, all);
    return all;
  }

  World world{5};
  Cluster cluster{world, false};
  AccountId bert = cluster.sign_up("bert");
  RawDevice anna{world, cluster, cluster.sign_up("anna")};
};

TEST_F(TakenInAsTheyWere, WhoHidesMeanwhileHidesThereToo) {
  take_in([this](auto done) {
    cluster.accounts().people().set_privacy(cluster.outside(), bert, {.read_receipts = false}, world.now(), done);
  });
  EXPECT_EQ(broken(), std::vector<std::string>());
}

TEST_F(TakenInAsTheyWere, WhoIsDeletedMeanwhileIsNoMemberThere) {
  take_in([this](auto done) {
    cluster.accounts().sign_ins().delete_account(cluster.outside(), bert, false, world.now(),
                                                 [done](const Result<std::vector<DeviceId>>& revoked) {
                                                   done(revoked ? Result<void>() : fail(revoked.error()));
                                                 });
  });
  EXPECT_EQ(broken(), std::vector<std::string>());
}

}  // namespace
}  // namespace parley::sim
