#pragma once

#include "ising/anneal/temperatures.hpp"
#include "ising/machine.hpp"
#include "ising/problem.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace isinglass::ising {

/// Metropolis chains of one problem that run together, one per lane: what annealing is made of. Lane l of chunk c is
/// the read c * lanes() + l.
class Chains {
public:
  virtual ~Chains() = default;
  [[nodiscard]] virtual std::size_t lanes() const = 0;  ///< at most 64
  /// The chains' first states: random, determined by seed and chunk, or all `warm`. Forgets the best states.
  virtual void begin(std::uint64_t seed, std::uint64_t chunk, std::span<const std::int8_t> warm) = 0;
  /// Sets the temperature of the sweeps that follow, in units of energy; 0: only flips that lower the energy are
  /// accepted.
  virtual void set_temperature(double temperature) = 0;
  /// Proposes spins first .. last - 1 in every lane, in order. Returns whether any flip was accepted.
  virtual bool sweep(std::size_t first, std::size_t last) = 0;
  /// Keeps the state of every lane whose energy is below that of its best state. Returns which lanes.
  virtual std::uint64_t keep_improved() = 0;
  /// All lanes continue from their best states.
  virtual void return_to_best() = 0;
  [[nodiscard]] virtual Spins state(std::size_t lane) const = 0;
  [[nodiscard]] virtual double best_energy(std::size_t lane) const = 0;
  [[nodiscard]] virtual Spins best(std::size_t lane) const = 0;
  /// New fields h in the same units (whole numbers where the couplings are), before the next begin().
  virtual void set_fields(std::span<const double> fields) = 0;
};

/// A state drawn for a read, every spin with probability 1/2 up.
[[nodiscard]] Spins random_state(std::uint64_t seed, std::uint64_t read, std::size_t spins);

/// Anneals every chunk of lanes that has reads of the request, with one temperature a sweep, descends, and returns the
/// reads.
[[nodiscard]] ReadSet anneal_reads(Chains& chains, std::size_t spins, const Schedule& schedule,
                                   const ReadRequest& request);

}  // namespace isinglass::ising
