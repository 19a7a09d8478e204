#include "sweep/collect.hpp"

#include "base/error.hpp"
#include "files/atomic_file.hpp"
#include "files/file_format.hpp"
#include "files/output_place.hpp"
#include "run/results_file.hpp"
#include "sweep/fates.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <optional>
#include <type_traits>
#include <utility>

#include <fmt/format.h>

namespace isinglass::sweep {

namespace {

constexpr files::FileFormat format{.name = "isinglass-sweep",
                                   .noun = "a table of a sweep",
                                   .major_version = 1,
                                   .minor_version = 1,
                                   .last_mark = "complete",
                                   .if_absent = "isinglass sweep --collect makes one",
                                   .if_unfinished = "collect the sweep again"};

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + "\"";
}

std::string csv_header(const Sweep& sweep) {
  std::string header = "point";
  for (const SweepAxis& axis : sweep.axes) header += fmt::format(",{}", csv_field(axis.key));
  train::for_each_number([&](const train::ResultField& field, auto) { header += fmt::format(",{}", field.name); });
  return header + "\n";
}

template <class T>
std::optional<T> parse(const std::string& text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

template <class T>
bool all_are(const SweepAxis& axis) {
  return std::all_of(axis.values.begin(), axis.values.end(),
                     [](const auto& v) { return parse<T>(v.text).has_value(); });
}

template <class T>
void write_numbers(const h5::Group& group, const std::string& name, const std::vector<std::string>& texts) {
  std::vector<T> numbers;
  for (const std::string& text : texts) numbers.push_back(parse<T>(text).value());
  h5::write<T>(group, name, numbers);
}

/// Writes numbers if all values of the axis are numbers, not only those of the points that are finished.
void write_axis(const h5::Group& group, const Sweep& sweep, std::size_t index, const std::vector<SweepRow>& rows) {
  const SweepAxis& axis = sweep.axes[index];
  std::vector<std::string> texts;
  for (const SweepRow& row : rows) texts.push_back(row.point.overrides[index].second);
  if (all_are<std::int64_t>(axis)) return write_numbers<std::int64_t>(group, axis.key, texts);
  if (all_are<double>(axis)) return write_numbers<double>(group, axis.key, texts);
  h5::write_texts(group, axis.key, texts);
}

template <class T>
void write_column(const h5::Group& group, const char* name, const std::vector<SweepRow>& rows,
                  T train::RunResults::*member) {
  std::vector<T> column;
  for (const SweepRow& row : rows) column.push_back(row.results.*member);
  h5::write<T>(group, name, column);
}

std::vector<std::int64_t> numbers_of(const std::vector<SweepRow>& rows) {
  std::vector<std::int64_t> numbers;
  for (const SweepRow& row : rows) numbers.push_back(row.point.number);
  return numbers;
}

void write_content(const h5::Group& root, const Sweep& sweep, const std::vector<SweepRow>& rows) {
  h5::write_attribute(root, "points", point_count(sweep));

  std::vector<std::string> keys;
  for (const SweepAxis& axis : sweep.axes) keys.push_back(axis.key);
  h5::write_texts(root, "axis_keys", keys);
  const h5::Group axes = root.create_group("axes");
  for (std::size_t i = 0; i < keys.size(); ++i) write_axis(axes, sweep, i, rows);

  const h5::Group results = root.create_group("results"), provenance = root.create_group("provenance");
  h5::write<std::int64_t>(results, "point", numbers_of(rows));
  train::for_each_number([&](const train::ResultField& field, auto member) {
    write_column(field.is_provenance ? provenance : results, field.name, rows, member);
  });

  const h5::Group config = root.create_group("config");
  h5::write_texts(config, "sweep", std::array{sweep.text});
  h5::write_texts(config, "base", std::array{sweep.base_text});
}

}  // namespace

std::string to_csv(const Sweep& sweep, const std::vector<SweepRow>& rows) {
  std::string text = csv_header(sweep);
  for (const SweepRow& row : rows) {
    text += fmt::format("{}", row.point.number);
    for (const auto& [key, value] : row.point.overrides) text += fmt::format(",{}", csv_field(value));
    train::for_each_number(
        [&](const train::ResultField&, auto member) { text += fmt::format(",{}", row.results.*member); });
    text += "\n";
  }
  return text;
}

void write_sweep_results(const std::filesystem::path& path, const Sweep& sweep, const std::vector<SweepRow>& rows) {
  const auto fill = [&](const h5::Group& root) { write_content(root, sweep, rows); };
  const auto verify = [&](const std::filesystem::path& written) {
    std::vector<std::int64_t> points;
    files::read_file(written, format, [&](const h5::Group& root) {
      points = h5::read<std::int64_t>(root.open_group("results"), "point");
    });
    if (points != numbers_of(rows)) throw SystemError(written.string() + ": reads back otherwise than it was written");
  };
  files::write_file(path, format, fill, verify);
}

Collection collect(const Sweep& sweep) {
  Collection found;
  for (std::int64_t number = 1; number <= point_count(sweep); ++number) {
    SweepPoint point = point_of(sweep, number);
    const PointState state = state_of(sweep, point);
    if (!state.error.empty()) found.errors += (found.errors.empty() ? "" : "\n") + state.error;
    if (state.state != run::RunState::finished) {
      found.missing.push_back(number);
      continue;
    }
    try {
      train::RunResults results = run::read_results(run::RunFolder{point.folder}.results());
      results.history.clear();  // not in the table, and long
      found.rows.push_back({std::move(point), std::move(results)});
    } catch (const InputError& error) {  // one bad file does not hide the others
      found.missing.push_back(number);
      found.errors += (found.errors.empty() ? "" : "\n") + std::string(error.what());
    }
  }
  return found;
}

void write_tables(const Sweep& sweep, const std::vector<SweepRow>& rows, std::vector<std::string>& written) {
  if (rows.empty()) return;
  const std::filesystem::path csv = sweep.output / "sweep.csv", h5 = sweep.output / "sweep.h5";
  for (const std::filesystem::path& path : {csv, h5}) files::expect_output_place(path, {sweep.path});
  files::write_text_atomically(csv, to_csv(sweep, rows));
  written.push_back(csv.string());
  write_sweep_results(h5, sweep, rows);
  written.push_back(h5.string());
}

std::string number_list(const std::vector<std::int64_t>& numbers) {
  std::string text;
  for (std::size_t i = 0; i < numbers.size();) {
    std::size_t last = i;
    while (last + 1 < numbers.size() && numbers[last + 1] == numbers[last] + 1) ++last;
    text += fmt::format("{}{}", text.empty() ? "" : ",", numbers[i]);
    if (last > i) text += fmt::format("-{}", numbers[last]);
    i = last + 1;
  }
  return text;
}

}  // namespace isinglass::sweep
