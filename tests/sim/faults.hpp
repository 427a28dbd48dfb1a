// What goes wrong in a run, and how often it did. Everything that is going on can be ended at once, after which the
// world is as it should be.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sim/cluster.hpp"
#include "sim/world.hpp"

namespace parley::sim {

class Faults {
 public:
  Faults(World& world, Cluster& cluster) : world_(world), cluster_(cluster) {}

  /// Something goes wrong, at once or a moment later.
  void strike();
  /// Something of the kinds that only some runs have.
  void strike_oddly();
  /// Partitions go to others and come back to a node while its commits are under way.
  void swap_partitions();
  /// Before long, the next commit of some node fails; and perhaps partitions go to others, before that is heard of.
  void fail_a_commit_soon();
  /// For a while, so that what is asked for now is carried out meanwhile.
  void fail_people_soon();
  /// A device's clock is off by so much from its start on.
  Duration some_clock();
  /// Whatever still goes on ends; what was about to happen does not.
  void end();
  [[nodiscard]] const FaultCounts& counts() const { return counts_; }

 private:
  Dice& dice() { return world_.dice(); }
  Duration span(std::int64_t most_ms) { return Duration(1 + static_cast<std::int64_t>(dice().below(most_ms))); }
  std::size_t some_node() { return dice().below(cluster_.nodes()); }
  std::shared_ptr<Link> some_link();
  void people();
  void fail_people(Duration while_for);
  void count(std::string_view kind);
  /// Later, unless all is over by then.
  void in(Duration delay, Task task);

  void crash();
  void connection();
  void herd();
  void disk();
  void commit();
  void clock();
  void memory();
  void bus();
  void partitions();

  World& world_;
  Cluster& cluster_;
  FaultCounts counts_;
  bool over_ = false;
};

}  // namespace parley::sim
