#pragma once

#include "base/error.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string_view>

namespace isinglass::files {

/// Throws SystemError "PATH: ACTION: the system's text".
[[noreturn]] void fail_by_system(const std::filesystem::path& path, std::string_view action, int error);

/// Whether such an error of a path is its user's mistake, as a name that is too long or a folder that is not there; all
/// else, such as a full disk or a missing right, is the machine's.
[[nodiscard]] bool is_mistake(int error);

/// fail_by_system, but an InputError for a mistake.
[[noreturn]] void fail_by_system_or_user(const std::filesystem::path& path, std::string_view action, int error);

/// An open file or folder. Any number of processes may read and write a file at once as long as their places do not
/// overlap. Every call throws SystemError with the path and the system's text.
class PosixFile {
public:
  enum class Use {
    read,     ///< what exists; links are not followed
    write,    ///< the same
    rewrite,  ///< the same, and cuts it to nothing
    folder,   ///< only to be flushed
  };
  PosixFile(const std::filesystem::path& path, Use use);
  /// Makes an empty file to be written; nothing if something has that name. Errors call it `name`.
  [[nodiscard]] static std::optional<PosixFile> create(const std::filesystem::path& path,
                                                       const std::filesystem::path& name);
  PosixFile(PosixFile&& other) noexcept;
  PosixFile& operator=(PosixFile&&) = delete;
  ~PosixFile();

  void write(std::uint64_t place, std::span<const std::byte> bytes) const;
  void write(std::uint64_t place, std::string_view text) const;
  /// Fills `bytes`; the file's end before that is an error.
  void read(std::uint64_t place, std::span<std::byte> bytes) const;
  /// Lets the file grow to at least `size` bytes and reserves the disk space, so that a full disk is found here and not
  /// by who writes there later.
  void reserve(std::uint64_t size) const;
  /// Gives it the permissions of another file, where that exists and may be done.
  void take_mode_of(const std::filesystem::path& other) const;
  /// Sends what this machine wrote to the disk, where other machines can read it.
  void flush() const;
  /// Closes it and reports failure, which the destructor cannot: network file systems tell only here that there was no
  /// room.
  void close();

private:
  PosixFile(std::filesystem::path path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {}

  std::filesystem::path path_;
  int descriptor_;
};

}  // namespace isinglass::files
