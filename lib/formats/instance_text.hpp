#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace isinglass {

/// An instance file as it was read: what its readers work on.
struct InstanceText {
  std::string name;                      ///< of the file, for messages
  std::string text;                      ///< without a byte-order mark
  std::function<void()> look = [] {};    ///< called several times a second; may throw, for example on a stop signal
  std::optional<std::int64_t> memory{};  ///< bytes that a problem may take; nothing: what is available
};

/// The text of an instance file. InputError: not a regular file, binary, compressed, in UTF-16, or larger than the memory.
[[nodiscard]] InstanceText read_instance_text(
    const std::filesystem::path& path, std::function<void()> look = [] {});

}  // namespace isinglass
