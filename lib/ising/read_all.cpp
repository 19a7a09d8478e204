#include "ising/read_all.hpp"

#include "base/error.hpp"
#include "base/memory.hpp"
#include "ising/machine.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <optional>

#include <fmt/format.h>

namespace isinglass::ising {

namespace {

/// Every read of `part`, which `owner` holds, on all ranks.
std::vector<Read> shared_reads(const std::vector<Read>& mine, std::size_t spins, int owner,
                               const parallel::Communicator& comm) {
  auto count = static_cast<std::int64_t>(mine.size());
  comm.broadcast(parallel::bytes_of(std::span<std::int64_t>(&count, 1)), owner);
  std::vector<Read> reads = comm.rank() == owner ? mine : std::vector<Read>(static_cast<std::size_t>(count));
  for (Read& read : reads) {
    std::array<std::int64_t, 2> head{read.index, std::ssize(read.history)};
    comm.broadcast(parallel::bytes_of(std::span<std::int64_t>(head)), owner);
    read.index = head[0];
    read.history.resize(static_cast<std::size_t>(head[1]));
    read.spins.resize(spins);
    comm.broadcast(parallel::bytes_of(std::span(read.spins)), owner);
    comm.broadcast(parallel::bytes_of(std::span(read.history)), owner);
  }
  return reads;
}

/// This rank's blocks of the request, in order.
ReadSet read_own(const Machine& machine, ProgrammedMachine& programmed, const ReadRequest& request,
                 const parallel::Communicator& comm) {
  ReadSet own;
  const std::int64_t block = machine.block(), end = request.first + request.count;
  for (std::int64_t first = request.first + block * comm.rank(); first < end && !own.was_cut;
       first += block * comm.size()) {
    ReadRequest part = request;
    part.first = first;
    part.count = std::min(block, end - first);
    ReadSet set = programmed.read(part);
    std::ranges::move(set.reads, std::back_inserter(own.reads));
    own.spin_updates += set.spin_updates;
    own.field_evaluations += set.field_evaluations;
    own.was_cut = set.was_cut;
  }
  return own;
}

}  // namespace

ReadSet read_all(const Machine& machine, ProgrammedMachine& programmed, const IsingProblem& problem,
                 const ReadRequest& request, const parallel::Communicator& comm) {
  const ReadSet own = read_own(machine, programmed, request, comm);
  ReadSet all;
  std::array<std::int64_t, 2> costs{own.spin_updates, own.field_evaluations};
  comm.all_sum(costs);
  all.spin_updates = costs[0];
  all.field_evaluations = costs[1];
  all.was_cut = comm.any(own.was_cut);
  for (int owner = 0; owner < comm.size(); ++owner)
    std::ranges::move(shared_reads(own.reads, problem.spins, owner, comm), std::back_inserter(all.reads));
  std::ranges::sort(all.reads, {}, &Read::index);
  for (Read& read : all.reads) read.energy = energy(problem, read.spins);
  return all;
}

void expect_read_memory(std::int64_t reads, std::int64_t spins, const std::string& name) {
  // Spins, what belongs to them, and a short history, once in the machine and once in the hands of who asked.
  constexpr double besides = 2 * (sizeof(Read) + 4 * sizeof(Improvement));
  const double bytes = static_cast<double>(reads) * (besides + 2 * static_cast<double>(spins));
  const std::optional<std::int64_t> available = available_memory();
  if (!available || bytes <= static_cast<double>(*available)) return;
  throw InputError(
      fmt::format("{}: {} reads of {} spins at once need {:.3g} GiB of memory, and {} are available: ask for fewer",
                  name, reads, spins, bytes / 0x1p30, bytes_text(*available)));
}

}  // namespace isinglass::ising
