#pragma once

#include "config/config.hpp"
#include "ising/machine.hpp"

#include <memory>

namespace isinglass::ising {

/// The machine `config.kind` with its settings, behind the limits of config.hardware if there are any.
[[nodiscard]] std::unique_ptr<Machine> make_machine(const config::MachineConfig& config);

}  // namespace isinglass::ising
