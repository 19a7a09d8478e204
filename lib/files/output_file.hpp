#pragma once

#include <filesystem>

namespace isinglass {

/// A file that appears at its place whole or not at all. Until commit() it is an empty file that others fill by its temporary
/// name, which no other process and no earlier output has: it is made exclusively, and no link that waits there is followed.
class OutputFile {
public:
  /// Makes the temporary file in the folder of output_target(path). Throws SystemError.
  explicit OutputFile(const std::filesystem::path& path);
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  /// Removes the temporary file unless it was committed.
  ~OutputFile();

  [[nodiscard]] const std::filesystem::path& temporary() const { return temporary_; }

  /// Flushes the file to disk and puts it at its place, with the permissions of the file that it replaces. Throws SystemError.
  void commit();

private:
  std::filesystem::path path_, target_, temporary_;
};

/// NAME.MACHINE-PROCESS-START-NUMBER.tmp in the folder of `target`, whose NAME it has: no other process has such a name.
[[nodiscard]] std::filesystem::path temporary_name(const std::filesystem::path& target, int number);

/// Removes temporary files of `target` whose process, on this machine, has ended. What cannot be told or removed stays.
void remove_abandoned(const std::filesystem::path& target);

/// Removes all temporary files in a run folder whose lock is held; those of locks only like remove_abandoned().
void remove_all_temporaries(const std::filesystem::path& folder);

}  // namespace isinglass
