#pragma once

#include "energy/state.hpp"
#include "parallel/communicator.hpp"
#include "train/state.hpp"

#include <vector>

/// The dual side of QCGD for this rank's samples: everything that lasts between iterations is one image v and one
/// multiplier y per constraint, a constraint being one (sample, hidden unit) with P = (dist / rms)^2.
namespace isinglass {

/// Images and multipliers of one hidden layer, laid out like LayerState: [unit][stride].
struct LayerDuals {
  std::vector<float> image;       ///< v_c = <P_c, X>
  std::vector<float> multiplier;  ///< y_c
};

/// v = 0 and y = initial_multiplier. The rows hold as P = 0, so any y is a valid start; a positive one keeps a price on
/// rows that no atom has violated yet, without which the next answer breaks them all at once.
[[nodiscard]] std::vector<LayerDuals> make_duals(const StructuredState& state, double initial_multiplier);

/// The duals as a checkpoint keeps them, without padding; and back. InputError if they do not fit the state.
[[nodiscard]] std::vector<DualRecord> to_records(const std::vector<LayerDuals>& duals, const StructuredState& state,
                                                 const Samples& samples);
[[nodiscard]] std::vector<LayerDuals> from_records(const std::vector<DualRecord>& records, const StructuredState& state);

/// Sets the state's integer multipliers and scales to mu_c = y_c + beta v_c, or to beta for all if `first`. The quantum of
/// a layer is chosen so that the largest multiplier, or 64 times the mean where outliers are larger, fits the oracle's
/// coefficient range. Collective over `group`.
void load_multipliers(StructuredState& state, const std::vector<LayerDuals>& duals, double beta, bool first,
                      const Communicator& group);

/// <y + beta v, v - P(x)> of the state's choices x: the constraint part of CGAL's surrogate gap. Collective.
[[nodiscard]] double constraint_gap(const StructuredState& state, const std::vector<LayerDuals>& duals, double beta,
                                    const Communicator& group);

/// v += eta (P(x) - v).
void move_images(std::vector<LayerDuals>& duals, const StructuredState& state, double eta);

/// y += sigma v.
void move_multipliers(std::vector<LayerDuals>& duals, double sigma);

/// ||v||^2 over all constraints. Collective.
[[nodiscard]] double image_square(const std::vector<LayerDuals>& duals, const Communicator& group);

/// ||y + sigma v||^2, for the cap on the multipliers. Collective.
[[nodiscard]] double multiplier_square(const std::vector<LayerDuals>& duals, double sigma, const Communicator& group);

/// Bytes of state per constraint on this rank: duals, distances, choices, activations and integer multipliers.
[[nodiscard]] std::int64_t constraint_bytes(const StructuredState& state, const std::vector<LayerDuals>& duals);

}  // namespace isinglass
