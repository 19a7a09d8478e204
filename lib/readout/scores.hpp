#pragma once

#include "parallel/communicator.hpp"
#include "readout/problem.hpp"
#include "simd/simd.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace isinglass::readout {

/// Scores of this rank's images, [class][stride], 4 bytes each; also of padding, where they mean nothing. `problem`
/// must have passed check(), and the readout must have rows for it.
[[nodiscard]] simd::AlignedVector<std::int32_t> scores(const Problem& problem, const Readout& readout,
                                                       simd::Width width = simd::cpu_width());

/// Loss of all ranks' images. Collective.
[[nodiscard]] std::int64_t loss(const Problem& problem, std::span<const std::int32_t> scores,
                                const parallel::Communicator& ranks, simd::Width width = simd::cpu_width());

/// The class of the largest score [class][stride] of an image. Of equal ones it is the first, but of two classes class
/// 1, as in a network of one output, which says class 1 from 0 on.
[[nodiscard]] std::size_t predicted(std::span<const std::int32_t> scores, const ClassLayout& layout, std::size_t image);

/// Images of all ranks by their class and the one of the largest score, [class][predicted].
/// Collective.
[[nodiscard]] std::vector<std::int64_t> confusion(const ClassLayout& layout, std::span<const std::int32_t> scores,
                                                  const parallel::Communicator& ranks);

/// Share of the images that confusion() has on its diagonal; 0 of none.
[[nodiscard]] double accuracy(std::span<const std::int64_t> confusion);

/// The root of the summed variances of all features over all ranks' images: the spread of the score of random weights.
/// InputError if a feature leaves -63 .. 63. Collective.
[[nodiscard]] double feature_rms(const ClassLayout& layout, const FeatureView& features,
                                 const parallel::Communicator& ranks, simd::Width width = simd::cpu_width());

/// The margin M of a stage: `factor` times the spread of its scores and of those before it together, rms_k =
/// sqrt(rms^2 + rms_{k-1}^2), rounded, 1 or more.
[[nodiscard]] std::int64_t stage_margin(double factor, double rms, double rms_before = 0);

/// An order of this rank's images in which blocks are alike, so that more of them can be skipped: of each class its
/// images by the wrong class of the largest score, then by the lead; those whose lead is above 2 M last. Each entry is
/// an image of `scores` without padding; classes one after the other. Changes no result.
[[nodiscard]] std::vector<std::size_t> order_of_images(const ClassLayout& layout, std::span<const std::int32_t> scores,
                                                       std::int64_t margin);

}  // namespace isinglass::readout
