#include "files/atomic_file.hpp"

#include "base/error.hpp"
#include "files/output_file.hpp"
#include "files/raw_file.hpp"
#include "parallel/consensus.hpp"

#include <optional>
#include <string>

namespace isinglass {

namespace fs = std::filesystem;

namespace {

/// Fills and checks the temporary file. Errors name the output, which its user knows, instead.
void fill(const fs::path& temporary, const fs::path& path, const FileAction& write, const FileAction& verify) {
  try {
    write(temporary);
    if (verify) verify(temporary);
  } catch (const SystemError& error) {
    std::string text = error.what();
    const std::string name = temporary.string();
    for (std::size_t at = 0; (at = text.find(name, at)) != std::string::npos; at += path.string().size())
      text.replace(at, name.size(), path.string());
    throw SystemError(text);
  }
}

}  // namespace

void write_atomically(const fs::path& path, const FileAction& write, const FileAction& verify) {
  OutputFile file(path);
  fill(file.temporary(), path, write, verify);
  file.commit();
}

void write_atomically(const fs::path& path, const FileAction& write, const FileAction& verify, const Communicator& group) {
  std::optional<OutputFile> file;
  std::optional<std::string> name;
  agree<SystemError>(group, [&] {
    if (!group.is_root()) return;
    file.emplace(path);
    name = file->temporary().string();
  });
  const fs::path temporary = first_text(group, name).value();
  fill(temporary, path, write, verify);
  agree<SystemError>(group, [&] {
    if (file) file->commit();
  });
}

void write_bytes_atomically(const fs::path& path, std::string_view bytes, const FileAction& verify) {
  write_atomically(
      path, [bytes](const fs::path& temporary) { write_bytes(temporary, bytes); }, verify);
}

void write_text_atomically(const fs::path& path, std::string_view text) { write_bytes_atomically(path, text, {}); }

}  // namespace isinglass
