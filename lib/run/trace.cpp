#include "run/trace.hpp"

#include "base/error.hpp"
#include "base/input_file.hpp"
#include "files/atomic_file.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace isinglass {

namespace {

constexpr std::string_view header =
    "phase,iteration,wall[s],energy[grid],objective[grid],incumbent_objective[grid],violation[rms^2],gap[grid],"
    "train_accuracy[fraction],validation_accuracy[fraction]";

/// The numbers of a row behind phase and iteration, in the order of the header.
constexpr std::array<double HistoryRow::*, 8> columns{
    &HistoryRow::wall_seconds, &HistoryRow::energy, &HistoryRow::objective,      &HistoryRow::incumbent_objective,
    &HistoryRow::violation,    &HistoryRow::gap,    &HistoryRow::train_accuracy, &HistoryRow::validation_accuracy};

std::optional<HistoryRow> parse_row(const std::string& line) {
  std::istringstream stream(line);
  std::string cell;
  HistoryRow row;
  if (!std::getline(stream, row.phase, ',') || !std::getline(stream, cell, ',')) return std::nullopt;
  row.iteration = std::strtoll(cell.c_str(), nullptr, 10);
  for (const auto column : columns) {
    if (!std::getline(stream, cell, ',')) return std::nullopt;
    row.*column = std::strtod(cell.c_str(), nullptr);  // reads "nan" too, which from_chars of streams does not
  }
  return row;
}

std::string line_of(const HistoryRow& row) {
  std::string line = fmt::format("{},{},{:.3f}", row.phase, row.iteration, row.wall_seconds);
  for (std::size_t i = 1; i < columns.size(); ++i) line += fmt::format(",{}", row.*columns[i]);
  return line + "\n";
}

}  // namespace

TraceFile::TraceFile(const std::filesystem::path& path, const std::vector<HistoryRow>& earlier) : path_(path) {
  std::string text = fmt::format("{}\n", header);
  for (const HistoryRow& row : earlier) text += line_of(row);
  write_text_atomically(path, text);
  file_.open(path, std::ios::app);
  flush();
}

void TraceFile::append(const HistoryRow& row) {
  file_ << line_of(row);
  flush();
}

void TraceFile::flush() {
  file_.flush();
  if (!file_) throw SystemError(fmt::format("{}: cannot write the trace: {}", path_.string(), std::strerror(errno)));
}

std::vector<HistoryRow> read_trace(const std::filesystem::path& path) {
  std::vector<HistoryRow> rows;
  constexpr std::int64_t longest = std::int64_t{1} << 30;
  if (std::error_code none; std::filesystem::status(path, none).type() == std::filesystem::file_type::not_found) return rows;
  std::istringstream file(read_input_file(path, "a trace", longest));
  std::string line;
  if (!std::getline(file, line)) return rows;
  if (line != header) throw InputError(fmt::format("{}: not a trace of this version of isinglass", path.string()));
  while (std::getline(file, line) && !file.eof()) {  // no newline at the end: the writer was stopped within the row
    if (std::optional<HistoryRow> row = parse_row(line)) rows.push_back(std::move(*row));
  }
  return rows;
}

}  // namespace isinglass
