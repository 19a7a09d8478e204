#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace isinglass {

/// Bytes that processes here can still get: what the system has left, or less where a control group (a container, a Slurm job)
/// or the address space has a limit. Nothing where the system does not tell.
[[nodiscard]] std::optional<std::int64_t> available_memory();

/// "12.3 GiB"; whole bytes below 1 KiB.
[[nodiscard]] std::string bytes_text(std::int64_t bytes);

}  // namespace isinglass
