#pragma once

#include "train/train.hpp"

#include <initializer_list>
#include <limits>

namespace isinglass {

/// Makes each of `networks` that of the replica group with the smallest `energy` on every rank (ties: the first group),
/// and `energy` its energy. Collective over grid.world.
void share_best(const Grid& grid, double& energy, std::initializer_list<NetworkBits*> networks);

/// Replica group `group`'s network, on every rank. Collective over grid.world.
[[nodiscard]] NetworkBits network_of_group(const Grid& grid, int group, NetworkBits bits);

/// The best network so far by exact objective, with its accuracies: the answer of every method.
class Incumbent {
public:
  explicit Incumbent(const TrainingInput& input) : input_(&input) {}

  /// Takes the network if its objective is smaller. Local: all ranks of a group offer the same.
  void offer(const NetworkBits& bits, double objective);
  /// Agrees on the best of all groups. Collective over grid.world.
  void share();
  /// The same, and evaluates it if it is new. Collective over grid.world.
  void settle();

  [[nodiscard]] const NetworkBits& bits() const { return bits_; }
  [[nodiscard]] double objective() const { return objective_; }
  [[nodiscard]] double train_accuracy() const { return train_accuracy_; }
  [[nodiscard]] double validation_accuracy() const { return validation_accuracy_; }  ///< NaN without a validation split

private:
  const TrainingInput* input_;
  NetworkBits bits_;
  double objective_ = std::numeric_limits<double>::infinity();
  double evaluated_objective_ = std::numeric_limits<double>::infinity();
  double train_accuracy_ = 0, validation_accuracy_ = 0;
};

}  // namespace isinglass
