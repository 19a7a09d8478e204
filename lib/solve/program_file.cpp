#include "solve/program_file.hpp"

#include "base/error.hpp"
#include "files/file_format.hpp"

#include <limits>

#include <fmt/format.h>

namespace isinglass::solve {

namespace {

constexpr files::FileFormat format{.name = "isinglass-program-solution",
                                   .noun = "a solution of a binary program",
                                   .major_version = 1,
                                   .minor_version = 0,
                                   .last_mark = "complete",
                                   .if_absent = "give the --output of isinglass solve",
                                   .if_unfinished = "solve again"};

constexpr double nothing = std::numeric_limits<double>::quiet_NaN();

template <class Value>
void write_column(const h5::Group& group, const char* name, const ProgramResult& result, Value&& value) {
  std::vector<double> column;
  for (const ProgramIteration& row : result.iterations) column.push_back(value(row));
  h5::write(group, name, column);
}

void write_iterations(const h5::Group& root, const ProgramResult& result) {
  const h5::Group group = root.create_group("iterations");
  write_column(group, "energy", result, [](const auto& row) { return row.energy; });
  write_column(group, "objective", result, [](const auto& row) { return row.objective; });
  write_column(group, "violation", result, [](const auto& row) { return row.violation; });
  write_column(group, "gap", result, [](const auto& row) { return row.gap; });
  write_column(group, "feasible_reads", result,
               [](const auto& row) { return static_cast<double>(row.feasible_reads); });
  write_column(group, "completed_reads", result,
               [](const auto& row) { return static_cast<double>(row.completed_reads); });
  write_column(group, "incumbent", result, [](const auto& row) { return row.incumbent.value_or(nothing); });
}

void write_atoms(const h5::Group& root, const ProgramResult& result) {
  const h5::Group group = root.create_group("atoms");
  std::vector<std::uint8_t> spins;
  std::vector<double> weights;
  for (const ProgramAtom& atom : result.atoms) {
    spins.insert(spins.end(), atom.spins.begin(), atom.spins.end());
    weights.push_back(atom.weight);
  }
  h5::write(group, "weights", weights);
  h5::write<std::uint8_t>(group, "spins", spins, {weights.size(), weights.empty() ? 0 : spins.size() / weights.size()});
}

void write_best(const h5::Group& root, const SolutionFacts& facts, const ProgramResult& result) {
  const h5::Group group = root.create_group("best");
  const double sign = facts.is_maximised ? -1 : 1;
  h5::write_attribute(group, "feasible", std::int64_t{result.best ? 1 : 0});
  h5::write_attribute(group, "value", result.best ? sign * result.objective : nothing);
  h5::write_attribute(group, "bound", result.lower_bound ? sign * *result.lower_bound : nothing);
  h5::write(group, "x", result.best.value_or(formats::Bits{}));
}

void write_origin(const h5::Group& root, const SolutionFacts& facts, const ProgramResult& result) {
  const h5::Group instance = root.create_group("instance");
  h5::write_attribute(instance, "file", facts.instance);
  h5::write_attribute(instance, "format", facts.format);
  h5::write_attribute(instance, "is_maximised", std::int64_t{facts.is_maximised ? 1 : 0});
  h5::write_attribute(instance, "spins", result.spins);
  h5::write_attribute(instance, "slack_bits", result.slack_bits);
  h5::write_attribute(instance, "couplers", result.couplers);
  files::write_config_text(root, facts.settings_yaml);
  const h5::Group settings = root.create_group("settings");
  h5::write_attribute(settings, "machine", facts.machine);
  h5::write_attribute(settings, "seed", static_cast<std::int64_t>(facts.seed));
  h5::write_attribute(settings, "sweeps", facts.sweeps);
}

void write_provenance(const h5::Group& root, const SolutionFacts& facts, const ProgramResult& result) {
  const h5::Group group = root.create_group("provenance");
  for (const auto& [name, text] : facts.provenance) h5::write_attribute(group, name, text);
  h5::write_attribute(group, "stop_reason", facts.stop_reason);
  h5::write_attribute(group, "wall_seconds", result.wall_seconds);
  h5::write_attribute(group, "seconds_to_best", result.seconds_to_best);
  write_column(group, "iteration_seconds", result, [](const auto& row) { return row.seconds; });
}

}  // namespace

void write_program_solution(const std::filesystem::path& path, const SolutionFacts& facts,
                            const ProgramResult& result) {
  const auto fill = [&](const h5::Group& root) {
    write_origin(root, facts, result);
    write_best(root, facts, result);
    write_iterations(root, result);
    write_atoms(root, result);
    write_provenance(root, facts, result);
  };
  files::write_file(path, format, fill,
                    [](const std::filesystem::path& written) { static_cast<void>(read_program_solution(written)); });
}

formats::Bits read_program_solution(const std::filesystem::path& path) {
  formats::Bits x;
  files::read_file(path, format,
                   [&](const h5::Group& root) { x = h5::read<std::uint8_t>(root.open_group("best"), "x"); });
  return x;
}

}  // namespace isinglass::solve
