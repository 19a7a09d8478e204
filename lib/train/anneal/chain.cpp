#include "train/anneal/chain.hpp"

#include "base/random.hpp"

#include <algorithm>
#include <cmath>

namespace isinglass::train {

namespace {

/// How many moves are evaluated together: by rows from whole vectors of the kernels to any row; by columns from two to
/// what goes into one exchange between ranks.
struct BatchRange {
  int least, most;
};
constexpr BatchRange by_rows{32, 1024}, by_columns{2, 15};

}  // namespace

Chain::Chain(const TrainingInput& input, const MoveData& data, double output_margin, config::MoveLoss loss)
    : input_(input),
      state_(input.architecture, data, network::margin_on_grid(input.architecture.layers.back(), output_margin), loss),
      batch_(by_rows.least) {
  unit_ = 1 / network::output_step(input.architecture);
  if (state_.sums_squares()) unit_ /= state_.margin();
  if (!state_.loss_table().empty()) unit_ = state_.loss_table().unit();
}

void Chain::set(const network::NetworkBits& bits, std::span<const std::int16_t> first_z) {
  state_.set(bits, first_z);
  loss_ = input_.grid.group.all_sum(state_.loss());
}

bool Chain::accept(int index, std::int64_t change, const ProposalKey& key, double temperature) const {
  // Moves that change nothing are refused: they would let weights without influence drift, which costs a new evaluation
  // each and was measured to generalise worse.
  if (change <= 0 || temperature == 0) return change < 0;
  const std::uint32_t place = static_cast<std::uint32_t>(index) * 32U + key.plane;
  const auto chain = static_cast<std::uint32_t>(input_.grid.group_index);
  const double u = uniform(draw(input_.config.seed, Stream::anneal, chain, key.sweep, key.layer_unit, place)[0]);
  return unit_ * pass_.change_unit() * static_cast<double>(change) <= -temperature * std::log(u);
}

/// By columns a move costs as much alone as together: without other ranks one is enough.
int Chain::moves_ahead() const {
  if (pass_.is_by_columns() && input_.grid.group.size() == 1) return 1;
  const BatchRange& range = pass_.is_by_columns() ? by_columns : by_rows;
  return std::clamp(batch_, range.least, range.most);
}

/// One plane of one unit. How many moves are evaluated ahead changes how much is evaluated in vain, never the chain:
/// more while nothing is accepted, and after an accepted move about twice as many as were refused before it.
void Chain::sweep_plane(const MovePlane& plane, const ProposalKey& key, double temperature) {
  const int moves = state_.move_count(key.layer_unit >> 24, plane);
  for (int first = 0; first < moves;) {
    changes_.assign(static_cast<std::size_t>(std::min(moves_ahead(), moves - first)), 0);
    pass_.evaluate(plane, first, changes_);
    input_.grid.group.all_sum(changes_);
    std::size_t at = 0;
    while (at < changes_.size() && !accept(first + static_cast<int>(at), changes_[at], key, temperature)) ++at;
    first += static_cast<int>(at);
    const bool is_accepted = at < changes_.size();
    if (is_accepted) pass_.apply(plane, first++);
    batch_ = is_accepted ? 2 * static_cast<int>(at) : 2 * moves_ahead();
  }
}

bool Chain::sweep(int number, double temperature, double window) {
  const auto& layers = input_.architecture.layers;
  for (std::size_t l = 0; l < layers.size(); ++l)
    for (int unit = 0; unit < layers[l].units; ++unit) {
      if (input_.grid.group.any(input_.control.stop_is_asked())) return false;
      pass_.begin(l, unit, static_cast<int>(std::lround(window * layers[l].rms)), true);
      ProposalKey key{static_cast<std::uint32_t>(number),
                      static_cast<std::uint32_t>(l << 24) | static_cast<std::uint32_t>(unit), 0};
      for (const MovePlane& plane : move_planes(layers[l], state_.has_swaps(l))) {
        sweep_plane(plane, key, temperature);
        ++key.plane;
      }
      pass_.end();
    }
  loss_ = input_.grid.group.all_sum(state_.loss());
  return true;
}

}  // namespace isinglass::train
