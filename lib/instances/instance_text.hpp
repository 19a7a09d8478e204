#pragma once

#include <filesystem>
#include <functional>
#include <string>

namespace isinglass {

/// An instance file as it was read: what its readers work on.
struct InstanceText {
  std::string name;                    ///< of the file, for messages
  std::string text;                    ///< without a byte-order mark
  std::function<void()> look = [] {};  ///< called several times a second; may throw, for example on a stop signal
};

/// The text of an instance file. InputError: not a regular file, binary, compressed, in UTF-16, or larger than the memory.
[[nodiscard]] InstanceText read_instance_text(
    const std::filesystem::path& path, std::function<void()> look = [] {});

}  // namespace isinglass
