#include "run/trace.hpp"

#include "base/error.hpp"
#include "base/input_file.hpp"
#include "files/atomic_file.hpp"

#include <cerrno>
#include <cstring>
#include <optional>
#include <sstream>
#include <string>
#include <type_traits>

#include <fmt/format.h>

namespace isinglass::run {

namespace {

std::string header() {
  std::string text;
  train::for_each_column(
      [&](const train::HistoryField& field, auto) { text += (text.empty() ? "" : ",") + std::string(field.heading); });
  return text;
}

void parse(const std::string& cell, std::string& value) { value = cell; }
void parse(const std::string& cell, std::int64_t& value) { value = std::strtoll(cell.c_str(), nullptr, 10); }
void parse(const std::string& cell, double& value) { value = std::strtod(cell.c_str(), nullptr); }  // reads "nan" too

std::optional<train::HistoryRow> parse_row(const std::string& line) {
  std::istringstream stream(line);
  train::HistoryRow row;
  bool is_whole = true;
  train::for_each_column([&](const train::HistoryField&, auto member) {
    std::string cell;
    is_whole = is_whole && std::getline(stream, cell, ',');
    parse(cell, row.*member);
  });
  return is_whole ? std::optional(row) : std::nullopt;
}

/// Times to the millisecond; all else so that it reads as the same number.
std::string line_of(const train::HistoryRow& row) {
  std::string line;
  train::for_each_column([&]<class T>(const train::HistoryField& field, T train::HistoryRow::*member) {
    if constexpr (std::is_same_v<T, double>) {
      if (field.is_provenance) {
        line += fmt::format("{:.3f},", row.*member);
        return;
      }
    }
    line += fmt::format("{},", row.*member);
  });
  line.back() = '\n';
  return line;
}

}  // namespace

TraceFile::TraceFile(const std::filesystem::path& path, const std::vector<train::HistoryRow>& earlier) : path_(path) {
  std::string text = header() + "\n";
  for (const train::HistoryRow& row : earlier) text += line_of(row);
  files::write_text_atomically(path, text);
  file_.open(path, std::ios::app);
  flush();
}

void TraceFile::append(const train::HistoryRow& row) {
  file_ << line_of(row);
  flush();
}

void TraceFile::flush() {
  file_.flush();
  if (!file_) throw SystemError(fmt::format("{}: cannot write the trace: {}", path_.string(), std::strerror(errno)));
}

std::vector<train::HistoryRow> read_trace(const std::filesystem::path& path) {
  std::vector<train::HistoryRow> rows;
  constexpr std::int64_t longest = std::int64_t{1} << 30;
  if (std::error_code none; std::filesystem::status(path, none).type() == std::filesystem::file_type::not_found)
    return rows;
  std::istringstream file(read_input_file(path, "a trace", longest));
  std::string line;
  if (!std::getline(file, line)) return rows;
  if (line != header()) throw InputError(fmt::format("{}: not a trace of this version of isinglass", path.string()));
  while (std::getline(file, line) && !file.eof()) {  // no newline at the end: the writer was stopped within the row
    if (std::optional<train::HistoryRow> row = parse_row(line)) rows.push_back(std::move(*row));
  }
  return rows;
}

}  // namespace isinglass::run
