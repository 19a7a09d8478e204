#pragma once

#include "train/input.hpp"

#include <array>
#include <limits>
#include <optional>
#include <span>

namespace isinglass::train {

/// The rank of the world whose replica group has the smallest `energy` (ties: the first group's root), for all ranks
/// alike; `energy` becomes that group's. Collective over grid.world.
[[nodiscard]] int root_of_best(const parallel::Grid& grid, double& energy);

/// Makes `bits` rank `root`'s on every rank. Collective over `comm`.
void broadcast_network(const parallel::Communicator& comm, network::NetworkBits& bits, int root);

/// Replica group `group`'s network, on every rank. Collective over grid.world.
[[nodiscard]] network::NetworkBits network_of_group(const parallel::Grid& grid, int group, network::NetworkBits bits);

/// The best network of a phase so far, with its accuracies: the answer of every method.
class Incumbent {
public:
  /// Numbers that networks are compared by, lexicographically; smaller is better.
  using Merit = std::array<double, 3>;

  explicit Incumbent(const TrainingInput& input) : input_(&input) {}

  /// Whether `offer` would take a network of this objective.
  [[nodiscard]] bool would_take(double objective) const { return Merit{objective} < merit_; }
  /// Takes the network if its exact objective is smaller. `correct`: how many training samples of the group it
  /// classifies, if that is known. Local: all ranks of a group offer the same.
  void offer(const network::NetworkBits& bits, double objective, std::optional<std::int64_t> correct = std::nullopt);
  /// Takes the network if its merit is smaller, whatever the objective. Returns whether it was taken.
  bool offer(const network::NetworkBits& bits, double objective, const Merit& merit);
  /// Takes the network whatever came before it: the answer of a phase that has no better one than its last.
  void replace(const network::NetworkBits& bits, double objective);
  /// Says what is known about the network that was taken, so that `settle` need not evaluate it.
  void set_accuracies(double train, double validation);

  /// Agrees on the best of all groups. Collective over grid.world.
  void share();
  /// Agrees on the best, and evaluates the network if it is new. Collective over grid.world.
  void settle();

  [[nodiscard]] const network::NetworkBits& bits() const { return bits_; }
  [[nodiscard]] double objective() const { return objective_; }
  [[nodiscard]] double train_accuracy() const { return train_accuracy_; }
  [[nodiscard]] double validation_accuracy() const { return validation_accuracy_; }  ///< NaN without a validation split

private:
  static constexpr double infinity = std::numeric_limits<double>::infinity();

  const TrainingInput* input_;
  network::NetworkBits bits_;
  double objective_ = infinity;
  Merit merit_{infinity, infinity, infinity};
  std::int64_t correct_ = -1;  // training samples that bits_ classifies; -1: unknown
  bool is_evaluated_ = true;   // whether the accuracies are those of bits_
  double train_accuracy_ = 0, validation_accuracy_ = 0;
};

}  // namespace isinglass::train
