// The operator's commands: each describe_…() tells CLI11 its options and leaves what is to be done in `deed`, which
// answers with the exit code.
#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace parley {

using OperatorDeed = std::function<int()>;

void describe_backup(CLI::App& app, OperatorDeed& deed);
void describe_restore(CLI::App& app, OperatorDeed& deed);
void describe_export(CLI::App& app, OperatorDeed& deed);
void describe_import(CLI::App& app, OperatorDeed& deed);
void describe_verify(CLI::App& app, OperatorDeed& deed);
void describe_repair(CLI::App& app, OperatorDeed& deed);
void describe_stats(CLI::App& app, OperatorDeed& deed);

}  // namespace parley
