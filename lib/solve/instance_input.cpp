#include "solve/instance_input.hpp"

#include "base/clock.hpp"
#include "base/fingerprint.hpp"
#include "base/stop_signal.hpp"
#include "parallel/agreement.hpp"

#include <span>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace isinglass::solve {

namespace {

void expect_time_left(std::optional<double> time_limit, double seconds, const std::string& path) {
  if (!time_limit || seconds < *time_limit) return;
  throw Interrupted(fmt::format("--time-limit {}: over while {} was read: give more", *time_limit, path));
}

/// Seconds of the slowest rank, on all ranks. Collective.
double agreed_seconds(const parallel::Communicator& world, double seconds) {
  auto microseconds = static_cast<std::int64_t>(seconds * 1e6);
  world.all_max(std::span(&microseconds, 1));
  return static_cast<double>(microseconds) * 1e-6;
}

template <class T>
void add(Fingerprint& print, const std::vector<T>& values) {
  print.add(std::span<const T>(values));
}

void add(Fingerprint& print, const ising::IsingProblem& problem) {
  const ising::SparseCouplings couplings = ising::to_sparse(problem);
  print.add(problem.spins).add(problem.offset);
  print.add(std::span(couplings.outerIndexPtr(), problem.spins + 1));
  print.add(couplings.columns());
  print.add(std::span<const double>(couplings.values()));
  add(print, problem.fields);
  for (const ising::OneHotGroup& group : problem.groups) add(print, group);
}

void add(Fingerprint& print, const formats::BinaryProgram& program) {
  print.add(program.variables).add(program.constant);
  for (const ising::BinaryTerm& term : program.objective) print.add(term.i).add(term.j).add(term.value);
  for (const formats::LinearRow& row : program.rows) {
    add(print, row.variable);
    add(print, row.coefficient);
    print.add(row.lower).add(row.upper);
  }
  for (const formats::ProductRow& product : program.products) print.add(product.u).add(product.w).add(product.b);
}

}  // namespace

std::uint64_t fingerprint_of(const formats::Instance& instance) {
  Fingerprint print;
  print.add(instance.format).add(instance.goal).add(instance.is_binary);
  if (instance.program)
    add(print, *instance.program);
  else
    add(print, instance.problem);
  return print.value();
}

InstanceInput read_shared_instance(const std::string& path, const formats::InstanceOptions& options,
                                   std::optional<double> time_limit, const parallel::Communicator& world) {
  const Clock::time_point begin = Clock::now();
  formats::InstanceOptions reading = options;
  reading.look = [&] {
    throw_if_stopped();
    expect_time_left(time_limit, seconds_since(begin), path);
  };
  InstanceInput input{{}, time_limit};
  parallel::together(world, [&] { input.instance = formats::read_instance(path, reading); });
  parallel::expect_same(world, fingerprint_of(input.instance), path);
  if (!time_limit) return input;
  const double seconds = agreed_seconds(world, seconds_since(begin));
  parallel::together(world, [&] { expect_time_left(time_limit, seconds, path); });
  input.time_limit = *time_limit - seconds;
  return input;
}

}  // namespace isinglass::solve
