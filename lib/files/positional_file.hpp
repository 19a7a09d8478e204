#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>

namespace isinglass {

/// An existing file that is read or written at given places, by any number of processes at once as long as their places do not
/// overlap. Every call throws SystemError with the file and the system's text.
class PositionalFile {
public:
  enum class Use { read, write };
  PositionalFile(const std::filesystem::path& path, Use use);
  PositionalFile(const PositionalFile&) = delete;
  PositionalFile& operator=(const PositionalFile&) = delete;
  ~PositionalFile();

  void write(std::uint64_t place, std::span<const std::byte> bytes) const;
  /// Fills `bytes`; the file's end before that is an error.
  void read(std::uint64_t place, std::span<std::byte> bytes) const;
  /// What this machine wrote goes to the disk.
  void flush() const;

private:
  std::filesystem::path path_;
  int descriptor_;
};

}  // namespace isinglass
