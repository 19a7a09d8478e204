#include "ising/dynamics/batch_run.hpp"

#include "ising/descent.hpp"
#include "ising/rounding.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace isinglass::dynamics {

namespace {

/// Steps between two looks at the clock: about 16,000 spin updates, some microseconds.
std::int64_t poll_interval(const Start& start) {
  return std::max<std::int64_t>(1, (1 << 14) / static_cast<std::int64_t>(start.size()));
}

}  // namespace

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
  if (read.history.empty() || read.energy < read.history.back().energy) read.history.push_back({stop_.seconds(), read.energy});
  return read;
}

}  // namespace isinglass::dynamics
