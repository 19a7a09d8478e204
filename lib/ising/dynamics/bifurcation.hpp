#pragma once

#include "config/config.hpp"
#include "ising/dynamics/trajectory.hpp"

/// Simulated bifurcation (Goto, Endo, Suzuki, Sakai, Kanao, Hamakawa, Hidaka, Yamasaki, Tatsumura, Science Advances 7,
/// eabe7953, 2021):
///
///   y += dt [ -(1 - p) x - xi (J f(x) + A h) ],   x += dt y,   |x| > 1: x = sign(x), y = 0
///
/// p from 0 to 1 over the steps; f(x) = x (ballistic) or sign(x) (discrete); xi = strength / field_rms. The sign before J is
/// that of E = sum J s s + sum h s, which is minimised.
namespace isinglass::dynamics {

/// Kind bsb or dsb.
[[nodiscard]] Dynamics bifurcation(Kind kind, const BifurcationConfig& config);

}  // namespace isinglass::dynamics
