#pragma once

#include "config/config.hpp"
#include "ising/dynamics/trajectory.hpp"

/// The machines whose spins all move at once, as trajectories of batches of reads. step_kernels.cpp has the steps.
namespace isinglass::ising::dynamics {

/// Simulated bifurcation (Goto, Endo, Suzuki, Sakai, Kanao, Hamakawa, Hidaka, Yamasaki, Tatsumura, Science Advances 7,
/// eabe7953, 2021):
///
///   y += dt [ -(1 - p) x - xi (J f(x) + A h) ],   x += dt y,   |x| > 1: x = sign(x), y = 0
///
/// p from 0 to 1 over the steps; f(x) = x (ballistic) or sign(x) (discrete); xi = strength / field_rms. The sign before
/// J is that of E = sum J s s + sum h s, which is minimised. `kind` is bsb or dsb.
[[nodiscard]] Dynamics bifurcation(Kind kind, const config::BifurcationConfig& config);

/// Coherent Ising machine with measurement feedback, mean field (after King et al., arXiv 1806.08422, and Tiunov et
/// al., Optics Express 27, 10288, 2019):
///
///   x += dt [ (g - x^2) x - c (J m + A h) ],   m = x + sigma z: what the detector sees,   |x| <= limit
///
/// g = p - 1 rises linearly from first_gain to last_gain; c = coupling / field_rms; A = mean |x| of the read, so that
/// fields weigh as much as couplings at every amplitude.
[[nodiscard]] Dynamics mean_field_cim(const config::CimConfig& config);

/// CIM with chaotic amplitude control (Leleu et al., Communications Physics 4, 266, 2021):
///
///   x += dt [ (g - mu x^2) x - c e (J m + A h) ],   e -= dt xi (x^2 - a) e
///
/// a = alpha + rho tanh(delta (E - E_best) / coupling_rms) of each read; xi grows by gamma dt a step, and falls to 0
/// when E_best is older than tau.
[[nodiscard]] Dynamics controlled_cim(const config::CacConfig& config);

/// tanh by its [3/2] Pade approximant, 1 from 3 on: plain arithmetic, so that every processor agrees.
[[nodiscard]] float saturated(float u);

}  // namespace isinglass::ising::dynamics
