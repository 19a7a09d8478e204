#pragma once

#include "parallel/communicator.hpp"

#include <filesystem>
#include <functional>
#include <string_view>

namespace isinglass::files {

/// A file that appears at its place whole or not at all. Until commit() it is an empty file that others fill by its
/// temporary name, which no other process and no earlier output has: it is made exclusively, and no link that waits
/// there is followed.
class OutputFile {
public:
  /// Makes the temporary file in the folder of output_target(path). Throws SystemError.
  explicit OutputFile(const std::filesystem::path& path);
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  /// Removes the temporary file unless it was committed.
  ~OutputFile();

  [[nodiscard]] const std::filesystem::path& temporary() const { return temporary_; }

  /// Flushes the file to disk and puts it at its place, with the permissions of the file that it replaces. Throws
  /// SystemError.
  void commit();

private:
  std::filesystem::path path_, target_, temporary_;
};

/// Does something with the file of that name.
using FileAction = std::function<void(const std::filesystem::path&)>;

/// Replaces `path` whole or not at all, see OutputFile: `write` fills the temporary file and closes it, `verify` (may
/// be empty) reopens it and throws if it is bad; then fsync, rename, fsync of the folder. On any failure the temporary
/// file is removed, the old `path` stays, and the exception goes on; SystemError with the system's text for a failed
/// system call, and for a place where no output may go.
void write_atomically(const std::filesystem::path& path, const FileAction& write, const FileAction& verify);

/// Does the same by all ranks of `group` at once: rank 0 makes the file, every rank calls `write` and `verify`, which
/// must fail on all ranks or none, and rank 0 puts it at its place. SystemError on every rank alike. Collective.
void write_atomically(const std::filesystem::path& path, const FileAction& write, const FileAction& verify,
                      const parallel::Communicator& group);

/// Does the same for a file of these bytes.
void write_bytes_atomically(const std::filesystem::path& path, std::string_view bytes, const FileAction& verify);
void write_text_atomically(const std::filesystem::path& path, std::string_view text);

/// NAME.MACHINE-PROCESS-START-NUMBER.tmp in the folder of `target`, whose NAME it has: no other process has such a
/// name.
[[nodiscard]] std::filesystem::path temporary_name(const std::filesystem::path& target, int number);

/// Removes temporary files of `target` whose process, on this machine, has ended. What cannot be told or removed stays.
void remove_abandoned(const std::filesystem::path& target);

/// Removes all temporary files in a run folder whose lock is held; those of locks only like remove_abandoned().
void remove_all_temporaries(const std::filesystem::path& folder);

/// The folder of a file of that name: "." for a name alone.
[[nodiscard]] std::filesystem::path folder_of(const std::filesystem::path& path);

}  // namespace isinglass::files
