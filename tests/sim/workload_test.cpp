// The workload leaves nothing out: whoever adds a command or a frame to the protocol has to add it there.
#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include <map>

#include "parley/v1/frames.pb.h"
#include "sim/run.hpp"

namespace parley::sim {
namespace {

constexpr std::uint64_t kSeeds = 12;

void add(std::map<int, std::uint64_t>& all, const std::map<int, std::uint64_t>& some) {
  for (const auto& [kind, count] : some) all[kind] += count;
}

void expect_each(const google::protobuf::Descriptor& message, std::map<int, std::uint64_t>& sent) {
  const auto* body = message.FindOneofByName("body");
  for (int i = 0; i < body->field_count(); ++i) {
    EXPECT_GT(sent[body->field(i)->number()], 0U) << message.name() << "." << body->field(i)->name();
  }
}

TEST(Workload, EveryCommandAndEveryFrameOfTheProtocolIsSent) {
  Witness::Kinds all;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const RunResult result = run(seed);
    add(all.said, result.kinds.said);
    add(all.asked, result.kinds.asked);
    add(all.commands, result.kinds.commands);
  }
  expect_each(*v1::Command::descriptor(), all.commands);
  expect_each(*v1::ClientFrame::descriptor(), all.asked);
  expect_each(*v1::ServerFrame::descriptor(), all.said);
}

}  // namespace
}  // namespace parley::sim
