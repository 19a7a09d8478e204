#pragma once

#include "parallel/communicator.hpp"

#include <filesystem>
#include <functional>
#include <string_view>

namespace isinglass {

/// Does something with the file of that name.
using FileAction = std::function<void(const std::filesystem::path&)>;

/// Replaces `path` whole or not at all, see OutputFile: `write` fills the temporary file and closes it, `verify` (may be empty)
/// reopens it and throws if it is bad; then fsync, rename, fsync of the folder. On any failure the temporary file is removed,
/// the old `path` stays, and the exception goes on; SystemError with the system's text for a failed system call, and for a
/// place where no output may go.
void write_atomically(const std::filesystem::path& path, const FileAction& write, const FileAction& verify);

/// The same by all ranks of `group` at once: rank 0 makes the file, every rank calls `write` and `verify`, which must fail on
/// all ranks or none, and rank 0 puts it at its place. SystemError on every rank alike. Collective.
void write_atomically(const std::filesystem::path& path, const FileAction& write, const FileAction& verify,
                      const Communicator& group);

/// The same for a file of these bytes.
void write_bytes_atomically(const std::filesystem::path& path, std::string_view bytes, const FileAction& verify);
void write_text_atomically(const std::filesystem::path& path, std::string_view text);

}  // namespace isinglass
