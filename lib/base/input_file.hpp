#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace isinglass {

/// Throws InputError "PATH: REASON" unless `path`, links followed, is a regular file. Folders, pipes, devices and
/// sockets are refused before they are opened, because reading them may wait or go on for ever; `what` says what was
/// expected, as in "an instance file".
void expect_regular_file(const std::filesystem::path& path, std::string_view what);

/// "a folder", "a pipe", "a socket", "a device" or "no file", by the mode that stat() gives; meant for what is not
/// regular.
[[nodiscard]] const char* kind_of_file(unsigned int mode);

/// Largest configuration, sweep or other text that people write by hand, bytes.
inline constexpr std::int64_t largest_hand_written = std::int64_t{1} << 24;

/// The bytes of a regular file. InputError: it is none (expect_regular_file), it cannot be read, it is longer than
/// `most` bytes, or it needs more memory than is available. `look` is called after each megabyte and may throw, for
/// example on a stop signal.
[[nodiscard]] std::string read_input_file(
    const std::filesystem::path& path, std::string_view what, std::int64_t most,
    const std::function<void()>& look = [] {});

}  // namespace isinglass
