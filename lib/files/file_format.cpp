#include "files/file_format.hpp"

#include "base/error.hpp"
#include "base/input_file.hpp"

#include <array>
#include <exception>
#include <system_error>
#include <vector>

#include <fmt/format.h>

namespace isinglass::files {

namespace fs = std::filesystem;

namespace {

void expect_format(const h5::Group& root, const FileFormat& format) {
  if (!root.has_attribute("format") || h5::read_text_attribute(root, "format") != format.name)
    throw InputError(fmt::format("not {} of isinglass: its attribute format is not \"{}\"", format.noun, format.name));
  const auto version = h5::read_attribute_values<std::int64_t>(root, "format_version");
  if (version.empty() || version.front() != format.major_version)
    throw InputError(fmt::format("format version {}; this program reads version {}: use the program that wrote it",
                                 fmt::join(version, "."), format.major_version));
  if (!root.has_attribute(format.last_mark) || h5::read_attribute<std::int64_t>(root, format.last_mark) != 1)
    throw InputError(fmt::format("unfinished: the program that wrote it was interrupted; {}", format.if_unfinished));
}

}  // namespace

void write_format(const h5::Group& root, const FileFormat& format) {
  h5::write_attribute(root, "format", std::string(format.name));
  h5::write_attribute(root, "format_version", std::vector{format.major_version, format.minor_version});
  h5::write_attribute(root, "program_version", std::string(ISINGLASS_VERSION));
}

void write_last_mark(const h5::Group& root, const FileFormat& format) {
  h5::write_attribute(root, format.last_mark, std::int64_t{1});
}

void write_config_text(const h5::Group& root, const std::string& yaml) {
  h5::write_texts(root.create_group("config"), "yaml", std::array{yaml});
}

std::string read_config_text(const h5::Group& root) {
  const std::vector<std::string> texts = h5::read_texts(root.open_group("config"), "yaml");
  if (texts.size() != 1) throw InputError("/config/yaml: is not one text");
  return texts.front();
}

void read_file(const fs::path& path, const FileFormat& format, const std::function<void(const h5::Group& root)>& part) {
  const std::string noun = fmt::format("{} of isinglass", format.noun);
  read_any_file(path, noun.c_str(), format.if_absent, [&](const h5::Group& root) {
    expect_format(root, format);
    part(root);
  });
}

void read_any_file(const fs::path& path, const char* noun, const char* if_absent,
                   const std::function<void(const h5::Group& root)>& part) {
  const std::string name = path.string();
  const auto located = [&](const std::string& text) { return text.starts_with(name) ? text : name + ": " + text; };
  if (std::error_code none; fs::status(path, none).type() == fs::file_type::not_found)
    throw InputError(fmt::format("{}: no such file; {}", name, if_absent));
  expect_regular_file(path, noun);
  try {
    const h5::File file(path);
    part(file.root());
  } catch (const InputError& error) {
    throw InputError(located(error.what()));
  } catch (const h5::LockError& error) {
    throw SystemError(located(error.what()));
  } catch (const std::exception& error) {
    throw InputError(fmt::format("{} (damaged, or not {})", located(error.what()), noun));
  }
}

void write_file(const fs::path& path, const FileFormat& format, const std::function<void(const h5::Group& root)>& fill,
                const FileAction& verify) {
  const std::string image = h5::file_image(path.string(), [&](const h5::Group& root) {
    write_format(root, format);
    fill(root);
    write_last_mark(root, format);
  });
  write_bytes_atomically(path, image, [&](const fs::path& written) { read_back([&] { verify(written); }); });
}

void read_back(const std::function<void()>& read) {
  try {
    read();
  } catch (const InputError& error) {
    throw SystemError(fmt::format("cannot be read back after writing: {}", error.what()));
  }
}

}  // namespace isinglass::files
