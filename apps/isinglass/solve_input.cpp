#include "solve_input.hpp"

#include "fingerprints.hpp"

#include "base/clock.hpp"
#include "base/stop_signal.hpp"
#include "parallel/agreement.hpp"

#include <chrono>
#include <span>

#include <fmt/format.h>

namespace isinglass {

namespace {

void expect_time_left(const SolveOptions& options, double seconds) {
  if (!options.time_limit || seconds < *options.time_limit) return;
  throw Interrupted(
      fmt::format("--time-limit {}: over while {} was read: give more", *options.time_limit, options.path));
}

/// Seconds of the slowest rank, on all ranks. Collective.
double agreed_seconds(const Communicator& world, double seconds) {
  auto microseconds = static_cast<std::int64_t>(seconds * 1e6);
  world.all_max(std::span(&microseconds, 1));
  return static_cast<double>(microseconds) * 1e-6;
}

}  // namespace

SolveInput read_solve_input(const SolveOptions& options, const Communicator& world) {
  const auto begin = Clock::now();
  InstanceOptions reading = options.instance;
  reading.look = [&] {
    throw_if_stopped();
    expect_time_left(options, seconds_since(begin));
  };
  SolveInput input{{}, options.time_limit};
  together(world, [&] { input.instance = read_instance(options.path, reading); });
  expect_same(world, fingerprint_of(input.instance), options.path);
  if (!options.time_limit) return input;
  const double seconds = agreed_seconds(world, seconds_since(begin));
  together(world, [&] { expect_time_left(options, seconds); });
  input.time_limit = *options.time_limit - seconds;
  return input;
}

}  // namespace isinglass
