#include "solve/choose_machine.hpp"

#include "base/error.hpp"
#include "base/memory.hpp"
#include "config/reader.hpp"
#include "config/writer.hpp"
#include "formats/instance.hpp"
#include "ising/machines.hpp"
#include "ising/rounding.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include <fmt/format.h>

namespace isinglass::solve {

namespace {

/// Up to here all states are enumerated, with proof, in a fraction of a second.
constexpr std::size_t enumerated_spins = 20;

/// From here on couplings count as dense: tabu search then beats annealing.
constexpr double dense_fraction = 0.08;
constexpr std::int64_t dense_degree = 64;

struct Kind {
  config::MachineKind kind;
  std::string reason;
};

Kind suitable_kind(const ising::IsingProblem& problem) {
  const auto n = static_cast<std::int64_t>(problem.spins);
  if (problem.spins <= enumerated_spins)
    return {config::MachineKind::enumeration, fmt::format("at most {} spins: proven", enumerated_spins)};
  if (!problem.groups.empty()) return {config::MachineKind::sa, "its moves keep one-hot groups"};
  const std::int64_t pairs = formats::couplers(problem);
  const double density = static_cast<double>(2 * pairs) / (static_cast<double>(n) * static_cast<double>(n - 1));
  if (density >= dense_fraction && 2 * pairs >= dense_degree * n)
    return {config::MachineKind::tabu, fmt::format("{:.0f} % of the pairs are coupled", 100 * density)};
  return {config::MachineKind::sa, fmt::format("{:.2g} % of the pairs are coupled", 100 * density)};
}

/// The settings of a machine of this kind, in a configuration.
config::Config settings_of(config::MachineKind kind, const std::vector<std::string>& overrides) {
  for (const std::string& option : overrides)
    if (!option.starts_with("machine."))
      throw InputError(fmt::format("--set {}: only keys of section machine mean something here", option));
  const std::string text = fmt::format("schema: 1\nmachine: {{kind: {}}}\n", name_of(kind));
  return config::parse_config(text, "defaults", overrides, config::ConfigUse::solving);
}

/// More than any flip can gain: then no state that a descent ends in breaks a group.
double sufficient_penalty(const ising::IsingProblem& problem) {
  const ising::SparseCouplings j = ising::to_sparse(problem);
  double largest = 0;
  for (std::size_t i = 0; i < problem.spins; ++i) {
    double sum = std::abs(problem.fields[i]);
    for (const double value : j.values(i)) sum += std::abs(value);
    largest = std::max(largest, 2 * sum);
  }
  // Whole, as coefficients often are; a power of two where they are smaller, so that it does not dwarf them.
  if (largest == 0 || largest >= 1) return std::floor(largest) + 1;
  return std::ldexp(1.0, std::ilogb(largest) + 1);
}

/// A group's penalty couples all of its pairs.
void expect_penalties_fit(const ising::IsingProblem& problem, double penalty) {
  constexpr double bytes_a_pair = 160, largest_energy = std::numeric_limits<double>::max() / 256;
  double pairs = 0;
  for (const ising::OneHotGroup& group : problem.groups)
    pairs += 0.5 * static_cast<double>(group.size()) * static_cast<double>(group.size());
  const std::optional<std::int64_t> available = available_memory();
  if (available && bytes_a_pair * pairs > static_cast<double>(*available))
    throw InputError(fmt::format(
        "the penalties of the one-hot groups have {:.3g} pairs, which need more memory than the {} that are "
        "available: use --machine sa without --penalty, whose moves keep groups",
        pairs, bytes_text(*available)));
  if (penalty * (2 * pairs + 1) > largest_energy)
    throw InputError(
        fmt::format("penalty {:.4g} of {} one-hot groups: energies would overflow: give a smaller --penalty", penalty,
                    problem.groups.size()));
}

/// Dense kernels take their couplings as a matrix; below some spins rows of neighbours are as good.
void take_form(ising::IsingProblem& problem) {
  constexpr std::size_t fewest_rows = 64, most_rows = 8192;
  const auto n = static_cast<double>(problem.spins);
  if (problem.spins < fewest_rows || problem.spins > most_rows) return;
  if (2 * static_cast<double>(formats::couplers(problem)) >= 0.5 * n * (n - 1))
    problem.couplings = ising::to_dense(problem);
}

}  // namespace

MachineChoice choose_machine(const MachineRequest& request, ising::IsingProblem problem) {
  MachineChoice choice;
  const Kind chosen = request.kind ? Kind{*request.kind, ""} : suitable_kind(problem);
  const config::Config config = settings_of(chosen.kind, request.overrides);
  choice.reason = chosen.reason;
  choice.machine = ising::make_machine(config.machine);
  choice.yaml = fmt::format("machine.kind: {}\n", name_of(chosen.kind));
  const std::vector<config::KeyUse> uses = config::key_uses(config, config::ConfigUse::solving);
  for (const auto& [key, value] : config::flatten(config))
    if (key.starts_with("machine.") && config::find_unread(uses, key) == nullptr)
      choice.yaml += fmt::format("{}: {}\n", key, value);
  choice.groups = problem.groups;
  if (!problem.groups.empty() && (request.penalty || !choice.machine->keeps_groups())) {
    choice.penalty = request.penalty.value_or(sufficient_penalty(problem));
    expect_penalties_fit(problem, choice.penalty);
    choice.original = problem;
    problem = ising::with_group_penalties(problem, choice.penalty);
    if (!(ising::energy_size(problem) <= ising::largest_energy_size))
      throw InputError(
          fmt::format("--penalty: energies overflow with one of {:.4g}: give a smaller one", choice.penalty));
  }
  choice.problem = std::move(problem);
  take_form(choice.problem);
  return choice;
}

}  // namespace isinglass::solve
