#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace isinglass::formats {

/// A text file that is being written, piece by piece.
class TextFile {
public:
  explicit TextFile(const std::filesystem::path& path);

  template <class... Values>
  void print(fmt::format_string<Values...> format, Values&&... values) {
    fmt::format_to(std::back_inserter(buffer_), format, std::forward<Values>(values)...);
    if (buffer_.size() >= buffer_bytes) flush();
  }
  /// Throws SystemError if anything could not be written.
  void close();

private:
  static constexpr std::size_t buffer_bytes = std::size_t{1} << 16;
  void flush();

  std::string path_;
  std::ofstream file_;
  fmt::memory_buffer buffer_;
};

/// The shortest decimal number without exponent that reads back as `value`.
[[nodiscard]] std::string fixed_text(double value);

}  // namespace isinglass::formats
