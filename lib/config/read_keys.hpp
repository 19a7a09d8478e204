#pragma once

#include "config/config.hpp"

#include <string>
#include <string_view>
#include <vector>

/// Which keys a run reads, by its command, method, machine and blocks: the one list of them.
namespace isinglass::config {

/// Who reads a configuration. training: train, check, compile and sweep; bounds: the command of that name; solving:
/// solve, whose machine is set and whose other keys are defaults; stored: a resolved copy in a file of results, which
/// is taken as it is.
enum class ConfigUse { training, bounds, solving, stored };

/// A key, or a section, that is not read unless a condition holds.
struct KeyUse {
  std::string key;              ///< full name
  bool is_read = true;          ///< by this run
  std::string why_not;          ///< a sentence: what it is for, and the key that is read instead
  bool may_be_in_file = false;  ///< because files are shared by methods; as an option it is refused all the same
};

/// The conditions of all keys that have one, sections before their keys. A key without an entry is read if its section
/// is.
[[nodiscard]] std::vector<KeyUse> key_uses(const Config& config, ConfigUse use);

/// The entry that says why `key` is not read; nothing if it is read.
[[nodiscard]] const KeyUse* find_unread(const std::vector<KeyUse>& uses, std::string_view key);

/// The name that a key of an earlier version has now; empty for other keys.
[[nodiscard]] std::string_view new_name(std::string_view old_key);

}  // namespace isinglass::config
