#include "run/results_file.hpp"

#include <cmath>
#include <string_view>
#include <type_traits>

#include <fmt/format.h>

#include "base/error.hpp"
#include "files/file_format.hpp"
#include "run/model_group.hpp"
#include "run/run_folder.hpp"

namespace isinglass::run {
namespace {

namespace fs = std::filesystem;

constexpr files::FileFormat results_format{.name = "isinglass-results",
                                           .noun = "a results file",
                                           .major_version = 1,
                                           .minor_version = 1,
                                           .last_mark = "finished",
                                           .if_absent = "give the results.h5 of a finished run",
                                           .if_unfinished = "run the training again"};

template <class T>
void write_column(const h5::Group& group, const char* name, const std::vector<train::HistoryRow>& history,
                  T train::HistoryRow::*member) {
  std::vector<T> column;
  for (const train::HistoryRow& row : history) column.push_back(row.*member);
  if constexpr (std::is_same_v<T, std::string>) {
    h5::write_texts(group, name, column);
  } else {
    h5::write<T>(group, name, column);
  }
}

template <class T>
void read_column(const h5::Group& group, const char* name, std::vector<train::HistoryRow>& history,
                 T train::HistoryRow::*member) {
  std::vector<T> column;
  if constexpr (std::is_same_v<T, std::string>) {
    column = h5::read_texts(group, name);
  } else {
    column = h5::read<T>(group, name);
  }
  if (column.size() != history.size()) throw InputError(group.where(name) + ": is not as long as the other columns");
  for (std::size_t i = 0; i < column.size(); ++i) history[i].*member = column[i];
}

[[noreturn]] void fail(const h5::Group& group, const char* name, std::string_view what) {
  throw InputError(fmt::format("{}: {}", group.where(name), what));
}

/// Refuses numbers that no run can have written.
void expect_number(const h5::Group& group, const train::ResultField& field, double value) {
  using enum train::ResultField::Range;
  const bool is_possible = field.range == fraction ? !(value < 0) && !(value > 1)
                                                   : std::isfinite(value) && (value >= 0 || field.range == any);
  if (!is_possible)
    fail(group, field.name, fmt::format("{} is {}", value, field.range == fraction ? "no fraction" : "impossible"));
}

/// A square of counts that add up to the test samples.
void expect_confusion(const h5::Group& group, const train::RunResults& results) {
  const h5::Dimensions shape = h5::dimensions_of(group, "confusion");
  std::int64_t left = results.test_samples;
  for (const std::int64_t count : results.confusion) {
    if (count < 0 || count > left) fail(group, "confusion", "its counts are not those of the test samples");
    left -= count;
  }
  const bool is_square = shape.size() == 2 && shape[0] == shape[1];
  if (!is_square || (!results.confusion.empty() && left != 0))
    fail(group, "confusion", "its counts are not those of the test samples");
}

/// Iterations rise within a phase, time never falls.
void expect_rising(const h5::Group& history, const h5::Group& provenance, const std::vector<train::HistoryRow>& rows) {
  const train::HistoryRow* before = nullptr;
  for (const train::HistoryRow& row : rows) {
    const bool is_same_phase = before != nullptr && before->phase == row.phase;
    const std::int64_t least = is_same_phase ? before->iteration + 1 : 0;
    if (row.iteration < least)
      fail(history, "iteration", fmt::format("{} where at least {} comes", row.iteration, least));
    if (!std::isfinite(row.wall_seconds) || row.wall_seconds < 0)
      fail(provenance, "history_wall_seconds", fmt::format("{} is no duration", row.wall_seconds));
    before = &row;
  }
}

/// Side of the confusion matrix; 0 where there is none.
std::size_t classes_of(std::size_t elements) {
  std::size_t side = 0;
  while (side * side < elements) ++side;
  return side;
}

/// The groups /results and /history, and what is added to /provenance.
void write_numbers(const h5::Group& root, const h5::Group& provenance, const train::RunResults& results) {
  const h5::Group group = root.create_group("results");
  train::for_each_number([&](const train::ResultField& field, auto member) {
    h5::write_attribute(field.is_provenance ? provenance : group, field.name, results.*member);
  });
  h5::write_attribute(group, "stop_reason", results.stop_reason);
  const std::size_t classes = classes_of(results.confusion.size());
  h5::write<std::int64_t>(group, "confusion", results.confusion, {classes, classes});
  write_history(root, provenance, results.history);
}

/// Reads what write_numbers wrote. Throws InputError or SystemError where anything is missing or does not fit.
train::RunResults read_numbers(const h5::Group& root) {
  train::RunResults results;
  const h5::Group group = root.open_group("results"), provenance = root.open_group("provenance");
  train::for_each_number([&]<class T>(const train::ResultField& field, T train::RunResults::*member) {
    const h5::Group& place = field.is_provenance ? provenance : group;
    results.*member = h5::read_attribute<T>(place, field.name);
    expect_number(place, field, static_cast<double>(results.*member));
  });
  results.stop_reason = h5::read_text_attribute(group, "stop_reason");
  results.confusion = h5::read<std::int64_t>(group, "confusion");
  expect_confusion(group, results);
  results.history = read_history(root);
  expect_rising(root.open_group("history"), provenance, results.history);
  return results;
}

}  // namespace

void write_history(const h5::Group& root, const h5::Group& provenance, const std::vector<train::HistoryRow>& history) {
  const h5::Group group = root.create_group("history");
  train::for_each_column([&](const train::HistoryField& field, auto member) {
    write_column(field.is_provenance ? provenance : group, field.name, history, member);
  });
}

std::vector<train::HistoryRow> read_history(const h5::Group& root) {
  const h5::Group group = root.open_group("history"), provenance = root.open_group("provenance");
  std::vector<train::HistoryRow> history(h5::read<std::int64_t>(group, "iteration").size());
  train::for_each_column([&](const train::HistoryField& field, auto member) {
    read_column(field.is_provenance ? provenance : group, field.name, history, member);
  });
  return history;
}

void write_results(const fs::path& path, const Model& model, const train::RunResults& results,
                   const Provenance& provenance) {
  const auto fill = [&](const h5::Group& root) {
    write_model_group(root, model);
    files::write_config_text(root, model.config_yaml);
    const h5::Group origin = root.create_group("provenance");
    for (const auto& [name, text] : provenance) h5::write_attribute(origin, name, text);
    write_numbers(root, origin, results);
  };
  const auto verify = [](const fs::path& written) {
    static_cast<void>(read_model(written));
    static_cast<void>(read_results(written));
  };
  files::write_file(path, results_format, fill, verify);
}

fs::path model_file(const fs::path& folder_or_file) {
  return fs::is_directory(folder_or_file) ? RunFolder{folder_or_file}.results() : folder_or_file;
}

Model read_model(const fs::path& path) {
  Model model;
  files::read_file(path, results_format, [&](const h5::Group& root) {
    model = read_model_group(root);
    model.config_yaml = files::read_config_text(root);
  });
  return model;
}

train::RunResults read_results(const fs::path& path) {
  train::RunResults results;
  files::read_file(path, results_format, [&](const h5::Group& root) { results = read_numbers(root); });
  return results;
}

}  // namespace isinglass::run
