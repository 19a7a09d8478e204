#include "train/incumbent.hpp"

#include "network/forward.hpp"

namespace isinglass {

namespace {

void broadcast_bits(const Communicator& comm, NetworkBits& bits, int root) {
  for (LayerBits& layer : bits) {
    comm.broadcast(bytes_of(std::span(layer.weights)), root);
    comm.broadcast(bytes_of(std::span(layer.biases)), root);
  }
}

}  // namespace

void share_best(const Grid& grid, double& energy, std::initializer_list<NetworkBits*> networks) {
  if (grid.groups == 1) return;  // the ranks of one group agree already
  const double best = -grid.world.all_max(-energy);
  // The lowest rank of a group that has it: the first such group's root.
  const bool has_it = energy == best;
  const int root = -static_cast<int>(grid.world.all_max(has_it ? -grid.world.rank() : -grid.world.size()));
  for (NetworkBits* bits : networks) broadcast_bits(grid.world, *bits, root);
  energy = best;
}

NetworkBits network_of_group(const Grid& grid, int group, NetworkBits bits) {
  const bool is_root = grid.group_index == group && grid.group.is_root();
  const int root = static_cast<int>(grid.world.all_max(is_root ? grid.world.rank() : 0));
  broadcast_bits(grid.world, bits, root);
  return bits;
}

void Incumbent::offer(const NetworkBits& bits, double objective) {
  if (objective >= objective_) return;
  objective_ = objective;
  bits_ = bits;
}

void Incumbent::share() { share_best(input_->grid, objective_, {&bits_}); }

void Incumbent::settle() {
  share();
  if (objective_ >= evaluated_objective_) return;
  evaluated_objective_ = objective_;
  const Communicator& group = input_->grid.group;
  train_accuracy_ = evaluate(input_->architecture, bits_, input_->data.train, group).accuracy();
  validation_accuracy_ = evaluate(input_->architecture, bits_, input_->data.validation, group).accuracy();
}

}  // namespace isinglass
