#pragma once

#include "train/anneal/flip_kernels.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

/// The hinge of the lead (Crammer and Singer, JMLR 2, 2001): max(0, 2 M - (z_y - max_{c != y} z_c)), y the sample's
/// class. What is predicted is the largest output, so only the lead counts; the one-against-all losses also price
/// outputs that are far from
/// +-M and change no prediction. Where all outputs are at y z = M, both are 0. Exact integers; two outputs or more.
namespace isinglass::train {

/// Loss of one sample, z [output].
[[nodiscard]] std::int64_t lead_loss(std::span<const int> z, std::size_t label, int margin);

/// Loss with the input moved by move.high less that with it moved by move.low.
[[nodiscard]] std::int64_t lead_jump(const OutputMove& move, std::size_t label, int margin);

/// The loss as a function of one output alone: a hinge of its own. `sample` is left to the caller.
[[nodiscard]] FlipShortfall lead_shortfall(std::span<const int> z, std::size_t output, std::size_t label, int margin);

}  // namespace isinglass::train
