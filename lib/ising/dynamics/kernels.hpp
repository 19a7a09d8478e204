#pragma once

#include "simd/simd.hpp"

#include <cstddef>
#include <cstdint>

/// The loops over spins and lanes, for AVX-512, AVX2 and any x86-64: the same bits on each, since every lane sums in the order
/// of the spins and a fused multiply-add rounds once everywhere. Arrays are [rows][lanes] and start on cache lines.
namespace isinglass::dynamics {

/// J by tiles of row_tile rows, each column by column, for the product with a batch.
struct PanelView {
  const float* value = nullptr;  ///< [rows / row_tile][inner][row_tile]
  std::size_t rows = 0, inner = 0;
};

/// The same for small integer couplings and signs: words of four columns, a byte each.
struct BytePanelView {
  const std::int32_t* words = nullptr;    ///< [rows / row_tile][groups][row_tile]
  const std::int32_t* row_sum = nullptr;  ///< [rows]: sum of the row's bytes
  std::size_t rows = 0, groups = 0;
  float scale = 1;  ///< J_ij = scale * byte
};

/// J by its nonzero values.
struct RowView {
  const std::int64_t* start = nullptr;
  const std::int32_t* column = nullptr;
  const float* value = nullptr;
  std::size_t rows = 0;
};

/// J whose nonzero values are all +scale or -scale, at most 127 a row: first the columns of +scale, then those of -scale.
struct UnitRowView {
  const std::int64_t* bounds = nullptr;  ///< [2 rows + 1]: where the positive and the negative part of each row begin
  const std::int32_t* column = nullptr;
  std::size_t rows = 0;
  float scale = 1;
};

/// One step of simulated bifurcation on x and y.
struct BifurcationStep {
  std::size_t rows = 0, lanes = 0;
  const float* product = nullptr;  ///< J x, or J sign(x)
  const float* field = nullptr;    ///< h, [rows]
  float *x = nullptr, *y = nullptr;
  const float* amplitude = nullptr;  ///< [lanes]: what h is multiplied with
  float* sum = nullptr;              ///< [lanes]: sum of |x| afterwards
  const float* strength = nullptr;   ///< [lanes]: xi
  float dt = 0, stiffness = 0;       ///< 1 - p
};

/// A measurement of all amplitudes: out = x + sigma z, z of mean 0 and variance 1 (a sum of four uniform bytes).
struct Measurement {
  std::size_t rows = 0, lanes = 0;
  const float* x = nullptr;
  float* out = nullptr;
  std::uint32_t* state = nullptr;  ///< [4][lanes]: xoshiro128+ of each lane
  float sigma = 0;
};

/// One round trip of the mean-field coherent Ising machine.
struct RoundTrip {
  std::size_t rows = 0, lanes = 0;
  const float* product = nullptr;  ///< J times the measured amplitudes
  const float* field = nullptr;    ///< h, [rows]
  float* x = nullptr;
  const float* amplitude = nullptr;  ///< [lanes]: what h is multiplied with
  float* sum = nullptr;              ///< [lanes]: sum of |x| afterwards
  const float* strength = nullptr;   ///< [lanes]: c
  float dt = 0, gain = 0, limit = 0;
};

/// One round trip with chaotic amplitude control.
struct ControlledTrip {
  std::size_t rows = 0, lanes = 0;
  const float* product = nullptr;
  const float* field = nullptr;
  float *x = nullptr, *e = nullptr;
  const float* amplitude = nullptr;                                     ///< [lanes]: what h is multiplied with
  float* sum = nullptr;                                                 ///< [lanes]: sum of |x| afterwards
  const float *target = nullptr, *rate = nullptr, *strength = nullptr;  ///< [lanes]: a, xi and c
  float dt = 0, gain = 0, saturation = 0, limit = 0, error_limit = 0;
};

struct Kernels {
  /// out[rows][lanes] = J x, x [inner][lanes].
  void (*multiply)(const PanelView& j, const float* x, std::size_t lanes, float* out);
  /// The same for x packed by pack_signs.
  void (*multiply_bytes)(const BytePanelView& j, const std::int32_t* x, std::size_t lanes, float* out);
  void (*multiply_rows)(const RowView& j, const float* x, std::size_t lanes, float* out);
  /// The same for signs in bytes, by byte_signs.
  void (*multiply_units)(const UnitRowView& j, const std::int8_t* x, std::size_t lanes, float* out);
  /// Words of four spins, a byte each: 1 where x >= 0, else 0.
  void (*pack_signs)(const float* x, std::size_t rows, std::size_t lanes, std::int32_t* out);
  /// +1 where x >= 0, else -1.
  void (*byte_signs)(const float* x, std::size_t count, std::int8_t* out);
  void (*float_signs)(const float* x, std::size_t count, float* out);
  /// sum_i sign(x_i) (product_i / 2 + h_i) of each lane, product = J sign(x).
  void (*energies)(const float* x, const float* product, const float* field, std::size_t rows, std::size_t lanes, float* out);
  /// best = x in the lanes whose `improved` is not 0.
  void (*keep)(const float* x, const std::int32_t* improved, std::size_t rows, std::size_t lanes, float* best);
  void (*bifurcate)(const BifurcationStep& step);
  void (*measure)(const Measurement& measurement);
  void (*round_trip)(const RoundTrip& trip);
  void (*controlled_trip)(const ControlledTrip& trip);
};

/// The kernels for a width that this CPU has.
[[nodiscard]] const Kernels& kernels(simd::Width width = simd::cpu_width());

}  // namespace isinglass::dynamics
