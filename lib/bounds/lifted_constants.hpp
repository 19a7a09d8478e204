#pragma once

#include "network/architecture.hpp"
#include "parallel/communicator.hpp"
#include "qcbo/fip.hpp"
#include "qcbo/problem.hpp"

#include <cstdint>
#include <span>

/// Constants of a lifted problem that the convergence bound of QCGD needs
///
///   min <Q, X>   s.t. <P_c, X> = 0 for all c,   X in conv{x x^T : x binary},   P_c(x) >= 0 on every binary x.
namespace isinglass::bounds {

struct LiftedConstants {
  std::int64_t constraints = 0;      ///< m
  double image_diameter = 0;         ///< D, formula (23): sqrt of sum_c (max_x P_c)^2
  double dual_norm = 0;              ///< bound on ||y*||, formula (22)
  double objective_coefficient = 0;  ///< A of formula (25): what rounding to one level does to the energy, of Q
  double row_coefficient = 0;        ///< B of formulas (25) and (26): of the rows, per unit of ||mu||
};

/// Computes the constants of an explicit problem that is on this rank alone, objective in its real
/// units. Rows and products as they are, unscaled.
[[nodiscard]] LiftedConstants lifted_constants(const qcbo::Qcbo& qcbo);

/// Computes the constants of the structured form with slack minimised out and exact intervals: P_c =
/// (distance of z to the chosen segment / rms)^2, objective in units of one output step, loss margin `margin` in grid
/// units of z. Collective.
[[nodiscard]] LiftedConstants structured_constants(const network::Architecture& architecture,
                                                   std::span<const qcbo::LayerReach> reach, int margin,
                                                   const parallel::Communicator& comm);

/// Loss of one output at t = y z with margin `margin`, in units of one output step.
[[nodiscard]] double output_loss_at(const network::Architecture& architecture, int margin, double t);

}  // namespace isinglass::bounds
