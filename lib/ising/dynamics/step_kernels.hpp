#pragma once

#include "simd/simd.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

/// The equations of the machines that move all spins at once, and what their batches are measured by. The same bits for
/// every vector width, since every lane sums in the order of the spins.
namespace isinglass::ising::dynamics {

/// Machines: ballistic and discrete simulated bifurcation, coherent Ising machines in mean field and with amplitude
/// control.
enum class Kind : std::uint8_t { bsb, dsb, cim, cac };
constexpr std::array<std::string_view, 4> names_of(Kind) { return {"bsb", "dsb", "cim", "cac"}; }

/// One step of a batch; the drive of a spin is -strength (product + field amplitude).
struct BatchStep {
  std::size_t rows = 0, lanes = 0;
  const float* product = nullptr;  ///< J times what the machine feeds back of x
  const float* field = nullptr;    ///< h, [rows]
  float* x = nullptr;
  float* second = nullptr;           ///< bifurcation: y; cac: e; cim: none
  const float* amplitude = nullptr;  ///< [lanes]: what h is multiplied with
  float* sum = nullptr;              ///< [lanes]: sum of |x| afterwards
  const float* strength = nullptr;   ///< [lanes]: xi or c
  const float* target = nullptr;     ///< [lanes]: cac: a
  const float* rate = nullptr;       ///< [lanes]: cac: xi
  float time_step = 0;
  float gain = 0;  ///< bifurcation: -(1 - p); cim, cac: pump minus loss
  float saturation = 1, limit = 1, largest_error = 1;
};

/// The equations of one step where no couplings are at hand: every variable has a force f of its own.
struct StepRule {
  Kind kind = Kind::dsb;
  float time_step = 1;
  float gain = 0;        ///< bifurcation: -(1 - p); cim, cac: pump minus loss
  float coupling = 1;    ///< of f
  float friction = 0;    ///< bifurcation: share of the momentum lost per unit of time
  float saturation = 1;  ///< mu of the cubic term
  float target = 1;      ///< cac: a, the squared amplitude
  float rate = 0;        ///< cac: xi of the error variables
  float limit = 1;       ///< cim, cac: |x| stays within
};

/// The variables of such a step, element by element; `second` is not read for cim. Any alignment, any size.
struct ForcedStep {
  float* x = nullptr;
  float* second = nullptr;
  const float* force = nullptr;
  std::size_t size = 0;
};

/// A measurement of all amplitudes: out = x + sigma z, z of mean 0 and variance 1 (a sum of four uniform bytes).
struct Measurement {
  std::size_t rows = 0, lanes = 0;
  const float* x = nullptr;
  float* out = nullptr;
  std::uint32_t* state = nullptr;  ///< [4][lanes]: xoshiro128+ of each lane
  float sigma = 0;
};

struct StepKernels {
  /// sum_i sign(x_i) (product_i / 2 + h_i) of each lane, product = J sign(x).
  void (*energies)(const float* x, const float* product, const float* field, std::size_t rows, std::size_t lanes,
                   float* out);
  /// best = x in the lanes whose `improved` is not 0.
  void (*keep)(const float* x, const std::int32_t* improved, std::size_t rows, std::size_t lanes, float* best);
  void (*measure)(const Measurement& measurement);
  /// One step of a batch by the equations of a kind (the forms of bifurcation differ in `product` alone).
  void (*advance)(Kind kind, const BatchStep& step);
  /// One step of variables with forces.
  void (*advance_forced)(const StepRule& rule, const ForcedStep& step);
};

/// The kernels for a width that this CPU has.
[[nodiscard]] const StepKernels& step_kernels(simd::Width width = simd::cpu_width());

}  // namespace isinglass::ising::dynamics
