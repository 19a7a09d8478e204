#include "ising/anneal/chains.hpp"

#include "base/random.hpp"

#include <algorithm>
#include <bit>
#include <vector>

namespace isinglass::ising {

Spins random_state(std::uint64_t seed, std::uint64_t read, std::size_t spins) {
  Spins state(spins);
  for (std::size_t i = 0; i < spins; i += 128) {
    const auto words = draw(seed, Stream::read, static_cast<std::uint32_t>(read),
                            static_cast<std::uint32_t>(read >> 32U), static_cast<std::uint32_t>(i / 128));
    for (std::size_t k = i; k < std::min(i + 128, spins); ++k)
      state[k] = (words[(k - i) / 32] >> ((k - i) % 32) & 1U) != 0 ? std::int8_t{1} : std::int8_t{-1};
  }
  return state;
}

namespace {

/// The reads of one chunk while they are made.
class ChunkRun {
public:
  ChunkRun(Chains& chains, std::size_t spins, const ReadRequest& request, std::int64_t chunk, ReadSet& set)
      : chains_(chains), spins_(spins), stop_(request), set_(set), history_(chains.lanes()) {
    const auto lanes = static_cast<std::int64_t>(chains.lanes());
    first_read_ = chunk * lanes;
    for (std::int64_t l = 0; l < lanes; ++l)
      if (first_read_ + l >= request.first && first_read_ + l < request.first + request.count)
        asked_ |= std::uint64_t{1} << l;
    chains_.begin(request.seed, static_cast<std::uint64_t>(chunk), request.warm_start);
    keep();
  }

  void anneal(const Schedule& schedule) {
    for (std::int64_t t = 0; t < schedule.sweeps(); ++t) {
      if (set_.was_cut) return;
      chains_.set_temperature(schedule.at(t));
      (void)sweep();
    }
  }

  /// Single-flip descent from the last state and from the best one.
  void descend() {
    const bool was_cut = set_.was_cut;
    chains_.set_temperature(0);
    set_.was_cut = false;  // what is left of a read is always finished
    is_ending_ = true;
    while (sweep()) {
    }
    chains_.return_to_best();
    while (sweep()) {
    }
    set_.was_cut = set_.was_cut || was_cut;
  }

  void collect() {
    for (std::size_t l = 0; l < chains_.lanes(); ++l) {
      if ((asked_ >> l & 1U) == 0) continue;
      set_.reads.push_back({first_read_ + static_cast<std::int64_t>(l), chains_.best(l), chains_.best_energy(l),
                            std::move(history_[l])});
    }
  }

private:
  /// One proposal a spin and lane, in pieces between which the clock is read. Returns whether any flip was accepted.
  bool sweep() {
    bool any = false;
    for (std::size_t first = 0; first < spins_; first += piece) {
      const std::size_t last = std::min(first + piece, spins_);
      any = chains_.sweep(first, last) || any;
      set_.spin_updates += static_cast<std::int64_t>(last - first) * std::popcount(asked_);
      if (is_over(last - first)) break;
    }
    keep();
    return any;
  }

  /// Looks at the clock after about a millisecond's proposals.
  bool is_over(std::size_t visits) {
    since_look_ += visits * chains_.lanes();
    if (is_ending_ || since_look_ < look_every) return false;
    since_look_ = 0;
    if (stop_.is_over()) set_.was_cut = true;
    return set_.was_cut;
  }

  void keep() {
    std::uint64_t improved = chains_.keep_improved() & asked_;
    if (improved == 0) return;
    const double seconds = stop_.seconds();
    for (; improved != 0; improved &= improved - 1) {
      const auto lane = static_cast<std::size_t>(std::countr_zero(improved));
      const double energy = chains_.best_energy(lane);
      history_[lane].push_back({seconds, energy});
      if (stop_.reached(energy)) set_.was_cut = true;
    }
  }

  static constexpr std::size_t piece = 1U << 12U, look_every = 1U << 18U;
  Chains& chains_;
  std::size_t spins_;
  StopRule stop_;
  ReadSet& set_;
  std::vector<std::vector<Improvement>> history_;
  std::int64_t first_read_ = 0;
  std::uint64_t asked_ = 0;
  std::size_t since_look_ = 0;
  bool is_ending_ = false;
};

}  // namespace

ReadSet anneal_reads(Chains& chains, std::size_t spins, const Schedule& schedule, const ReadRequest& request) {
  ReadSet set;
  const auto lanes = static_cast<std::int64_t>(chains.lanes());
  for (std::int64_t chunk = request.first / lanes; chunk * lanes < request.first + request.count && !set.was_cut;
       ++chunk) {
    ChunkRun run(chains, spins, request, chunk, set);
    run.anneal(schedule);
    run.descend();
    run.collect();
  }
  set.field_evaluations = set.spin_updates / static_cast<std::int64_t>(std::max<std::size_t>(1, spins));
  return set;
}

}  // namespace isinglass::ising
