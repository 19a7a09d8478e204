#include "formats/text_lines.hpp"

#include "base/error.hpp"
#include "base/input_file.hpp"
#include "base/memory.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

namespace isinglass::formats {

namespace {

/// Some 10 ms of reading.
constexpr std::int64_t lines_between_looks = 1 << 16;

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\f' || c == '\v'; }

using namespace std::string_view_literals;

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

/// Files that are no text, by their first bytes, and the way out.
struct Other {
  std::string_view begin, advice;
};
constexpr std::array others{
    Other{"\xFF\xFE"sv, "text in UTF-16: save it as UTF-8"},
    Other{"\xFE\xFF"sv, "text in UTF-16: save it as UTF-8"},
    Other{"\x1F\x8B"sv, "compressed by gzip: unpack it first"},
    Other{"BZh"sv, "compressed by bzip2: unpack it first"},
    Other{"\xFD"
          "7zXZ"sv,
          "compressed by xz: unpack it first"},
    Other{"\x28\xB5\x2F\xFD"sv, "compressed by zstd: unpack it first"},
    Other{"PK\x03\x04"sv, "a zip archive: unpack it first"},
};

void expect_text(const std::string& name, std::string_view text) {
  for (const Other& other : others)
    if (text.starts_with(other.begin)) throw InputError(fmt::format("{}:1: {}", name, other.advice));
  if (text.find('\0') != std::string_view::npos)
    throw InputError(fmt::format("{}:1: the file is binary: expected text, or HDF5 of isinglass", name));
}

}  // namespace

TextLines::TextLines(const InstanceText& text, std::string comment_marks)
    : text_(text), marks_(std::move(comment_marks)) {}

const TextLines::Words* TextLines::next() {
  before_ = at_;
  line_before_ = line_;
  const std::string_view text = text_.text;
  while (at_ < text.size()) {
    std::size_t end = at_;
    while (end < text.size() && text[end] != '\n' && text[end] != '\r') ++end;
    std::string_view line = text.substr(at_, end - at_);
    at_ = end + (text.substr(end, 2) == "\r\n" ? 2 : 1);
    if (++line_ % lines_between_looks == 0) text_.look();
    while (!line.empty() && is_blank(line.front())) line.remove_prefix(1);
    if (line.empty()) continue;
    if (marks_.find(line.front()) != std::string::npos) {
      read_comment_(line.substr(1));
      continue;
    }
    if (const std::size_t mark = line.find('#'); mark != std::string_view::npos) {
      read_comment_(line.substr(mark + 1));
      line = line.substr(0, mark);
    }
    words_.clear();
    for (std::size_t begin = 0; begin < line.size() && words_.size() < most_words;) {
      if (is_blank(line[begin])) {
        ++begin;
        continue;
      }
      std::size_t stop = begin;
      while (stop < line.size() && !is_blank(line[stop])) ++stop;
      words_.push_back(line.substr(begin, stop - begin));
      begin = stop;
    }
    if (!words_.empty()) return &words_;  // a comment alone, of a format whose lines do not begin with #
  }
  return nullptr;
}

const TextLines::Words& TextLines::expect(std::string_view what) {
  const Words* words = next();
  if (words == nullptr) fail_at(std::max<std::int64_t>(line_, 1), fmt::format("the file ends before {}", what));
  return *words;
}

const TextLines::Words& TextLines::expect_entry(std::string_view what, std::int64_t k, std::int64_t count) {
  const Words* words = next();
  if (words == nullptr)
    fail_at(std::max<std::int64_t>(line_, 1), fmt::format("the file ends before {} {} of {}", what, k + 1, count));
  return *words;
}

void TextLines::put_back() {
  at_ = before_;
  line_ = line_before_;
}

std::string TextLines::place() const { return fmt::format("{}:{}", text_.name, line_); }

void TextLines::fail_at(std::int64_t line, std::string_view reason) const {
  throw InputError(fmt::format("{}:{}: {}", text_.name, line, reason));
}

std::int64_t TextLines::integer(std::string_view word, std::string_view what, std::int64_t first,
                                std::int64_t last) const {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error == std::errc::result_out_of_range) fail(fmt::format("{} {} is too large", what, shown(word)));
  if (error != std::errc() || end != word.data() + word.size())
    fail(fmt::format("expected {}, a whole number, found \"{}\"", what, shown(word)));
  if (value < first || value > last) fail(fmt::format("{} {} is outside of {} .. {}", what, value, first, last));
  return value;
}

double TextLines::number(std::string_view word, std::string_view what) const {
  double value = 0;
  const char* begin = word.data() + (word.starts_with('+') ? 1 : 0);
  const auto [end, error] = std::from_chars(begin, word.data() + word.size(), value);
  if (error == std::errc::result_out_of_range)
    fail(fmt::format("{} {} is outside of double precision", what, shown(word)));
  if (error != std::errc() || end != word.data() + word.size())
    fail(fmt::format("expected {}, a number, found \"{}\"", what, shown(word)));
  if (!std::isfinite(value)) fail(fmt::format("{} is {}: it must be finite", what, shown(word)));
  return value;
}

double TextLines::exact_number(std::string_view word, std::string_view what) const {
  const double value = number(word, what);
  constexpr double beyond = 9.3e18;  // larger ones stand for infinity or fail as too large for the problem
  std::int64_t whole = 0;
  if (word.starts_with('+')) word.remove_prefix(1);
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), whole);
  const bool is_whole = end == word.data() + word.size() && std::abs(value) < beyond;
  if (is_whole && (error != std::errc() || value >= 0x1p63 || static_cast<std::int64_t>(value) != whole))
    fail(fmt::format(
        "{} {} is a whole number that double precision rounds to {:.0f}: constraints hold to the last digit, so "
        "divide all values of this one",
        what, shown(word), value));
  return value;
}

void TextLines::expect_words(const Words& words, std::size_t count, std::string_view what) const {
  if (words.size() != count)
    fail(fmt::format("expected {}, found {}{} words", what, words.size() == most_words ? "at least " : "",
                     words.size()));
}

void expect_memory(const TextLines& lines, const InstanceSize& size) {
  // What each takes until it is a problem of a machine, the text itself not counted; see docs/solve.md.
  constexpr double bytes_a_variable = 440, bytes_an_entry = 160, bytes_a_row = 400;
  const double needed = bytes_a_variable * static_cast<double>(size.variables) +
                        bytes_an_entry * static_cast<double>(size.entries) +
                        bytes_a_row * static_cast<double>(size.rows);
  const std::optional<std::int64_t> limit = lines.text().memory, available = limit ? limit : available_memory();
  if (!available || needed <= static_cast<double>(*available)) return;
  lines.fail(fmt::format("{} variables, {} entries and {} constraints need about {} of memory, and {} are available",
                         size.variables, size.entries, size.rows,
                         bytes_text(static_cast<std::int64_t>(std::min(needed, 9e18))), bytes_text(*available)));
}

std::string shown(std::string_view word) {
  constexpr std::size_t longest = 40;
  std::string text(word.substr(0, longest));
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 32 || static_cast<unsigned char>(c) > 126) c = '?';
  return word.size() > longest ? text + "..." : text;
}

std::string upper_case(std::string_view word) {
  std::string text(word);
  for (char& c : text)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return text;
}

InstanceText read_instance_text(const std::filesystem::path& path, std::function<void()> look) {
  InstanceText read{path.string(),
                    read_input_file(path, "an instance file", std::numeric_limits<std::int64_t>::max(), look),
                    std::move(look), std::nullopt};
  if (read.text.starts_with(byte_order_mark)) read.text.erase(0, byte_order_mark.size());
  expect_text(read.name, read.text);
  return read;
}

void Magnitude::add(const TextLines& lines, double value, std::string_view what) {
  const double size = std::abs(value);
  total_ += size;
  if (!(total_ <= largest_))
    lines.fail(fmt::format(
        "{} {}: the values up to here add up to more than {:.3g}, beyond which sums or squares overflow: divide all "
        "values by a power of ten",
        what, value, largest_));
  if (size > 0 && size < 1 / largest_)
    lines.fail(fmt::format("{} {}: nearer to 0 than {:.3g}, where sums lose it: multiply all values by a power of ten",
                           what, value, 1 / largest_));
}

}  // namespace isinglass::formats
