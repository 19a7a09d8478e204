#include "train/phase.hpp"

namespace isinglass::train {

const MoveData& TrainingContext::move_data() {
  const int neighbours = input.config.anneal.swap_neighbours;
  if (!move_data_) move_data_.emplace(input.data.train, similar_inputs(input.data.train, neighbours, input.grid.group));
  return *move_data_;
}

void Phase::resume(const TrainingState& state) {
  steps_done_ = state.iteration;
  load(state);
}

TrainingState Phase::save() const {
  TrainingState state;
  state.phase = name_of(name_);
  state.iteration = steps_done_;
  state.incumbent = incumbent_.bits();
  state.incumbent_objective = incumbent_.objective();
  store(state);
  return state;
}

HistoryRow Phase::new_row() const {
  HistoryRow row;
  row.phase = name_of(name_);
  row.iteration = steps_done_;
  row.wall_seconds = input_.seconds();
  row.incumbent_objective = incumbent_.objective();
  row.train_accuracy = incumbent_.train_accuracy();
  row.validation_accuracy = incumbent_.validation_accuracy();
  return row;
}

}  // namespace isinglass::train
