#include "base/error.hpp"

#include <filesystem>
#include <new>
#include <system_error>

#include <fmt/format.h>

namespace isinglass {

namespace {

/// A name that no file can have is the user's mistake; all else that a file system says is its own.
Failure file_system_failure(const std::filesystem::filesystem_error& error) {
  const std::error_code code = error.code();
  const bool is_name = code == std::errc::filename_too_long || code == std::errc::too_many_symbolic_link_levels ||
                       code == std::errc::not_a_directory;
  const std::string text = fmt::format("{}: {}", shortened(error.path1().string()), code.message());
  return is_name ? Failure{text, ExitCode::bad_input} : Failure{"error: " + text, ExitCode::error};
}

}  // namespace

Failure current_failure() {
  try {
    throw;
  } catch (const SystemError& error) {
    return {fmt::format("error: {}", error.what()), error.code()};
  } catch (const Error& error) {
    return {error.what(), error.code(), error.is_busy()};
  } catch (const std::filesystem::filesystem_error& error) {
    return file_system_failure(error);
  } catch (const std::bad_alloc&) {
    return {"error: out of memory", ExitCode::error};
  } catch (const std::exception& error) {
    return {fmt::format("error: {}", error.what()), ExitCode::error};
  } catch (...) {
    return {"error: unknown exception", ExitCode::error};
  }
}

std::string shortened(std::string_view text) {
  constexpr std::size_t longest = 100;
  if (text.size() <= longest) return std::string(text);
  std::size_t end = longest;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;  // not within a character
  return fmt::format("{}... ({} bytes)", text.substr(0, end), text.size());
}

}  // namespace isinglass
