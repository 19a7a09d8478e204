#pragma once

#include "config/config.hpp"
#include "ising/machine.hpp"

#include <memory>
#include <string>
#include <vector>

namespace isinglass {

/// The kinds that make_machine knows, in the order of the documentation.
[[nodiscard]] std::vector<std::string> machine_kinds();

/// The machine `config.kind` with its settings, behind the limits of config.hardware if there are any. InputError for an
/// unknown kind.
[[nodiscard]] std::unique_ptr<Machine> make_machine(const MachineConfig& config);

}  // namespace isinglass
