#include "solve/solution_file.hpp"

#include "base/error.hpp"
#include "files/file_format.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

namespace isinglass::solve {

namespace {

constexpr files::FileFormat format_of(const char* name, const char* noun) {
  return {.name = name,
          .noun = noun,
          .major_version = 1,
          .minor_version = 0,
          .last_mark = "complete",
          .if_absent = "give the --output of isinglass solve",
          .if_unfinished = "solve again"};
}

constexpr files::FileFormat solutions = format_of("isinglass-solutions", "a file of solutions");
constexpr files::FileFormat program_solution =
    format_of("isinglass-program-solution", "a solution of a binary program");

constexpr double nothing = std::numeric_limits<double>::quiet_NaN();

std::size_t packed_bytes(std::size_t spins) { return (spins + 7) / 8; }

/// What the files of both kinds say of the instance.
h5::Group write_instance(const h5::Group& root, const SolutionFacts& facts, std::int64_t spins, std::int64_t couplers) {
  h5::Group group = root.create_group("instance");
  h5::write_attribute(group, "file", facts.instance);
  h5::write_attribute(group, "format", facts.format);
  h5::write_attribute(group, "is_maximised", std::int64_t{facts.is_maximised ? 1 : 0});
  h5::write_attribute(group, "spins", spins);
  h5::write_attribute(group, "couplers", couplers);
  return group;
}

void write_settings(const h5::Group& root, const SolutionFacts& facts) {
  files::write_config_text(root, facts.settings_yaml);
  const h5::Group group = root.create_group("settings");
  h5::write_attribute(group, "machine", facts.machine);
  h5::write_attribute(group, "seed", static_cast<std::int64_t>(facts.seed));
  h5::write_attribute(group, "sweeps", facts.sweeps);
}

void write_reads(const h5::Group& root, const SearchResult& result, std::size_t spins) {
  const h5::Group group = root.create_group("reads");
  h5::write_attribute(group, "done", result.done);
  h5::write_attribute(group, "solutions", result.solutions);
  h5::write_attribute(group, "dropped", result.dropped);
  std::vector<std::int64_t> index;
  std::vector<double> energy;
  std::vector<std::uint8_t> bits;
  for (const ising::Read& read : result.reads) {
    index.push_back(read.index);
    energy.push_back(read.energy);
    const std::vector<std::uint8_t> row = pack_spins(read.spins);
    bits.insert(bits.end(), row.begin(), row.end());
  }
  h5::write(group, "index", index);
  h5::write(group, "energy", energy);
  h5::write<std::uint8_t>(group, "spins", bits, {index.size(), packed_bytes(spins)});
}

void write_best(const h5::Group& root, const SolutionFacts& facts, const SearchResult& result) {
  const h5::Group group = root.create_group("best");
  const double energy = result.best ? result.best->energy : nothing;
  h5::write_attribute(group, "energy", energy);
  h5::write_attribute(group, "value", facts.is_maximised ? -energy : energy);
  h5::write_attribute(group, "index", result.best ? result.best->index : std::int64_t{-1});
  h5::write(group, "spins", result.best ? result.best->spins : ising::Spins{});
}

/// Times, and what depends on them, of either kind of result.
template <class Result>
h5::Group write_provenance(const h5::Group& root, const SolutionFacts& facts, const Result& result) {
  h5::Group group = root.create_group("provenance");
  for (const auto& [name, text] : facts.provenance) h5::write_attribute(group, name, text);
  h5::write_attribute(group, "stop_reason", facts.stop_reason);
  h5::write_attribute(group, "wall_seconds", result.wall_seconds);
  h5::write_attribute(group, "seconds_to_best", result.seconds_to_best);
  return group;
}

void write_work(const h5::Group& group, const SearchResult& result) {
  h5::write_attribute(group, "machine_seconds", result.machine_seconds);
  h5::write_attribute(group, "spin_updates", result.spin_updates);
  h5::write_attribute(group, "field_evaluations", result.field_evaluations);
  std::vector<double> seconds, energy;
  for (const ising::Improvement& step : result.history) {
    seconds.push_back(step.seconds);
    energy.push_back(step.energy);
  }
  h5::write(group, "history_seconds", seconds);
  h5::write(group, "history_energy", energy);
}

ising::Spins unpack_row(std::span<const std::uint8_t> row, std::size_t spins) {
  ising::Spins s(spins);
  for (std::size_t i = 0; i < spins; ++i) s[i] = (row[i / 8] >> (i % 8)) & 1 ? std::int8_t{1} : std::int8_t{-1};
  return s;
}

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

}  // namespace

std::vector<std::uint8_t> pack_spins(std::span<const std::int8_t> spins) {
  std::vector<std::uint8_t> bytes(packed_bytes(spins.size()));
  for (std::size_t i = 0; i < spins.size(); ++i)
    if (spins[i] > 0) bytes[i / 8] = static_cast<std::uint8_t>(bytes[i / 8] | (1U << (i % 8)));
  return bytes;
}

void write_solutions(const std::filesystem::path& path, const SolutionFacts& facts, const SearchResult& result) {
  const auto fill = [&](const h5::Group& root) {
    const h5::Group instance = write_instance(root, facts, facts.spins, facts.couplers);
    h5::write_attribute(instance, "goal", facts.goal);
    h5::write_attribute(instance, "is_binary", std::int64_t{facts.is_binary ? 1 : 0});
    write_settings(root, facts);
    write_reads(root, result, static_cast<std::size_t>(facts.spins));
    write_best(root, facts, result);
    write_work(write_provenance(root, facts, result), result);
  };
  files::write_file(path, solutions, fill,
                    [](const std::filesystem::path& written) { static_cast<void>(read_solutions(written)); });
}

StoredSolutions read_solutions(const std::filesystem::path& path) {
  StoredSolutions stored;
  files::read_file(path, solutions, [&](const h5::Group& root) {
    const auto spins = static_cast<std::size_t>(h5::read_attribute<std::int64_t>(root.open_group("instance"), "spins"));
    const h5::Group reads = root.open_group("reads"), best = root.open_group("best");
    stored.index = h5::read<std::int64_t>(reads, "index");
    stored.energy = h5::read<double>(reads, "energy", {stored.index.size()});
    const std::size_t bytes = packed_bytes(spins);
    const auto bits = h5::read<std::uint8_t>(reads, "spins", {stored.index.size(), bytes});
    for (std::size_t r = 0; r < stored.index.size(); ++r)
      stored.spins.push_back(unpack_row(std::span(bits).subspan(r * bytes, bytes), spins));
    stored.best = h5::read<std::int8_t>(best, "spins");
    stored.best_energy = h5::read_attribute<double>(best, "energy");
    if (!stored.best.empty() && stored.best.size() != spins) throw InputError("/best/spins: has a wrong size");
  });
  return stored;
}

void write_program_solution(const std::filesystem::path& path, const SolutionFacts& facts,
                            const ProgramResult& result) {
  const auto fill = [&](const h5::Group& root) {
    const h5::Group instance = write_instance(root, facts, result.spins, result.couplers);
    h5::write_attribute(instance, "slack_bits", result.slack_bits);
    write_settings(root, facts);
    write_best(root, facts, result);
    write_iterations(root, result);
    write_atoms(root, result);
    write_column(write_provenance(root, facts, result), "iteration_seconds", result,
                 [](const auto& row) { return row.seconds; });
  };
  files::write_file(path, program_solution, fill,
                    [](const std::filesystem::path& written) { static_cast<void>(read_program_solution(written)); });
}

formats::Bits read_program_solution(const std::filesystem::path& path) {
  formats::Bits x;
  files::read_file(path, program_solution,
                   [&](const h5::Group& root) { x = h5::read<std::uint8_t>(root.open_group("best"), "x"); });
  return x;
}

}  // namespace isinglass::solve
