#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace isinglass {

/// Bytes that processes here can still get: what the system has left, or less where a control group (a container, a
/// Slurm job) or the address space has a limit (`ulimit -v`, `ulimit -d`). Nothing where the system does not tell.
[[nodiscard]] std::optional<std::int64_t> available_memory();

/// Whether the system may refuse address space to this process although memory is left: under `ulimit -v`, `ulimit -d`,
/// or where it promises no more than it has (vm.overcommit_memory = 2).
[[nodiscard]] bool memory_may_be_refused();

/// "12.3 GiB"; whole bytes below 1 KiB.
[[nodiscard]] std::string bytes_text(std::int64_t bytes);

}  // namespace isinglass
