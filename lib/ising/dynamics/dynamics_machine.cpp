#include "ising/dynamics/dynamics_machine.hpp"

#include "ising/descent.hpp"
#include "ising/dynamics/trajectory.hpp"
#include "ising/rounding.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

namespace isinglass::ising::dynamics {

namespace {

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

/// Steps between two looks at the clock: about 16,000 spin updates, some microseconds.
std::int64_t poll_interval(const Start& start) {
  return std::max<std::int64_t>(1, (1 << 14) / static_cast<std::int64_t>(start.size()));
}

BatchRun::BatchRun(const IsingProblem& problem, const Dynamics& dynamics, Start start, const ReadRequest& request)
    : problem_(problem),
      dynamics_(dynamics),
      start_(std::move(start)),
      request_(request),
      stop_(request),
      trajectory_(dynamics.begin(start_)),
      product_(start_.size()),
      energy_(start_.lanes),
      best_energy_(start_.lanes, std::numeric_limits<float>::infinity()),
      best_(start_.size()),
      improved_(start_.lanes),
      history_(start_.lanes) {
  constexpr double share = 1e-5;  // of the energies' size: what sums of floats may be off by
  if (request.target) slack_ = share * std::max(energy_size(problem), std::abs(*request.target));
}

void BatchRun::append_to(ReadSet& set, std::size_t count) {
  run(count);
  // The last use of product_: J s of the best states.
  if (start_.product->signs_are_exact()) start_.product->multiply_signs(best_, start_.lanes, product_);
  for (std::size_t lane = 0; lane < count; ++lane) set.reads.push_back(answer(lane));
  const auto reads = static_cast<std::int64_t>(count);
  set.spin_updates += steps_done_ * reads * static_cast<std::int64_t>(start_.spins);
  set.field_evaluations += (steps_done_ * trajectory_->products_per_step() + samples_) * reads;
  set.was_cut = was_cut_;
}

void BatchRun::run(std::size_t count) {
  const std::int64_t poll = poll_interval(start_);
  for (std::int64_t step = 0;; ++step) {
    const bool is_last = step == start_.steps, is_sampled = is_last || step % dynamics_.sample_interval == 0;
    if (is_sampled) sample(count);
    if (is_last) return;
    if (step % poll == 0 && stop_.is_over()) was_cut_ = true;
    if (was_cut_) return;
    const Sample seen{&product_, energy_, best_energy_};
    trajectory_->advance(step, is_sampled ? &seen : nullptr);
    ++steps_done_;
  }
}

void BatchRun::sample(std::size_t count) {
  const Floats& x = trajectory_->x();
  start_.product->multiply_signs(x, start_.lanes, product_);
  start_.kernels->energies(x.data(), product_.data(), start_.field.data(), start_.rows(), start_.lanes, energy_.data());
  ++samples_;
  bool any = false;
  for (std::size_t l = 0; l < start_.lanes; ++l) {
    improved_[l] = energy_[l] < best_energy_[l] ? 1 : 0;
    any = any || improved_[l] != 0;
    best_energy_[l] = std::min(best_energy_[l], energy_[l]);
  }
  if (!any) return;
  start_.kernels->keep(x.data(), improved_.data(), start_.rows(), start_.lanes, best_.data());
  const double now = stop_.seconds();
  for (std::size_t l = 0; l < count; ++l) {
    if (improved_[l] == 0) continue;
    history_[l].push_back({now, problem_.offset + static_cast<double>(energy_[l])});
    if (reaches_target(l)) was_cut_ = true;
  }
}

bool BatchRun::reaches_target(std::size_t lane) const {
  if (!request_.target) return false;
  // Energies along the way are sums of floats: what comes close is computed anew.
  const double energy_here = problem_.offset + static_cast<double>(energy_[lane]);
  return energy_here <= *request_.target + slack_ && stop_.reached(energy(problem_, best_spins(lane)));
}

Spins BatchRun::best_spins(std::size_t lane) const {
  Spins spins(start_.spins);
  for (std::size_t i = 0; i < spins.size(); ++i)
    spins[i] = best_[i * start_.lanes + lane] < 0 ? std::int8_t{-1} : std::int8_t{1};
  return spins;
}

std::vector<double> BatchRun::best_products(std::size_t lane, const Spins& spins) const {
  if (!start_.product->signs_are_exact()) return coupling_products(problem_, spins);
  std::vector<double> products(spins.size());
  for (std::size_t i = 0; i < spins.size(); ++i) products[i] = static_cast<double>(product_[i * start_.lanes + lane]);
  return products;
}

Read BatchRun::answer(std::size_t lane) const {
  Read read{start_.first + static_cast<std::int64_t>(lane), best_spins(lane), 0, history_[lane]};
  read.energy = descend(problem_, read.spins, best_products(lane, read.spins));
  if (read.history.empty() || read.energy < read.history.back().energy)
    read.history.push_back({stop_.seconds(), read.energy});
  return read;
}

class ProgrammedDynamics : public ProgrammedCopy {
public:
  ProgrammedDynamics(const IsingProblem& problem, const Dynamics& dynamics)
      : ProgrammedCopy(problem), dynamics_(dynamics) {
    load();
  }

  void set_fields(std::span<const double> fields) override {
    couplings_are_new_ = false;
    ProgrammedCopy::set_fields(fields);
    couplings_are_new_ = true;
  }

  [[nodiscard]] ReadSet read(const ReadRequest& request) override {
    ReadSet set;
    const std::int64_t end = request.first + request.count;
    for (std::int64_t at = request.first; at < end && !set.was_cut;) {
      const std::int64_t count = std::min<std::int64_t>(most_lanes, end - at);
      Start start;
      start.product = product_.get();
      start.kernels = &step_kernels();
      start.field = field_;
      start.scale = scale_;
      start.spins = problem().spins;
      start.lanes = lanes_for(static_cast<std::size_t>(count));
      start.seed = request.seed;
      start.first = at;
      start.warm = request.warm_start;
      start.steps = request.sweeps > 0 ? request.sweeps : dynamics_.steps;
      BatchRun(problem(), dynamics_, std::move(start), request).append_to(set, static_cast<std::size_t>(count));
      at += count;
    }
    return set;
  }

protected:
  void reprogrammed() override { load(); }

private:
  void load() {
    if (couplings_are_new_) product_ = batch_product(problem(), product_kernels());
    field_.assign(padded(problem().spins), 0.0F);
    std::ranges::transform(problem().fields, field_.begin(), [](double h) { return static_cast<float>(h); });
    scale_ = normalisation(problem(), *product_);
  }

  Dynamics dynamics_;
  bool couplings_are_new_ = true;
  std::unique_ptr<BatchProduct> product_;
  Floats field_;
  Normalisation scale_;
};

}  // namespace

std::unique_ptr<ProgrammedMachine> DynamicsMachine::program(const IsingProblem& problem) const {
  return std::make_unique<ProgrammedDynamics>(problem, dynamics_);
}

}  // namespace isinglass::ising::dynamics
