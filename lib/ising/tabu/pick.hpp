#pragma once

#include "simd/simd.hpp"

#include <cstddef>
#include <cstdint>

/// The inner loop of tabu search: one pass over all moves that brings their costs up to date and finds the best
/// admissible one. The same results on any machine (AVX-512, AVX2, plain).
namespace isinglass::ising {

/// A change of energy, and the iterations that it is compared with: lanes of both types have one width.
template <class Cost>
struct StampOf;
template <>
struct StampOf<std::int32_t> {
  using type = std::int32_t;
};
template <>
struct StampOf<double> {
  using type = std::int64_t;
};
template <class Cost>
using Stamp = typename StampOf<Cost>::type;

/// Moves that are scanned together: arrays are padded to multiples of it, with moves of infinite cost and stamps.
template <class Cost>
inline constexpr std::size_t pick_lanes = 64 / sizeof(Cost);

/// All moves with what makes them admissible.
template <class Cost>
struct MoveView {
  const Cost* cost;          ///< [size] change of the energy
  const Stamp<Cost>* until;  ///< [size] tabu while this is past `now`
  std::size_t size;          ///< a multiple of pick_lanes
  Stamp<Cost> now;           ///< iteration
  Cost aspiration;           ///< a move of lower cost is admissible though tabu
  std::size_t first_block =
      0;  ///< where the scan begins (it wraps around): the first of equal moves in that order wins
};

/// The admissible move of least cost; move -1: none is admissible.
template <class Cost>
struct Pick {
  Cost cost;
  std::int32_t move;
};

/// Change of all costs by a flip: cost_j += sign_j row_j if `plus`, else cost_j -= sign_j row_j.
template <class Cost, class Row>
struct Change {
  Cost* cost = nullptr;        ///< [size]
  const Row* row = nullptr;    ///< [size]
  const Cost* sign = nullptr;  ///< [size] -1 or 1
  bool plus = true;
};

/// For Cost int32 and double.
template <class Cost>
[[nodiscard]] Pick<Cost> pick(const MoveView<Cost>& view, simd::Width width = simd::cpu_width());

/// The change, then pick from the new costs (view.cost is change.cost): one pass. For (Cost, Row) = (int32, int16),
/// (int32, int32), (double, double).
template <class Cost, class Row>
Pick<Cost> update_and_pick(const Change<Cost, Row>& change, const MoveView<Cost>& view,
                           simd::Width width = simd::cpu_width());

/// The change alone. For the same types.
template <class Cost, class Row>
void update(const Change<Cost, Row>& change, std::size_t size, simd::Width width = simd::cpu_width());

}  // namespace isinglass::ising
