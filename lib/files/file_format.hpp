#pragma once

#include "files/atomic_file.hpp"
#include "files/h5.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

namespace isinglass::files {

/// How the files of one kind are recognised, and what to tell a user who gives another file.
struct FileFormat {
  const char* name;  ///< root attribute `format`
  const char* noun;  ///< "a results file"
  std::int64_t major_version,
      minor_version;          ///< a new minor version adds objects; a new major version changes or removes some
  const char* last_mark;      ///< name of the root attribute that is written last: 1
  const char* if_absent;      ///< the way out where there is no such file
  const char* if_unfinished;  ///< the way out where the mark is missing
};

/// The root attributes of a new file, but for the mark that is written last.
void write_format(const h5::Group& root, const FileFormat& format);
void write_last_mark(const h5::Group& root, const FileFormat& format);

/// /config/yaml: the resolved configuration.
void write_config_text(const h5::Group& root, const std::string& yaml);
[[nodiscard]] std::string read_config_text(const h5::Group& root);

/// Checks that the file can be opened, is of this format and version, and whole, and calls `part(root)`. Whatever is
/// wrong with the file becomes one InputError that names it; a lock that its file system refuses is a SystemError.
void read_file(const std::filesystem::path& path, const FileFormat& format,
               const std::function<void(const h5::Group& root)>& part);

/// Reads an HDF5 file of any program, with the same errors: `noun` is what it should be, `if_absent` the way out where
/// there is none.
void read_any_file(const std::filesystem::path& path, const char* noun, const char* if_absent,
                   const std::function<void(const h5::Group& root)>& part);

/// Writes a whole file atomically: the marks of its format around what `fill` writes; `verify` reads the new file as
/// readers do. Throws SystemError, also for what `verify` finds wrong; the old file stays.
void write_file(const std::filesystem::path& path, const FileFormat& format,
                const std::function<void(const h5::Group& root)>& fill, const FileAction& verify);

/// Calls `read`; what is wrong with a file that was just written is no mistake of the input: SystemError.
void read_back(const std::function<void()>& read);

}  // namespace isinglass::files
