#pragma once

#include "config/config.hpp"
#include "ising/dynamics/trajectory.hpp"

namespace isinglass::dynamics {

/// Coherent Ising machine with measurement feedback, mean field (after King et al., arXiv 1806.08422, and Tiunov et al., Optics
/// Express 27, 10288, 2019):
///
///   x += dt [ (g - x^2) x - c (J m + A h) ],   m = x + sigma z: what the detector sees,   |x| <= limit
///
/// g = p - 1 rises linearly from first_gain to last_gain; c = coupling / field_rms; A = mean |x| of the read, so that fields
/// weigh as much as couplings at every amplitude.
[[nodiscard]] Dynamics mean_field_cim(const CimConfig& config);

/// CIM with chaotic amplitude control (Leleu et al., Communications Physics 4, 266, 2021):
///
///   x += dt [ (g - mu x^2) x - c e (J m + A h) ],   e -= dt xi (x^2 - a) e
///
/// a = alpha + rho tanh(delta (E - E_best) / coupling_rms) of each read; xi grows by gamma dt a step, and falls to 0 when
/// E_best is older than tau.
[[nodiscard]] Dynamics controlled_cim(const CacConfig& config);

/// tanh by its [3/2] Pade approximant, 1 from 3 on: plain arithmetic, so that every processor agrees.
[[nodiscard]] float saturated(float u);

}  // namespace isinglass::dynamics
