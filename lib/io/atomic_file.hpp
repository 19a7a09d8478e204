#pragma once

#include <filesystem>
#include <functional>
#include <string_view>

namespace isinglass {

/// Does something with the file of that name.
using FileAction = std::function<void(const std::filesystem::path&)>;

/// Replaces `path` whole or not at all: `write` makes PATH.tmp and closes it, `verify` (may be empty) reopens it and throws
/// if it is bad; then fsync, rename, fsync of the folder. On any failure PATH.tmp is removed, the old `path` stays, and the
/// exception goes on; SystemError with the system's text for a failed system call.
void write_atomically(const std::filesystem::path& path, const FileAction& write, const FileAction& verify);

/// The same for a file of these bytes.
void write_bytes_atomically(const std::filesystem::path& path, std::string_view bytes, const FileAction& verify);
void write_text_atomically(const std::filesystem::path& path, std::string_view text);

}  // namespace isinglass
