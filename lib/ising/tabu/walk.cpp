#include "ising/tabu/walk.hpp"

#include "ising/coefficients.hpp"
#include "ising/groups/fold.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace isinglass::ising {

void TabuWalk::go_to(std::span<const std::int8_t> target) {
  for (const std::int32_t i : moves_towards(target)) move(static_cast<std::size_t>(i));
}

std::vector<std::int32_t> TabuWalk::moves_towards(std::span<const std::int8_t> target) const {
  std::vector<std::int32_t> moves;
  for (std::size_t i = 0; i < size(); ++i)
    if (spin(i) != target[i] && !(is_in_group(i) && target[i] < 0)) moves.push_back(static_cast<std::int32_t>(i));
  return moves;
}

namespace {

template <class Rows>
class Walk final : public TabuWalk {
public:
  using Cost = typename Rows::CostType;

  Walk(const IsingProblem& problem, double unit)
      : rows_(problem, unit),
        unit_(unit),
        spins_(problem.spins),
        group_(group_of_spins(problem)),
        groups_(problem.groups) {
    Spins first(spins_, 1);
    repair_groups(problem, first);
    first_energy_ = ising::energy(problem, first);
    const std::vector<double> fields = local_fields(problem, first);
    const std::size_t size = simd::padded(spins_, pick_lanes<Cost>);
    first_gain_.assign(size, most);
    first_sign_.assign(size, 0);
    for (std::size_t i = 0; i < spins_; ++i) {
      first_gain_[i] = static_cast<Cost>(-2 * first[i] * fields[i] / unit);
      first_sign_[i] = first[i];
    }
    until_.assign(size, 0);
    // Rounding must not look like an improvement for ever.
    if constexpr (std::is_floating_point_v<Cost>)
      for (std::size_t i = 0; i < spins_; ++i) tolerance_ = std::max(tolerance_, 1e-12 * std::abs(first_gain_[i]));
    reset();
  }

  void reset() override {
    gain_ = first_gain_;
    sign_ = first_sign_;
    energy_ = first_energy_;
    up_.assign(groups_.size(), 0);
    for (std::size_t g = 0; g < groups_.size(); ++g)
      up_[g] =
          *std::ranges::find_if(groups_[g], [&](std::int32_t i) { return sign_[static_cast<std::size_t>(i)] > 0; });
    price_moves();
  }
  [[nodiscard]] double energy() const override { return energy_; }
  [[nodiscard]] Spins spins() const override {
    Spins s(spins_);
    for (std::size_t i = 0; i < spins_; ++i) s[i] = static_cast<std::int8_t>(sign_[i]);
    return s;
  }
  [[nodiscard]] double cost(std::size_t i) const override {
    const auto gain = static_cast<double>(gain_[i]);
    return unit_ * (group_[i] < 0 ? gain : gain + static_cast<double>(gain_[up_of(i)]));
  }
  void move(std::size_t i) override {
    energy_ += cost(i);
    if (group_[i] >= 0) {
      const std::size_t down = up_of(i);
      flip(down);
      up_[static_cast<std::size_t>(group_[i])] = static_cast<std::int32_t>(i);
    }
    flip(i);
  }
  void search(TabuRun& run, const Tenure& tenure, std::int64_t patience) override;

protected:
  [[nodiscard]] std::int8_t spin(std::size_t i) const override { return static_cast<std::int8_t>(sign_[i]); }
  [[nodiscard]] bool is_in_group(std::size_t i) const override { return group_[i] >= 0; }
  [[nodiscard]] std::size_t size() const override { return spins_; }

private:
  static constexpr Cost most = std::numeric_limits<Cost>::max();
  static constexpr auto most_stamps =
      std::numeric_limits<Stamp<Cost>>::max() / 2;  // then the search ends, and another begins

  [[nodiscard]] std::size_t up_of(std::size_t i) const {
    return static_cast<std::size_t>(up_[static_cast<std::size_t>(group_[i])]);
  }
  std::int8_t turn(std::size_t i) {
    const auto old = static_cast<std::int8_t>(sign_[i]);
    gain_[i] = -gain_[i];
    sign_[i] = -sign_[i];
    return old;
  }
  void flip(std::size_t i) {
    const std::int8_t old = turn(i);
    rows_.flip(i, old, gain_.data(), sign_.data());
  }
  /// price_[i] of all moves where there are groups: of re-assignments the sum of both flips.
  void price_moves() {
    if (groups_.empty()) return;
    price_ = gain_;
    for (std::size_t g = 0; g < groups_.size(); ++g) {
      const Cost down = gain_[static_cast<std::size_t>(up_[g])];
      for (const std::int32_t i : groups_[g]) price_[static_cast<std::size_t>(i)] += down;
      price_[static_cast<std::size_t>(up_[g])] = most;
    }
  }
  [[nodiscard]] MoveView<Cost> view(Stamp<Cost> now, double aspiration, QuickRandom& random) const {
    const std::vector<Cost>& cost = groups_.empty() ? gain_ : price_;
    constexpr double limit = std::is_floating_point_v<Cost> ? std::numeric_limits<double>::max() : 0x1p30;
    const auto threshold = static_cast<Cost>(std::clamp(aspiration / unit_ - tolerance_, -limit, limit));
    const auto blocks = static_cast<std::uint32_t>(cost.size() / pick_lanes<Cost>);
    return {cost.data(), until_.data(), cost.size(), now, threshold, random.under(blocks)};
  }
  /// Makes the move; the next best. Tabu stamps are set before.
  [[nodiscard]] Pick<Cost> move_and_pick(std::size_t i, Stamp<Cost> now, double best, QuickRandom& random) {
    if (!groups_.empty()) {
      move(i);
      price_moves();
      return pick(view(now, best - energy_, random));
    }
    energy_ += unit_ * static_cast<double>(gain_[i]);
    const std::int8_t old = turn(i);
    return rows_.flip_and_pick(i, old, gain_.data(), sign_.data(), view(now, best - energy_, random));
  }
  /// Where every move is tabu: the one whose time ends first.
  [[nodiscard]] std::size_t least_tabu() const {
    std::size_t least = 0;
    for (std::size_t i = 1; i < spins_; ++i)
      if (!is_up(i) && (is_up(least) || until_[i] < until_[least])) least = i;
    return least;
  }
  [[nodiscard]] bool is_up(std::size_t i) const { return group_[i] >= 0 && sign_[i] > 0; }
  [[nodiscard]] bool has_moves() const {
    return std::ranges::any_of(group_, [](std::int32_t g) { return g < 0; }) ||
           std::ranges::any_of(groups_, [](const OneHotGroup& g) { return g.size() > 1; });
  }

  Rows rows_;
  double unit_;
  std::size_t spins_;
  std::vector<std::int32_t> group_;  ///< of each spin, or -1
  std::vector<OneHotGroup> groups_;
  double first_energy_ = 0, tolerance_ = 0;
  std::vector<Cost> first_gain_, first_sign_;

  std::vector<Cost> gain_;          ///< [padded] what flipping one spin changes
  std::vector<Cost> sign_;          ///< [padded] the spins
  std::vector<Cost> price_;         ///< [padded] what moves cost, where there are groups
  std::vector<std::int32_t> up_;    ///< [groups] its spin that is +1
  std::vector<Stamp<Cost>> until_;  ///< [padded]
  double energy_ = 0;
};

template <class Rows>
void Walk<Rows>::search(TabuRun& run, const Tenure& tenure, std::int64_t patience) {
  if (run.is_over()) return;
  std::ranges::fill(until_, Stamp<Cost>{0});
  const std::int64_t poll_period = std::max<std::int64_t>(1, 4'000'000 / static_cast<std::int64_t>(spins_ + 400));
  double best = energy_;
  Spins best_spins = spins();
  bool is_kept = true;  // best_spins are those of `best`
  const auto keep = [&] {
    best_spins = spins();
    is_kept = true;
    run.best.offer(best, best_spins);
  };
  run.best.offer(best, best_spins);
  price_moves();
  Pick<Cost> next = pick(view(0, 0, run.random));
  Stamp<Cost> now = 0, last = 0;
  if (!has_moves()) run.iterations_left = 0;
  while (!run.is_over() && now - last < patience && now < most_stamps) {
    const auto i = next.move >= 0 ? static_cast<std::size_t>(next.move) : least_tabu();
    if (!is_kept && static_cast<double>(next.cost) >= -tolerance_)
      keep();  // the descent is over: best_spins are copied once
    if (run.is_over()) break;
    ++now;
    const auto stamp = static_cast<Stamp<Cost>>(
        now + tenure.base + 1 + static_cast<std::int32_t>(run.random.under(static_cast<std::uint32_t>(tenure.spread))));
    until_[group_[i] < 0 ? i : up_of(i)] = stamp;
    next = move_and_pick(i, now, best, run.random);
    --run.iterations_left;
    if (energy_ < best - tolerance_ * unit_) {
      best = energy_;
      last = now;
      is_kept = false;
    }
    if (run.iterations_left % poll_period == 0) run.best.poll();
  }
  if (!is_kept) keep();  // the budget ended on the way down: the state is the best one
  go_to(best_spins);
}

/// The largest 4 J.
double largest_step(const IsingProblem& problem) { return 4 * largest_magnitude(stored_values(problem)); }

}  // namespace

std::unique_ptr<TabuWalk> make_tabu_walk(const IsingProblem& problem) {
  const std::optional<double> unit = integer_unit(problem, 29);  // re-assignments add two costs: a bit stays free
  if (!wants_dense_rows(problem)) {
    if (unit) return std::make_unique<Walk<SparseRows<std::int32_t>>>(problem, *unit);
    return std::make_unique<Walk<SparseRows<double>>>(problem, 1.0);
  }
  if (!unit) return std::make_unique<Walk<DenseRows<double, double>>>(problem, 1.0);
  if (largest_step(problem) / *unit <= std::numeric_limits<std::int16_t>::max())
    return std::make_unique<Walk<DenseRows<std::int32_t, std::int16_t>>>(problem, *unit);
  return std::make_unique<Walk<DenseRows<std::int32_t, std::int32_t>>>(problem, *unit);
}

}  // namespace isinglass::ising
