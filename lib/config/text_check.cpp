#include "config/text_check.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include <fmt/format.h>

namespace isinglass::config {

namespace {

/// The characters of one length in UTF-8: the first byte masked, and the least code that needs so many bytes.
struct Utf8Form {
  unsigned mask, lead, least;
};
constexpr std::array<Utf8Form, 4> forms{
    {{0x80, 0x00, 0}, {0xe0, 0xc0, 0x80}, {0xf0, 0xe0, 0x800}, {0xf8, 0xf0, 0x10000}}};

unsigned byte_at(std::string_view text, std::size_t at) { return static_cast<unsigned char>(text[at]); }

/// Bytes of the character that begins the text; 0 if none does.
std::size_t character_length(std::string_view text) {
  const unsigned first = byte_at(text, 0);
  const auto form = std::ranges::find_if(forms, [&](const Utf8Form& f) { return (first & f.mask) == f.lead; });
  if (form == forms.end()) return 0;
  const auto length = static_cast<std::size_t>(form - forms.begin()) + 1;
  if (text.size() < length) return 0;
  unsigned code = first & ~form->mask;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte_at(text, i) & 0xc0) != 0x80) return 0;
    code = (code << 6) | (byte_at(text, i) & 0x3f);
  }
  const bool is_half = code >= 0xd800 && code <= 0xdfff;  // a surrogate is half a character of UTF-16
  return code < form->least || code > 0x10ffff || is_half ? 0 : length;
}

bool is_control(unsigned byte) { return (byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r') || byte == 0x7f; }

std::string describe_fault(std::string_view rest, bool is_start) {
  if (is_start && (rest.starts_with("\xff\xfe") || rest.starts_with("\xfe\xff")))
    return "is UTF-16: save the file as UTF-8";
  if (is_control(byte_at(rest, 0))) return fmt::format("control character {:#04x} in a text", byte_at(rest, 0));
  return fmt::format("byte {:#04x} is not UTF-8: save the file as UTF-8", byte_at(rest, 0));
}

}  // namespace

std::optional<TextFault> find_text_fault(std::string_view text) {
  TextFault place;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = character_length(text.substr(at));
    if (length == 0 || is_control(byte_at(text, at))) {
      place.reason = describe_fault(text.substr(at), at == 0);
      return place;
    }
    at += length;
    const bool ends_line = text[at - 1] == '\n' || (text[at - 1] == '\r' && !text.substr(at).starts_with('\n'));
    place.column = ends_line ? 1 : place.column + 1;
    place.line += ends_line ? 1 : 0;
  }
  return std::nullopt;
}

}  // namespace isinglass::config
