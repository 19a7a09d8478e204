#pragma once

#include <filesystem>
#include <initializer_list>

/// Where outputs may go. Asked before the work, so that no result is computed for a file that cannot be written.
namespace isinglass::files {

/// The file that an output named `path` replaces. Links are followed on purpose, and the last one may point at nothing
/// yet. Throws InputError for anything but a regular file (a device, pipe, socket or folder is never replaced), for
/// links that go in circles, and for the file that standard output or standard error is written to.
[[nodiscard]] std::filesystem::path output_target(const std::filesystem::path& path);

/// Throws InputError unless an output of that name can be written: its folder exists, what it replaces is a regular
/// file, and that is none of `inputs`. SystemError if the folder cannot be written, which is tried with an empty
/// temporary file. Removes temporary files that ended processes of this machine left of the same output.
void expect_output_place(const std::filesystem::path& path, std::initializer_list<std::filesystem::path> inputs = {});

/// Throws InputError unless `path` is a regular file or nothing, links not followed.
void expect_plain_file_or_none(const std::filesystem::path& path);

}  // namespace isinglass::files
