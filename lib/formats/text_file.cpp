#include "formats/text_file.hpp"

#include "base/error.hpp"
#include "base/stop_signal.hpp"

#include <array>
#include <cerrno>
#include <charconv>
#include <system_error>

namespace isinglass::formats {

TextFile::TextFile(const std::filesystem::path& path)
    : path_(path.string()), file_(path, std::ios::binary | std::ios::trunc) {
  if (!file_) throw SystemError(fmt::format("{}: cannot be opened: {}", path_, std::generic_category().message(errno)));
}

void TextFile::flush() {
  throw_if_stopped();
  file_.write(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
  buffer_.clear();
}

void TextFile::close() {
  flush();
  file_.close();
  if (!file_)
    throw SystemError(fmt::format("{}: cannot be written: {}", path_, std::generic_category().message(errno)));
}

std::string fixed_text(double value) {
  std::array<char, 1100> text;  // the longest double has 309 digits before its point, or 1074 behind it
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed).ptr;
  return {text.data(), end};
}

}  // namespace isinglass::formats
