#pragma once

#include "ising/dynamics/products.hpp"
#include "ising/dynamics/step_kernels.hpp"
#include "ising/machine.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

namespace isinglass::ising::dynamics {

/// Sizes of a problem's coefficients, by which the dynamics scale them away.
struct Normalisation {
  double field_rms = 1;     ///< root of (sum of all J_ij^2 + sum of h_i^2) / spins: the rms local field of random spins
  double coupling_rms = 1;  ///< of the nonzero J_ij; without a list of them, as if all were nonzero
};
[[nodiscard]] Normalisation normalisation(const IsingProblem& problem, BatchProduct& product);

/// Start of a batch of reads.
struct Start {
  BatchProduct* product = nullptr;
  const StepKernels* kernels = nullptr;
  Floats field;  ///< h, [rows], zeros behind the spins
  Normalisation scale;
  std::size_t spins = 0, lanes = 0;
  std::uint64_t seed = 0;
  std::int64_t first = 0;               ///< index of lane 0's read
  std::span<const std::int8_t> warm{};  ///< [spins] or empty
  std::int64_t steps = 0;
  [[nodiscard]] std::size_t rows() const { return field.size(); }
  [[nodiscard]] std::size_t size() const { return rows() * lanes; }
};

/// Knowledge of the signs of x at a step: of each lane.
struct Sample {
  const Floats* product = nullptr;  ///< J sign(x)
  std::span<const float> energy;    ///< [lanes]; offset left out
  std::span<const float> best;      ///< [lanes]: least so far, with this one
};

/// A batch of reads in motion: x [rows][lanes], whose signs are the spins.
class Trajectory {
public:
  virtual ~Trajectory() = default;
  [[nodiscard]] virtual const Floats& x() const = 0;
  /// One step. `sample` is that of this x, or nullptr at steps that are not sampled.
  virtual void advance(std::int64_t step, const Sample* sample) = 0;
  /// Products with J that advance computes itself.
  [[nodiscard]] virtual std::int64_t products_per_step() const { return 1; }
};

/// A generator for each lane, [4][lanes], from the seed and the index of its read alone.
[[nodiscard]] simd::AlignedVector<std::uint32_t> lane_generators(const Start& start);

/// x of all lanes: `amplitude` times noise, around `warm_amplitude` times the warm start if there is one.
[[nodiscard]] Floats first_positions(const Start& start, simd::AlignedVector<std::uint32_t>& generators,
                                     float amplitude, float warm_amplitude);

/// Strength of the couplings in each lane: `strength` / field_rms times a factor from 1 - spread to 1 + spread, evenly
/// drawn for each read. One strength for all reads would find the same states again and again on small problems.
[[nodiscard]] Floats lane_strengths(const Start& start, double strength, double spread);

/// Mean |x| of each lane, with which fields are multiplied, so that they weigh as much as couplings at every amplitude.
class MeanAmplitude {
public:
  MeanAmplitude(const Start& start, const Floats& x);
  [[nodiscard]] const float* values() const { return values_.data(); }
  /// Where a step puts its sums of |x|.
  [[nodiscard]] float* sums() { return sums_.data(); }
  /// Takes what is in sums().
  void update();

private:
  float share_;
  Floats values_, sums_;
};

/// A kind of dynamics.
struct Dynamics {
  std::string name;
  std::int64_t steps = 0;            ///< of a read unless the request says otherwise
  std::int64_t sample_interval = 1;  ///< steps between two looks at the signs
  std::function<std::unique_ptr<Trajectory>(const Start&)> begin;
};

}  // namespace isinglass::ising::dynamics
