#include "files/atomic_file.hpp"

#include "base/error.hpp"
#include "files/output_place.hpp"
#include "files/posix_file.hpp"
#include "parallel/agreement.hpp"

#include <cerrno>
#include <cstdio>
#include <optional>
#include <string>
#include <system_error>

namespace isinglass::files {

namespace fs = std::filesystem;

namespace {

/// Makes an empty file of a name that nothing has.
fs::path make_temporary(const fs::path& path, const fs::path& target) {
  for (int number = 0;; ++number) {
    fs::path name = temporary_name(target, number);
    if (PosixFile::create(name, path)) return name;
  }
}

/// The place was asked for before the work: what does not fit now has changed since, which is no mistake of the input.
fs::path target_of(const fs::path& path) {
  try {
    return output_target(path);
  } catch (const InputError& error) {
    throw SystemError(error.what());
  }
}

/// Fills and checks the temporary file. Errors name the output, which its user knows, instead. A file that HDF5 could
/// not write may stay open: it is emptied, since it would keep its disk space after it is removed.
void fill(const fs::path& temporary, const fs::path& path, const FileAction& write, const FileAction& verify) {
  try {
    write(temporary);
    if (verify) verify(temporary);
  } catch (const SystemError& error) {
    std::error_code ignored;
    fs::resize_file(temporary, 0, ignored);
    std::string text = error.what();
    const std::string name = temporary.string();
    for (std::size_t at = 0; (at = text.find(name, at)) != std::string::npos; at += path.string().size())
      text.replace(at, name.size(), path.string());
    throw SystemError(text);
  }
}

}  // namespace

OutputFile::OutputFile(const fs::path& path)
    : path_(path), target_(target_of(path)), temporary_(make_temporary(path_, target_)) {}

OutputFile::~OutputFile() {
  std::error_code ignored;
  if (!temporary_.empty()) fs::remove(temporary_, ignored);
}

void OutputFile::commit() {
  PosixFile file(temporary_, PosixFile::Use::read);
  file.take_mode_of(target_);
  file.flush();
  file.close();
  // The work may have been long: what stands there now must still be a file, and where it was.
  if (target_of(path_) != target_) throw SystemError(path_.string() + ": the link was changed meanwhile");
  if (::rename(temporary_.c_str(), target_.c_str()) != 0) fail_by_system(path_, "cannot be replaced", errno);
  temporary_.clear();
  PosixFile(folder_of(target_), PosixFile::Use::folder).flush();
}

void write_atomically(const fs::path& path, const FileAction& write, const FileAction& verify) {
  OutputFile file(path);
  fill(file.temporary(), path, write, verify);
  file.commit();
}

void write_atomically(const fs::path& path, const FileAction& write, const FileAction& verify,
                      const parallel::Communicator& group) {
  std::optional<OutputFile> file;
  std::optional<std::string> name;
  parallel::agree<SystemError>(group, [&] {
    if (!group.is_root()) return;
    file.emplace(path);
    name = file->temporary().string();
  });
  const fs::path temporary = parallel::first_text(group, name).value();
  fill(temporary, path, write, verify);
  parallel::agree<SystemError>(group, [&] {
    if (file) file->commit();
  });
}

void write_bytes_atomically(const fs::path& path, std::string_view bytes, const FileAction& verify) {
  const FileAction write = [bytes](const fs::path& temporary) {
    PosixFile file(temporary, PosixFile::Use::rewrite);
    file.write(0, bytes);
    file.close();
  };
  write_atomically(path, write, verify);
}

void write_text_atomically(const fs::path& path, std::string_view text) { write_bytes_atomically(path, text, {}); }

fs::path folder_of(const fs::path& path) { return path.has_parent_path() ? path.parent_path() : fs::path("."); }

}  // namespace isinglass::files
