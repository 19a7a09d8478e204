#include "run/results_group.hpp"

#include <cmath>
#include <string_view>
#include <type_traits>

#include <fmt/format.h>

#include "base/error.hpp"

namespace isinglass {
namespace {

/// The one list of scalar results: calls visit(name, field) for each.
void for_each_number(auto& results, auto&& visit) {
  visit("train_accuracy", results.train_accuracy);
  visit("validation_accuracy", results.validation_accuracy);
  visit("test_accuracy", results.test_accuracy);
  visit("objective", results.objective);
  visit("bits_per_parameter", results.bits_per_parameter);
  visit("parameters", results.parameters);
  visit("train_samples", results.train_samples);
  visit("validation_samples", results.validation_samples);
  visit("test_samples", results.test_samples);
  visit("constraints", results.constraints);
  visit("spins", results.spins);
}

/// The one list of history columns: calls visit(name, member) for each that is a result.
void for_each_column(auto&& visit) {
  visit("phase", &HistoryRow::phase);
  visit("iteration", &HistoryRow::iteration);
  visit("energy", &HistoryRow::energy);
  visit("objective", &HistoryRow::objective);
  visit("incumbent_objective", &HistoryRow::incumbent_objective);
  visit("violation", &HistoryRow::violation);
  visit("gap", &HistoryRow::gap);
  visit("train_accuracy", &HistoryRow::train_accuracy);
  visit("validation_accuracy", &HistoryRow::validation_accuracy);
}

template <class T>
void write_column(const h5::Group& group, const char* name, const std::vector<HistoryRow>& history, T HistoryRow::*member) {
  std::vector<T> column;
  for (const HistoryRow& row : history) column.push_back(row.*member);
  if constexpr (std::is_same_v<T, std::string>) {
    h5::write_texts(group, name, column);
  } else {
    h5::write<T>(group, name, column);
  }
}

template <class T>
void read_column(const h5::Group& group, const char* name, std::vector<HistoryRow>& history, T HistoryRow::*member) {
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

void expect_time(const h5::Group& group, const char* name, double seconds) {
  if (!std::isfinite(seconds) || seconds < 0) fail(group, name, fmt::format("{} is no duration", seconds));
}

/// A number of results that no run can have written.
void expect_number(const h5::Group& group, const std::string& name, double value) {
  if (name.ends_with("_accuracy")) {
    if (value < 0 || value > 1) fail(group, name.c_str(), fmt::format("{} is no fraction", value));  // NaN: no such split
    return;
  }
  const bool can_be_negative = name == "objective";
  if (!std::isfinite(value) || (value < 0 && !can_be_negative))
    fail(group, name.c_str(), fmt::format("{} is impossible", value));
}

/// A square of counts that add up to the test samples.
void expect_confusion(const h5::Group& group, const RunResults& results) {
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
void expect_rising(const h5::Group& history, const h5::Group& provenance, const std::vector<HistoryRow>& rows) {
  const HistoryRow* before = nullptr;
  for (const HistoryRow& row : rows) {
    const bool is_same_phase = before != nullptr && before->phase == row.phase;
    const std::int64_t least = is_same_phase ? before->iteration + 1 : 0;
    if (row.iteration < least) fail(history, "iteration", fmt::format("{} where at least {} comes", row.iteration, least));
    expect_time(provenance, "history_wall_seconds", row.wall_seconds);
    before = &row;
  }
}

/// Side of the confusion matrix; 0 where there is none.
std::size_t classes_of(std::size_t elements) {
  std::size_t side = 0;
  while (side * side < elements) ++side;
  return side;
}

}  // namespace

void write_results_groups(const h5::Group& root, const RunResults& results) {
  const h5::Group group = root.create_group("results");
  for_each_number(results, [&](const char* name, auto value) { h5::write_attribute(group, name, value); });
  h5::write_attribute(group, "stop_reason", results.stop_reason);
  const std::size_t classes = classes_of(results.confusion.size());
  h5::write<std::int64_t>(group, "confusion", results.confusion, {classes, classes});
  write_history(root, results.history);
}

void write_history(const h5::Group& root, const std::vector<HistoryRow>& history) {
  const h5::Group group = root.create_group("history");
  for_each_column([&](const char* name, auto member) { write_column(group, name, history, member); });
}

void write_history_times(const h5::Group& provenance, const std::vector<HistoryRow>& history) {
  write_column(provenance, "history_wall_seconds", history, &HistoryRow::wall_seconds);
}

std::vector<HistoryRow> read_history(const h5::Group& root) {
  const h5::Group group = root.open_group("history");
  std::vector<HistoryRow> history(h5::read<std::int64_t>(group, "iteration").size());
  for_each_column([&](const char* name, auto member) { read_column(group, name, history, member); });
  read_column(root.open_group("provenance"), "history_wall_seconds", history, &HistoryRow::wall_seconds);
  return history;
}

void write_times(const h5::Group& provenance, const RunResults& results) {
  h5::write_attribute(provenance, "wall_seconds", results.wall_seconds);
  h5::write_attribute(provenance, "data_seconds", results.data_seconds);
  h5::write_attribute(provenance, "constraint_bytes", results.constraint_bytes);
  write_history_times(provenance, results.history);
}

RunResults read_results_groups(const h5::Group& root) {
  RunResults results;
  const h5::Group group = root.open_group("results");
  for_each_number(results, [&](const char* name, auto& value) {
    value = h5::read_attribute<std::remove_reference_t<decltype(value)>>(group, name);
    expect_number(group, name, static_cast<double>(value));
  });
  results.stop_reason = h5::read_text_attribute(group, "stop_reason");
  results.confusion = h5::read<std::int64_t>(group, "confusion");
  expect_confusion(group, results);

  results.history = read_history(root);
  const h5::Group provenance = root.open_group("provenance");
  results.wall_seconds = h5::read_attribute<double>(provenance, "wall_seconds");
  results.data_seconds = h5::read_attribute<double>(provenance, "data_seconds");
  results.constraint_bytes = h5::read_attribute<std::int64_t>(provenance, "constraint_bytes");
  expect_time(provenance, "wall_seconds", results.wall_seconds);
  expect_time(provenance, "data_seconds", results.data_seconds);
  expect_rising(root.open_group("history"), provenance, results.history);
  return results;
}

}  // namespace isinglass
