#include "sim/run.hpp"

#include <algorithm>
#include <memory>

#include "parley/v1/frames.pb.h"
#include "sim/cluster.hpp"
#include "sim/device_check.hpp"
#include "sim/person.hpp"
#include "sim/stored_log.hpp"
#include "sim/world.hpp"

namespace parley::sim {
namespace {

constexpr int kPeople = 4;
constexpr int kSteps = 400;
constexpr Duration kSettle{std::chrono::minutes(20)};

class Run {
 public:
  Run(std::uint64_t seed, bool verbose, Corpus* corpus)
      : world_(seed), cluster_(world_, seed % 2 == 1), corpus_(corpus) {
    cluster_.collect_into(corpus);
    world_.verbose = verbose;
    result_.seed = seed;
    for (int i = 0; i < kPeople; ++i) {
      const std::string name = "person" + std::to_string(i);
      accounts_.push_back(cluster_.sign_up(name));
      for (int d = 0; d < 2; ++d) {
        devices_.push_back(
            std::make_unique<Device>(world_, cluster_, accounts_.back(), name + "." + std::to_string(d)));
        devices_.back()->start();
      }
    }
  }

  RunResult all() {
    for (int step = 0; step < kSteps; ++step) {
      world_.run_for(Duration(static_cast<std::int64_t>(dice().below(400))));
      one_step();
    }
    settle();
    check();
    result_.digest = world_.digest();
    result_.virtual_seconds = static_cast<double>(world_.uptime().count()) / 1000.0;
    return std::move(result_);
  }

 private:
  Dice& dice() { return world_.dice(); }
  Device& some_device() { return *devices_[dice().below(devices_.size())]; }
  std::string some_account() { return std::string(accounts_[dice().below(accounts_.size())].view()); }

  void one_step() {
    switch (dice().below(40)) {
      case 0:
        if (dice().once_in(3)) {
          ++result_.crashes;
          cluster_.crash(dice().below(cluster_.nodes()));
        }
        return;
      case 1:
      case 2:
        ++result_.cuts;
        return cluster_.cut_one();
      case 3:
        return restart_a_device();
      case 4:
        return fail_a_commit();
      case 5:
        return cluster_.lose_bus_frames(dice().once_in(2));
      default:
        return act(some_device());
    }
  }

  void restart_a_device() {
    Device& device = some_device();
    if (!device.running()) return device.start();
    device.crash();
    world_.at(Duration(static_cast<std::int64_t>(dice().below(20'000))), [&device] {
      if (!device.running()) device.start();
    });
  }

  void fail_a_commit() {
    ++result_.faults;
    using Fate = MemoryStoreFaults::Fate;
    constexpr Fate fates[] = {Fate::disk_full, Fate::unavailable_kept, Fate::unavailable_lost};
    cluster_.fail_next_commit(fates[dice().below(3)]);
  }

  const client::ChannelState* some_channel(Device& device) {
    std::vector<const client::ChannelState*> all;
    device.core().each_channel([&](const client::ChannelState& channel) { all.push_back(&channel); });
    return all.empty() ? nullptr : all[dice().below(all.size())];
  }

  void act(Device& device) {
    if (!device.running()) return;
    const auto* channel = some_channel(device);
    if (channel == nullptr || dice().once_in(20)) return create(device);
    v1::Command command;
    command.set_channel_id(std::string(channel->id.view()));
    const Seq some_seq = 1 + dice().below(channel->head + 1);
    switch (dice().below(20)) {
      case 0:
        command.mutable_edit()->set_target(some_seq);
        command.mutable_edit()->mutable_content()->set_text(words_.next() + "edited " +
                                                            std::to_string(dice().below(1000)));
        break;
      case 1:
        command.mutable_delete_()->add_targets(some_seq);
        break;
      case 2:
        command.mutable_react()->set_target(some_seq);
        if (!dice().once_in(3)) command.mutable_react()->mutable_content()->set_text(words_.next());
        break;
      case 3:
        command.mutable_add_members()->add_accounts(some_account());
        break;
      case 4:
        command.mutable_remove_member()->set_account(some_account());
        break;
      case 5:
        if (dice().once_in(3)) {
          command.mutable_leave();
        } else {
          command.mutable_describe()->set_title("title " + std::to_string(dice().below(100)));
        }
        break;
      case 6:
      case 7:
      case 8:
        (void)device.core().read(world_.now(), channel->id, dice().once_in(4) ? some_seq : channel->top());
        return;
      case 9:
        return change_register(device, *channel);
      default: {
        auto& post = *command.mutable_post();
        post.mutable_content()->set_text(words_.next() +
                                         std::string(dice().once_in(30) ? 20'000 : dice().below(300) + 1, 'x'));
        if (dice().once_in(5)) post.add_mentions(some_account());
        if (dice().once_in(10)) post.set_reply_to(some_seq);
        for (std::uint64_t burst = dice().once_in(10) ? dice().below(30) : 0; burst > 0; --burst) {
          v1::Command copy = command;
          copy.mutable_post()->mutable_content()->set_text(words_.next());
          send(device, copy);
        }
      }
    }
    send(device, command);
  }

  void send(Device& device, v1::Command& command) {
    ++result_.sends;
    if (!device.send(command)) return;
    words_.sent(command.SerializeAsString(), *ChannelId::from_bytes(command.channel_id()), device.account(),
                *SendId::from_bytes(command.send_id()));
  }

  void create(Device& device) {
    v1::Command command;
    auto& create = *command.mutable_create_channel();
    if (dice().once_in(2)) {
      create.set_kind(v1::CHANNEL_KIND_DIRECT);
      create.set_peer(some_account());
    } else {
      std::array<std::uint8_t, 10> random{};
      world_.fill(random);
      command.set_channel_id(std::string(ChannelId(make_uuid_v7(to_unix_ms(world_.now()), random)).view()));
      create.set_kind(v1::CHANNEL_KIND_GROUP);
      create.set_title("a group");
      create.mutable_settings()->set_post(v1::WHO_MEMBERS);
      create.mutable_settings()->set_add(v1::WHO_MEMBERS);
      create.mutable_settings()->set_rename(v1::WHO_MEMBERS);
      create.mutable_settings()->set_history_from_start(dice().once_in(2));
      for (int i = 0; i < 2; ++i) create.add_members(some_account());
    }
    send(device, command);
  }

  void change_register(Device& device, const client::ChannelState& channel) {
    v1::ClientFrame frame;
    auto& set = *frame.mutable_set_registers();
    set.set_channel_id(std::string(channel.id.view()));
    if (dice().once_in(2)) {
      set.set_pinned(dice().once_in(2));
    } else {
      set.set_marked_unread(dice().once_in(2));
    }
    (void)device.core().ask(world_.now(), frame, [](Result<const v1::ServerFrame*>) {});
  }

  /// The faults are over: everything has to be delivered within bounded time.
  void settle() {
    cluster_.lose_bus_frames(false);
    cluster_.fail_next_commit(MemoryStoreFaults::Fate::ok);
    world_.run_for(Duration(30'000));
    for (const auto& device : devices_) {
      if (!device->running()) device->start();
    }
    const bool settled = world_.run_until(
        [&] {
          return std::all_of(devices_.begin(), devices_.end(), [](const auto& device) { return device->settled(); });
        },
        kSettle);
    if (!settled) {
      for (const auto& device : devices_) {
        if (!device->settled()) {
          result_.broken.push_back("P1: " + device->name() + " did not settle; state " +
                                   std::string(client::name_of(device->core().state())) + ", outbox " +
                                   std::to_string(device->core().outbox_size()));
        }
      }
    }
    world_.run_for(std::chrono::minutes(2));
  }

  void check() {
    auto scan = cluster_.scan();
    if (corpus_ != nullptr) corpus_->store(*scan);
    const auto logs = read_store(*scan, words_, result_.broken);
    for (const auto& [id, log] : logs) result_.events += log.events.size();
    for (const auto& device : devices_) {
      result_.broken.insert(result_.broken.end(), device->broken().begin(), device->broken().end());
      check_sends(logs, device->core().session().incarnation, device->view(), device->sends(), true, result_.broken);
      check_view(logs, words_, device->view(), result_.broken);
    }
  }

  World world_;
  Words words_;
  Cluster cluster_;
  Corpus* corpus_;
  std::vector<AccountId> accounts_;
  std::vector<std::unique_ptr<Device>> devices_;
  RunResult result_;
};

}  // namespace

RunResult run(std::uint64_t seed, bool verbose, Corpus* corpus) {
  return Run(seed, verbose, corpus).all();
}

}  // namespace parley::sim
