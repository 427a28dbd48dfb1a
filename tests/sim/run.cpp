#include "sim/run.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "parley/v1/frames.pb.h"
#include "sim/bit_rot.hpp"
#include "sim/cluster.hpp"
#include "sim/device_check.hpp"
#include "sim/faults.hpp"
#include "sim/last_look.hpp"
#include "sim/partitions_check.hpp"
#include "sim/people_check.hpp"
#include "sim/person.hpp"
#include "sim/rocks_storage.hpp"
#include "sim/stored_log.hpp"
#include "sim/workload.hpp"
#include "sim/world.hpp"

namespace parley::sim {
namespace {

constexpr int kPeople = 5;
constexpr int kDevices = 2;
constexpr Duration kSettle{std::chrono::minutes(20)};
constexpr std::uint64_t kRestoresOneIn = 5;  // seeds
constexpr std::uint64_t kSettings = ~std::uint64_t{0};
constexpr std::uint64_t kFaultRate = kSettings - 1;
constexpr std::uint64_t kRestores = kSettings - 2;
constexpr std::uint64_t kRarities = kSettings - 3;
/// In a run that has them: one step in so many.
constexpr std::uint64_t kRaritiesOneIn = 4;
constexpr std::uint64_t kLastWords = kRarities - 1 - kRunSteps;
constexpr std::uint64_t kClients = kLastWords - 1'000;
/// In a run in which apps do more than to send and to read: one step in so many.
constexpr std::uint64_t kClientsOneIn = 4;
constexpr std::uint64_t kLastWordsOneIn = 2;  // seeds
constexpr int kLastRounds = 3;
constexpr int kLastActs = 40;
constexpr std::uint64_t kBetweenLastActs = 60;
constexpr std::uint64_t kBetweenLostFrames = 300;
constexpr int kLonelyActs = 8;
constexpr Duration kBetweenLonelyActs{2000};
constexpr std::uint64_t kRowsChangeOneIn = 4;
constexpr std::uint64_t kCorrectionsOneIn = 4;
constexpr std::uint64_t kPartsReadOneIn = 2;
constexpr std::uint64_t kNodesMoveOneIn = 8;
constexpr std::uint64_t kNodeStays = 800;

constexpr std::uint64_t kOddFaults = kLastWords - 1;
constexpr std::uint64_t kOddFaultsOneIn = 3;  // seeds
/// In a run that has them: one step in so many.
constexpr std::uint64_t kOddFaultOneIn = 25;
constexpr std::uint64_t kWrongClocks = kOddFaults - 1 - kRunSteps;
constexpr std::uint64_t kWrongClocksOneIn = 3;  // seeds
constexpr std::uint64_t kBitRot = kWrongClocks - 1;
constexpr std::uint64_t kBitRotOneIn = 4;  // seeds

constexpr std::uint64_t kAccounts = kBitRot - 1;
constexpr std::uint64_t kAccountsOneIn = 2;  // seeds
/// In a run in which more becomes of accounts than that people sign in: one step in so many.
constexpr std::uint64_t kAccountOneIn = 15;
constexpr std::uint64_t kSwaps = kAccounts - 1 - kRunSteps;
constexpr std::uint64_t kSwapsOneIn = 3;  // seeds
/// In a run in which partitions come back to nodes amid their commits: one step in so many.
constexpr std::uint64_t kSwapOneIn = 30;
constexpr std::uint64_t kBursts = kSwaps - 1 - kRunSteps;
constexpr std::uint64_t kBurstsOneIn = 3;  // seeds
/// In a run in which much is said at once: one step in so many.
constexpr std::uint64_t kBurstOneIn = 20;
/// … and of those partitions that come and go when all faults are over, one in so many.
constexpr std::uint64_t kLastSwapOneIn = 2;
constexpr std::uint64_t kLastSwapStands = 1000;
/// Until a server with nothing else to do has answered.
constexpr Duration kLastLookTakes{60'000};
/// On one machine, until all executors know that a device is signed out, and what was said before is told.
constexpr Duration kEndsWithin{10'000};

/// A stream of its own for each purpose of a run.
Dice dice_of(std::uint64_t seed, std::uint64_t purpose) {
  return Dice(Dice(seed * 0x9E3779B97F4A7C15ULL).next() ^ Dice(purpose).next());
}

/// Limits in which nodes of one cluster may differ: what they decide differs, and the log is the same for all.
void vary_decisions(Limits& limits, Dice& dice) {
  limits.group_members = 3 + dice.below(4);
  limits.text_code_points = dice.once_in(2) ? 100 : 100'000;
  limits.mentions_per_message = dice.below(3);
  limits.edits_per_message = 1 + dice.below(3);
  limits.reactions_per_message = 1 + dice.below(3);
  limits.targets_per_delete = 1 + dice.below(3);
  limits.invitations_per_channel = 1 + dice.below(2);
}

/// What kind of cluster a seed gives.
ClusterSettings settings_of(std::uint64_t seed, int tier) {
  Dice dice = dice_of(seed, kSettings);
  ClusterSettings settings;
  settings.nodes = 1 + dice.below(3);
  if (tier == 2) settings.nodes = 1;
  settings.owners = settings.nodes > 1 ? 1 : 1 + dice.below(3);
  settings.ios = 1 + dice.below(3);
  constexpr std::size_t cached[] = {1, 3, 8, 1000};
  settings.cached_channels = cached[dice.below(4)];
  constexpr std::size_t backlogs[] = {32, 4096};
  settings.backlog = backlogs[dice.below(2)];
  settings.narrow_link = dice.once_in(2) ? 0 : 4;
  Limits limits = small_limits();
  if (dice.once_in(2)) limits.outbox_bytes = 4096;
  if (dice.once_in(2)) limits.page_events = 3;
  if (dice.once_in(2)) limits.inbox_rows = 4;
  if (dice.once_in(2)) limits.sends_in_flight = 3;
  if (dice.once_in(2)) limits.queue_delay_ms = 50;
  if (dice.once_in(2)) limits.outbox_drain_ms = 1000;
  if (dice.once_in(2)) limits.heartbeat_ms = limits.heartbeat_grace_ms = 5000;
  settings.limits.assign(settings.nodes, limits);
  if (dice.once_in(2)) {
    for (Limits& of_node : settings.limits) vary_decisions(of_node, dice);
  }
  return settings;
}

std::unique_ptr<Storage> storage_of(World& world, int tier) {
  if (tier == 2) return std::make_unique<RocksStorage>(world);
  return nullptr;
}

/// One step in so many is a fault; 0: none. What is rare is found where little else goes on.
std::uint64_t fault_rate(std::uint64_t seed) {
  constexpr std::uint64_t rates[] = {6, 15, 15, 40, 40, 0};
  return rates[dice_of(seed, kFaultRate).below(std::size(rates))];
}

class Run {
 public:
  Run(std::uint64_t seed, const RunOptions& options)
      : world_(seed),
        cluster_(world_, settings_of(seed, options.tier), storage_of(world_, options.tier)),
        corpus_(options.corpus),
        keep_(options.keep),
        tell_(options.tell),
        fault_one_in_(fault_rate(seed)),
        restores_(options.tier == 1 && dice_of(seed, kRestores).once_in(kRestoresOneIn)),
        rarities_(dice_of(seed, kRarities).once_in(2)),
        last_words_(dice_of(seed, kLastWords).once_in(kLastWordsOneIn)),
        clients_(dice_of(seed, kClients).once_in(2)),
        bits_flip_(options.tier == 1 && dice_of(seed, kBitRot).once_in(kBitRotOneIn)),
        odd_faults_(dice_of(seed, kOddFaults).once_in(kOddFaultsOneIn)),
        signs_out_(dice_of(seed, kAccounts).once_in(kAccountsOneIn)),
        swaps_(dice_of(seed, kSwaps).once_in(kSwapsOneIn)),
        bursts_(dice_of(seed, kBursts).once_in(kBurstsOneIn)),
        clock_dice_(dice_of(seed, kWrongClocks)) {
    if (clock_dice_.once_in(kWrongClocksOneIn)) {
      around_.some_clock = [this] {
        Duration off{0};
        world_.with(Dice(clock_dice_.next()), [this, &off] { off = faults_.some_clock(); });
        return off;
      };
    }
    cluster_.collect_into(corpus_);
    cluster_.on_pause([this](Duration span) { witness_.stands_still(world_.now(), world_.now() + span); });
    world_.verbose = options.verbose;
    result_.seed = seed;
    if (cluster_.nodes() == 1) standings_.grace = kEndsWithin;
    Dice modes = dice_of(seed, kClients - 1);
    for (int i = 0; i < kPeople; ++i) {
      const std::string name = "person" + std::to_string(i);
      accounts_.push_back({cluster_.sign_up(name), name});
      standings_.accounts[accounts_.back().id].password = Cluster::password_of(name);
      for (int d = 0; d < kDevices; ++d) {
        devices_.push_back(
            std::make_unique<Device>(around_, accounts_.back().id, name, name + "." + std::to_string(d)));
        if (clients_) devices_.back()->set_mode(static_cast<client::Mode>(modes.once_in(2) ? 0 : modes.below(3)));
        devices_.back()->start();
      }
    }
    workload_.open_big_group();
  }

  RunResult all() {
    for (std::size_t step = 0; step < kRunSteps; ++step) {
      if (restores_ && clients_ && step == kRunSteps / 6) workload_.talk_long();
      if (restores_ && step == kRunSteps / 3) cluster_.storage().take_backup();
      if (restores_ && step == 2 * kRunSteps / 3) restore();
      Dice chance = dice_of(result_.seed, step);
      world_.run_for(Duration(static_cast<std::int64_t>(chance.below(400))));
      if (keep_ && !std::ranges::binary_search(*keep_, step)) continue;
      result_.story.push_back({step, world_.uptime(), ""});
      world_.listen([&told = result_.story.back().what](std::string_view line) {
        if (!told.empty()) told += "; ";
        told += line;
      });
      world_.with(chance, [this] { one_step(); });
      if (rarities_) world_.with(dice_of(result_.seed, kRarities - 1 - step), [this] { one_rarity(); });
      if (clients_) world_.with(dice_of(result_.seed, kClients - 2 - step), [this] { one_use_of_a_client(); });
      if (signs_out_) world_.with(dice_of(result_.seed, kAccounts - 1 - step), [this] { one_act_on_accounts(); });
      if (odd_faults_) world_.with(dice_of(result_.seed, kOddFaults - 1 - step), [this] { one_odd_fault(); });
      if (swaps_) world_.with(dice_of(result_.seed, kSwaps - 1 - step), [this] { one_swap(); });
      if (bursts_) world_.with(dice_of(result_.seed, kBursts - 1 - step), [this] { one_burst(); });
      world_.listen({});
      if (tell_) tell_(result_.story.back());
    }
    settle();
    check();
    if (bits_flip_) world_.with(dice_of(result_.seed, kBitRot), [this] { flip(); });
    result_.digest = world_.digest();
    result_.virtual_seconds = static_cast<double>(world_.uptime().count()) / 1000.0;
    for (const auto& [kind, count] : faults_.counts()) result_.faults[kind] += count;
    for (const auto& [kind, count] : cluster_.storage().counts()) result_.faults[kind] += count;
    if (web_.lost() > 0) result_.faults["HTTP request or answer lost"] += web_.lost();
    return std::move(result_);
  }

 private:
  Dice& dice() { return world_.dice(); }

  /// Draws from chance of its own, so that a step that is left out changes as little as possible of the others.
  void one_step() {
    if (fault_one_in_ != 0 && dice().once_in(fault_one_in_)) return faults_.strike();
    if (dice().once_in(1500)) return lose_a_day();
    workload_.act();
  }

  /// Beside all else, with chance of its own, so that all else goes on as without it.
  void one_rarity() {
    if (dice().once_in(kRaritiesOneIn)) workload_.act_rarely();
  }

  void one_use_of_a_client() {
    if (dice().once_in(kClientsOneIn)) workload_.use_the_client();
  }

  void one_act_on_accounts() {
    if (dice().once_in(kAccountOneIn)) workload_.act_on_accounts();
  }

  void one_odd_fault() {
    if (dice().once_in(kOddFaultOneIn)) faults_.strike_oddly();
    if (!dice().once_in(kOddFaultOneIn)) return;
    // The job that follows cannot look, neither now nor when it settles.
    workload_.hide_reads_or_not();
    faults_.fail_people_soon();
  }

  void one_swap() {
    if (dice().once_in(kSwapOneIn)) faults_.swap_partitions();
  }

  /// So that more of one device is on its way than one commit takes, when that fails.
  void one_burst() {
    if (!dice().once_in(kBurstOneIn)) return;
    workload_.say_much_at_once();
    if (fault_one_in_ != 0) faults_.fail_a_commit_soon();
  }

  /// Nobody does anything for a day or so: tokens end, and sends of yesterday are retried.
  void lose_a_day() {
    world_.trace("a day goes by");
    world_.run_for(std::chrono::hours(1 + dice().below(30)));
  }

  /// The whole server comes back from an old backup.
  void restore() {
    for (const auto& device : devices_) device->may_be_signed_out();
    cluster_.restore_backup();
    ++result_.faults["server restored from an old backup"];
    witness_.forget_history();
  }

  /// The faults are over: everything has to be delivered within bounded time.
  void settle() {
    faults_.end();
    web_.lose(false);
    // Processes come back, what stands still goes on, and dead connections are noticed.
    world_.run_for(std::chrono::minutes(3));
    if (last_words_) world_.with(dice_of(result_.seed, kLastWords), [this] { say_last_words(); });
    come_to_rest();
    check_partitions(world_, cluster_, result_.broken);
    std::size_t jobs = 1;
    world_.run_until([&] { return (jobs = count_jobs()) == 0; }, kSettle);
    if (jobs > 0) result_.broken.push_back("P1: " + std::to_string(jobs) + " jobs are not done");
    world_.run_for(std::chrono::minutes(2));
  }

  /// While everybody asks what they missed. Afterwards nothing happens that would mend what a device took wrongly.
  void say_last_words() {
    // Answers that take long are overtaken by what is said meanwhile.
    cluster_.storage().slow_down(!dice().once_in(3));
    // Whoever moves partitions tells everybody to ask again: elsewhere nothing does.
    const bool restless = dice().once_in(2);
    for (int round = 0; round < kLastRounds; ++round) {
      for (const auto& link : cluster_.links()) link->cut();
      for (int act = 0; act < kLastActs; ++act) {
        world_.run_for(Duration(static_cast<std::int64_t>(dice().below(kBetweenLastActs))));
        // As when a node comes and goes, which is no fault.
        if (restless && dice().once_in(kNodesMoveOneIn)) move_partitions();
        // Rows that are on their way are overtaken.
        if (dice().once_in(kRowsChangeOneIn)) workload_.change_a_row();
        if (dice().once_in(kCorrectionsOneIn)) workload_.say_and_correct();
        // Badges come beside what they count, and before it.
        if (dice().once_in(kPartsReadOneIn)) workload_.read_a_part();
        if (rarities_ && dice().once_in(kRaritiesOneIn)) workload_.act_rarely();
        workload_.act();
      }
    }
    if (!restless && cluster_.bus() != nullptr) lose_frames();
    cluster_.storage().slow_down(false);
  }

  /// While connections stay: a node that misses a frame of another one hears so from the next, and tells its sessions
  /// to ask. Nothing else does.
  void lose_frames() {
    cluster_.bus()->lose(true);
    for (int act = 0; act < kLastActs; ++act) {
      world_.run_for(Duration(static_cast<std::int64_t>(dice().below(kBetweenLostFrames))));
      if (dice().once_in(3)) {
        workload_.say_much_at_once();
      } else {
        workload_.change_a_row();
      }
    }
    // In quiet channels, where the last of them is followed by nothing that says that something was missed.
    for (int act = 0; act < kLonelyActs; ++act) {
      workload_.say_and_correct();
      world_.run_for(kBetweenLonelyActs);
    }
    cluster_.bus()->lose(false);
  }

  void move_partitions() {
    if (swaps_ && dice().once_in(kLastSwapOneIn)) {
      const Duration stands(1 + static_cast<std::int64_t>(dice().below(kLastSwapStands)));
      return cluster_.swap_amid_commits(dice().below(cluster_.nodes()), stands);
    }
    cluster_.take_partitions_away(Duration(static_cast<std::int64_t>(dice().below(kNodeStays))));
  }

  /// Everybody has what is theirs, and has sent what they had to say.
  void come_to_rest() {
    for (const auto& device : devices_) {
      if (!device->running() && !device->given_up()) device->start();
      if (device->running()) device->want_everything();
    }
    const bool settled = world_.run_until(
        [&] {
          return std::all_of(devices_.begin(), devices_.end(),
                             [](const auto& device) { return device->given_up() || device->settled(); });
        },
        kSettle);
    if (!settled) {
      for (const auto& device : devices_) {
        if (!device->given_up() && !device->settled()) {
          result_.broken.push_back(
              "P1: " + device->name() + " did not settle; state " +
              (!device->running() ? "dead" : std::string(client::name_of(device->core().state()))) + ", outbox " +
              std::to_string(device->store().outbox().size()));
        }
      }
    }
  }

  /// Runs the world a little.
  std::size_t count_jobs() {
    std::optional<std::size_t> count;
    cluster_.accounts().oversight().jobs(
        cluster_.outside(), 1000, [&](const Result<std::vector<Job>>& jobs) { count = jobs ? jobs->size() : 1; });
    world_.run_for(Duration(1000));
    return count.value_or(1);
  }

  [[nodiscard]] std::vector<ChannelId> committed_channels() const {
    const auto scan = cluster_.scan();
    return scan ? scan->all_channels().value_or(std::vector<ChannelId>{}) : std::vector<ChannelId>{};
  }

  SeenPeople see_people() {
    SeenPeople seen;
    std::vector<AccountId> ids;
    for (const auto& account : accounts_) ids.push_back(account.id);
    for (const auto& viewer : ids) {
      cluster_.accounts().people().people(cluster_.outside(), viewer, ids,
                                          [&seen, viewer](const Result<std::vector<Person>>& people) {
                                            if (!people) return;
                                            for (const Person& person : *people) seen[viewer][person.id] = person;
                                          });
    }
    world_.run_for(Duration(1000));
    return seen;
  }

  void check() {
    const SeenPeople people = see_people();
    const LastLook look(devices_, cluster_.nodes());
    world_.run_for(kLastLookTakes);
    auto scan = cluster_.scan();
    if (corpus_ != nullptr) corpus_->store(*scan);
    const Limits most = cluster_.largest_limits();
    const auto logs = read_store(*scan, words_, result_.broken, &most, &witness_.sent());
    for (const auto& [id, log] : logs) result_.events += log.events.size();
    std::vector<Wish> wishes;
    for (const auto& account : accounts_) wishes.push_back({account.id, account.erased});
    // The people of a restored server are of today here, and its channels of the day of the backup.
    if (!restores_) check_people(logs, people, wishes, result_.broken);
    result_.sends = workload_.sends();
    result_.kinds = witness_.kinds();
    result_.broken.insert(result_.broken.end(), workload_.broken().begin(), workload_.broken().end());
    result_.broken.insert(result_.broken.end(), witness_.broken().begin(), witness_.broken().end());
    for (const auto& device : devices_) {
      result_.broken.insert(result_.broken.end(), device->broken().begin(), device->broken().end());
      check_sends(logs, cluster_.incarnation(), device->view(), device->sends(), device->settled(), result_.broken);
      if (!device->settled()) continue;
      check_view(logs, words_, device->view(), result_.broken);
      device->check_quiet(result_.broken);
    }
    look.check(logs, result_.broken);
    scan.reset();
    cluster_.storage().examine(result_.broken);
  }

  /// Of the disk, when everybody has gone.
  void flip() {
    for (const auto& device : devices_) device->give_up();
    std::vector<AccountId> people;
    for (const auto& account : accounts_) {
      if (!account.deleted) people.push_back(account.id);
    }
    auto& storage = static_cast<MemoryStorage&>(cluster_.storage());
    result_.faults["flipped bit"] += flip_bits(world_, cluster_, storage, people, result_.broken);
  }

  World world_;
  Words words_;
  Cluster cluster_;
  Corpus* corpus_;
  const std::optional<Steps> keep_;
  const std::function<void(const StoryLine&)> tell_;
  Faults faults_{world_, cluster_};
  const std::uint64_t fault_one_in_;
  const bool restores_;    // the whole server comes back from an old backup
  const bool rarities_;    // people do what hardly anybody does
  const bool last_words_;  // much is said when all faults are over
  const bool clients_;     // apps do more than to send and to read
  const bool bits_flip_;   // on the disk, when all is over
  const bool odd_faults_;  // of kinds that only some runs have
  const bool signs_out_;   // more becomes of accounts than that people sign in
  const bool swaps_;       // partitions go and come back amid commits
  const bool bursts_;      // much is said at once while commits fail
  Dice clock_dice_;        // for the clocks of devices
  Web web_{world_, cluster_};
  Witness witness_{cluster_.limits(), words_, cluster_.committed_log(), cluster_.committed_member(),
                   [this] { return committed_channels(); }};
  Standings standings_;
  Surroundings around_{world_, cluster_, web_, &witness_, {}, &standings_};
  std::vector<Account> accounts_;
  std::vector<std::unique_ptr<Device>> devices_;
  Workload workload_{around_, words_, accounts_, devices_};
  RunResult result_;
};

}  // namespace

RunResult run(std::uint64_t seed, const RunOptions& options) {
  return Run(seed, options).all();
}

}  // namespace parley::sim
