#pragma once

#include <cstddef>
#include <filesystem>
#include <string_view>

namespace isinglass {

/// Gives the existing file `path`, links not followed, these bytes as its content. Throws SystemError with the system's text.
void write_bytes(const std::filesystem::path& path, std::string_view bytes);

/// The same, and reserves disk space for it to grow to `size` bytes, so that a full disk is found
/// here and not by who makes it grow. The file is at least as long then, with zeros behind the bytes.
void write_reserved(const std::filesystem::path& path, std::string_view bytes, std::size_t size);

/// What this machine wrote to the file goes to its disk, where other machines can read it. Throws SystemError likewise.
void flush_to_disk(const std::filesystem::path& path);

}  // namespace isinglass
