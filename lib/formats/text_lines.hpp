#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace isinglass::formats {

/// An instance file as it was read: what its readers work on.
struct InstanceText {
  std::string name;                      ///< of the file, for messages
  std::string text;                      ///< without a byte-order mark
  std::function<void()> look = [] {};    ///< called several times a second; may throw, for example on a stop signal
  std::optional<std::int64_t> memory{};  ///< bytes that a problem may take; nothing: what is available
};

/// The text of an instance file. InputError: not a regular file, binary, compressed, in UTF-16, or larger than the
/// memory.
[[nodiscard]] InstanceText read_instance_text(
    const std::filesystem::path& path, std::function<void()> look = [] {});

/// The lines of a text file as words, with their numbers for messages: every error is one InputError "FILE:LINE:
/// reason".
class TextLines {
public:
  /// Reads `text`, which must outlive this. Lines that begin with one of `comment_marks` and lines without words are no
  /// lines to next(); # ends a line.
  TextLines(const InstanceText& text, std::string comment_marks);

  using Words = std::vector<std::string_view>;
  /// More than the lines of any format have.
  static constexpr std::size_t most_words = 16;
  /// The words of the next line, of which no more than `most_words` are kept; nullptr at the end. Valid until the next
  /// call.
  [[nodiscard]] const Words* next();
  /// Reads a line that must be there: "FILE:LINE: the file ends before WHAT".
  [[nodiscard]] const Words& expect(std::string_view what);
  /// Reads the line of entry k (from 0) of `count`.
  [[nodiscard]] const Words& expect_entry(std::string_view what, std::int64_t k, std::int64_t count);
  /// From now on next() calls `read` with each comment that it passes: a line that begins with a comment mark, or what
  /// follows # in a line, without the mark.
  void on_comment(std::function<void(std::string_view)> read) { read_comment_ = std::move(read); }
  /// The last call of next() comes again.
  void put_back();

  [[noreturn]] void fail(std::string_view reason) const { fail_at(line_, reason); }
  [[noreturn]] void fail_at(std::int64_t line, std::string_view reason) const;
  /// `word` as a whole number of first .. last.
  [[nodiscard]] std::int64_t integer(std::string_view word, std::string_view what, std::int64_t first,
                                     std::int64_t last) const;
  /// `word` as a finite number.
  [[nodiscard]] double number(std::string_view word, std::string_view what) const;
  /// Reads a number of a constraint, where the last digit counts: InputError also for a whole number that no double
  /// holds.
  [[nodiscard]] double exact_number(std::string_view word, std::string_view what) const;
  /// Throws unless the line has `count` words: "expected WHAT".
  void expect_words(const Words& words, std::size_t count, std::string_view what) const;

  [[nodiscard]] std::int64_t line() const { return line_; }
  /// "FILE:LINE" of the last line.
  [[nodiscard]] std::string place() const;
  [[nodiscard]] std::size_t bytes() const { return text_.text.size(); }
  [[nodiscard]] const InstanceText& text() const { return text_; }
  /// To be called within long loops over what was read.
  [[nodiscard]] const std::function<void()>& look() const { return text_.look; }

private:
  const InstanceText& text_;
  std::string marks_;
  std::size_t at_ = 0, before_ = 0;
  std::int64_t line_ = 0, line_before_ = 0;
  Words words_;
  std::function<void(std::string_view)> read_comment_ = [](std::string_view) {};
};

/// How much a file announces or holds.
struct InstanceSize {
  std::int64_t variables = 0, entries = 0, rows = 0;
};

/// Throws "FILE:LINE: reason" unless a problem of this size fits into the memory that is available.
void expect_memory(const TextLines& lines, const InstanceSize& size);

/// A word as it may stand in a message: short, and printable.
[[nodiscard]] std::string shown(std::string_view word);

/// Letters of ASCII in upper case: for words that mean the same in any case.
[[nodiscard]] std::string upper_case(std::string_view word);

/// Largest total of the magnitudes of an objective: no energy, twice a local field included, can overflow below it.
inline constexpr double largest_objective = std::numeric_limits<double>::max() / 256;
/// Largest total of what is squared on the way to a machine, as the rows of a constraint are.
inline constexpr double largest_squared = 1e120;

/// Adds up the magnitudes of coefficients as they are read, so that the line with which sums could overflow is known.
class Magnitude {
public:
  /// `largest` is the most that may be added up; values nearer to 0 than 1 / `largest`, but for 0, are refused as well.
  explicit Magnitude(double largest) : largest_(largest) {}

  /// Counts a value of the line that was read last. InputError "FILE:LINE: WHAT ..." if it is too much or too little.
  void add(const TextLines& lines, double value, std::string_view what);

private:
  double largest_, total_ = 0;
};

}  // namespace isinglass::formats
