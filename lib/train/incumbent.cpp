#include "train/incumbent.hpp"

#include "network/forward.hpp"

namespace isinglass::train {

int root_of_best(const parallel::Grid& grid, double& energy) {
  const double best = -grid.world.all_max(-energy);
  // The lowest rank of a group that has it: the first such group's root.
  const bool has_it = energy == best;
  energy = best;
  return -static_cast<int>(grid.world.all_max(has_it ? -grid.world.rank() : -grid.world.size()));
}

void broadcast_network(const parallel::Communicator& comm, network::NetworkBits& bits, int root) {
  for (network::LayerBits& layer : bits) {
    comm.broadcast(parallel::bytes_of(std::span(layer.weights)), root);
    comm.broadcast(parallel::bytes_of(std::span(layer.biases)), root);
  }
}

network::NetworkBits network_of_group(const parallel::Grid& grid, int group, network::NetworkBits bits) {
  const bool is_root = grid.group_index == group && grid.group.is_root();
  const int root = static_cast<int>(grid.world.all_max(is_root ? grid.world.rank() : 0));
  broadcast_network(grid.world, bits, root);
  return bits;
}

void Incumbent::offer(const network::NetworkBits& bits, double objective, std::optional<std::int64_t> correct) {
  if (offer(bits, objective, Merit{objective})) correct_ = correct.value_or(-1);
}

bool Incumbent::offer(const network::NetworkBits& bits, double objective, const Merit& merit) {
  if (merit >= merit_) return false;
  objective_ = objective;
  merit_ = merit;
  bits_ = bits;
  correct_ = -1;
  is_evaluated_ = false;
  return true;
}

void Incumbent::replace(const network::NetworkBits& bits, double objective) {
  merit_ = {infinity, infinity, infinity};
  offer(bits, objective, Merit{objective});
}

void Incumbent::set_accuracies(double train, double validation) {
  train_accuracy_ = train;
  validation_accuracy_ = validation;
  is_evaluated_ = true;
}

void Incumbent::share() {
  if (input_->grid.groups == 1) return;  // the ranks of one group agree already
  const double own = objective_;
  const int root = root_of_best(input_->grid, objective_);
  if (objective_ < own) is_evaluated_ = false;
  merit_ = {objective_};
  broadcast_network(input_->grid.world, bits_, root);
  input_->grid.world.broadcast(parallel::bytes_of(std::span(&correct_, 1)), root);
}

void Incumbent::settle() {
  share();
  if (is_evaluated_) return;
  const TrainingInput& input = *input_;
  const auto judge = [&](const data::Samples& samples) {
    return network::evaluate(input.architecture, bits_, samples, input.grid.group).accuracy();
  };
  const bool is_counted = correct_ >= 0 && input.data.train.global_size > 0;
  set_accuracies(is_counted ? static_cast<double>(correct_) / static_cast<double>(input.data.train.global_size)
                            : judge(input.data.train),
                 judge(input.data.validation));
}

}  // namespace isinglass::train
