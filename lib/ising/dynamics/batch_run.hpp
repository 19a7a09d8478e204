#pragma once

#include "ising/dynamics/trajectory.hpp"

#include <optional>

namespace isinglass::dynamics {

/// One batch of reads from their start to their answers.
class BatchRun {
public:
  BatchRun(const IsingProblem& problem, const Dynamics& dynamics, Start start, const ReadRequest& request);

  /// Runs, and appends the first `count` lanes' reads and what all lanes that count cost.
  void append_to(ReadSet& set, std::size_t count);

private:
  void run(std::size_t count);
  void sample(std::size_t count);
  [[nodiscard]] bool reaches_target(std::size_t lane) const;
  [[nodiscard]] Spins best_spins(std::size_t lane) const;
  [[nodiscard]] std::vector<double> best_products(std::size_t lane, const Spins& spins) const;
  [[nodiscard]] Read answer(std::size_t lane) const;

  const IsingProblem& problem_;
  const Dynamics& dynamics_;
  Start start_;
  const ReadRequest& request_;
  StopRule stop_;
  std::unique_ptr<Trajectory> trajectory_;
  Floats product_, energy_, best_energy_, best_;
  simd::AlignedVector<std::int32_t> improved_;
  std::vector<std::vector<Improvement>> history_;
  double slack_ = 0;  // beside the target, of energies on the way
  std::int64_t steps_done_ = 0, samples_ = 0;
  bool was_cut_ = false;
};

}  // namespace isinglass::dynamics
