#pragma once

#include "cgal/cgal.hpp"
#include "energy/state.hpp"
#include "parallel/communicator.hpp"
#include "train/state.hpp"

#include <vector>

namespace isinglass::train {

/// Images and multipliers of one hidden layer, laid out like LayerState: [unit][stride].
struct LayerDuals {
  std::vector<float> image;       ///< v_c = <P_c, X>
  std::vector<float> multiplier;  ///< y_c
};

/// The dual side of QCGD for this rank's samples: everything that lasts between iterations is one image v and one
/// multiplier y per constraint, a constraint being one (sample, hidden unit) with P = (dist / rms)^2. Sums over the
/// group are exact in fixed point, so that they do not depend on the sharding; members that return them are collective.
class NetworkDuals final : public cgal::Constraints {
public:
  /// v = 0 and y = `initial_multiplier`. The rows hold as P = 0, so any y is a valid start; a positive one keeps a
  /// price on rows that no atom has violated yet, without which the next answer breaks them all at once. `samples`: of
  /// all ranks.
  NetworkDuals(const energy::StructuredState& state, double samples, double initial_multiplier,
               const parallel::Communicator& group);
  /// Takes layers as they are, without an energy: for sums alone.
  NetworkDuals(std::vector<LayerDuals> layers, const parallel::Communicator& group)
      : group_(group), layers_(std::move(layers)) {}

  /// Sets the state's integer multipliers and scales to mu_c = y_c + beta v_c, or to beta for all if `first`. The
  /// quantum of a layer is chosen so that the largest multiplier, or 64 times the mean where outliers are larger, fits
  /// the oracle's coefficient range.
  void set_prices(energy::StructuredState& state, double beta, bool first) const;
  /// The state whose choices are the atom x; it outlives the use of add_gap and move_images.
  void set_atom(const energy::StructuredState& state) { atom_ = &state; }

  /// Records as a checkpoint keeps them, without padding; and back. `load` throws InputError if they do not fit the
  /// state.
  [[nodiscard]] std::vector<DualRecord> to_records(const energy::StructuredState& state,
                                                   const data::Samples& samples) const;
  void load(const std::vector<DualRecord>& records, const energy::StructuredState& state);
  /// State per constraint on this rank: duals, distances, choices, activations and integer multipliers.
  [[nodiscard]] std::int64_t bytes() const;

  [[nodiscard]] double count() const override { return count_; }
  [[nodiscard]] double diameter_square() const override { return diameter_square_; }
  [[nodiscard]] double add_gap(double start, double beta) const override;
  void move_images(double eta) override;
  [[nodiscard]] double image_square() const override;
  [[nodiscard]] double multiplier_square(double sigma) const override;
  void move_multipliers(double sigma) override;

private:
  parallel::Communicator group_;
  std::vector<LayerDuals> layers_;
  double count_ = 0, diameter_square_ = 0;
  const energy::StructuredState* atom_ = nullptr;
};

}  // namespace isinglass::train
