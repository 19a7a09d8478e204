#include "ising/groups/thermal_state.hpp"

#include "ising/coefficients.hpp"
#include "ising/groups/fold.hpp"
#include "simd/rows.hpp"
#include "simd/simd.hpp"

#include <algorithm>
#include <cmath>

namespace isinglass::ising {

namespace {

/// Data that copies of a state share.
template <class Real>
struct Model {
  explicit Model(const IsingProblem& p)
      : problem(p), layout(p), rows(p, layout), rank(layout.groups()), all_down(p.spins) {
    const std::vector<double> fields = local_fields(p, Spins(p.spins, -1));
    for (std::size_t slot = 0; slot < p.spins; ++slot)
      all_down[slot] = static_cast<Real>(fields[static_cast<std::size_t>(layout.spin_of[slot])]);
    for (std::size_t g = 0; g < layout.groups(); ++g) {
      const std::size_t size = layout.start[g + 1] - layout.start[g];
      auto like = std::ranges::find(peers, size, [&](const std::vector<std::size_t>& class_) {
        return layout.start[class_[0] + 1] - layout.start[class_[0]];
      });
      if (like == peers.end()) like = peers.insert(peers.end(), std::vector<std::size_t>{});
      rank[g] = static_cast<std::size_t>(like - peers.begin());
      like->push_back(g);
    }
  }

  IsingProblem problem;
  GroupLayout layout;
  FieldRows<Real> rows;
  Boltzmann boltzmann;
  std::vector<std::vector<std::size_t>> peers;  ///< groups of one size
  std::vector<std::size_t> rank;                ///< [groups] where in `peers`
  std::vector<Real> all_down;                   ///< [slots] the fields where all spins are -1
};

template <class Real>
class State final : public ThermalState {
public:
  explicit State(std::shared_ptr<const Model<Real>> model)
      : model_(std::move(model)), spin_(size()), field_(size()), up_(model_->layout.groups()) {
    Spins first(size(), -1);
    repair_groups(model_->problem, first);
    State::set(first);
  }

  [[nodiscard]] std::unique_ptr<ThermalState> clone() const override { return std::make_unique<State>(*this); }
  void set(std::span<const std::int8_t> spins) override;
  [[nodiscard]] Spins spins() const override {
    Spins s(size());
    for (std::size_t slot = 0; slot < size(); ++slot) s[static_cast<std::size_t>(layout().spin_of[slot])] = spin_[slot];
    return s;
  }
  [[nodiscard]] std::int8_t spin(std::size_t i) const override {
    return spin_[static_cast<std::size_t>(layout().slot_of[i])];
  }
  [[nodiscard]] double energy() const override { return energy_; }
  void sweep(double beta, QuickRandom& random) override;
  void swap_groups(double beta, QuickRandom& random) override;
  void descend() override;
  void flip(std::span<const std::int32_t> spins) override {
    for (const std::int32_t i : spins)
      flip_slot(static_cast<std::size_t>(layout().slot_of[static_cast<std::size_t>(i)]));
  }
  [[nodiscard]] std::vector<double> move_costs() const override;

private:
  [[nodiscard]] const GroupLayout& layout() const { return model_->layout; }
  [[nodiscard]] std::size_t size() const { return model_->layout.size(); }
  void flip_slot(std::size_t slot) {
    energy_ -= 2 * static_cast<double>(spin_[slot]) * static_cast<double>(field_[slot]);
    spin_[slot] = static_cast<std::int8_t>(-spin_[slot]);
    if (spin_[slot] > 0)
      model_->rows.add(slot, field_);
    else
      model_->rows.subtract(slot, field_);
  }
  /// Group g takes the value of `slot`: no couplings inside groups, so that the two flips do not see each other.
  void assign(std::size_t g, std::size_t slot) {
    const std::size_t down = up_[g];
    energy_ += 2 * (static_cast<double>(field_[slot]) - static_cast<double>(field_[down]));
    spin_[down] = -1;
    spin_[slot] = 1;
    up_[g] = slot;
    model_->rows.move(slot, down, field_);
  }
  /// `reach`: how far a field may be above the present one to be drawn at all.
  void draw_value(std::size_t g, double beta, Real reach, QuickRandom& random);
  [[nodiscard]] double swap_cost(std::size_t g, std::size_t h, std::size_t new_g, std::size_t new_h) const;

  std::shared_ptr<const Model<Real>> model_;
  std::vector<std::int8_t> spin_;  ///< [slots]
  std::vector<Real> field_;        ///< [slots] sum_j J_ij s_j + h_i
  std::vector<std::size_t> up_;    ///< [groups] its slot that is +1
  double energy_ = 0;
};

template <class Real>
void State<Real>::set(std::span<const std::int8_t> spins) {
  field_ = model_->all_down;
  for (std::size_t slot = 0; slot < size(); ++slot) {
    spin_[slot] = spins[static_cast<std::size_t>(layout().spin_of[slot])];
    if (spin_[slot] > 0) model_->rows.add(slot, field_);
  }
  // A pair's coupling is in both fields, h in one.
  energy_ = model_->problem.offset;
  for (std::size_t slot = 0; slot < size(); ++slot)
    energy_ +=
        (static_cast<double>(field_[slot]) + model_->problem.fields[static_cast<std::size_t>(layout().spin_of[slot])]) /
        2 * spin_[slot];
  for (std::size_t g = 0; g < up_.size(); ++g)
    for (std::size_t slot = layout().start[g]; slot < layout().start[g + 1]; ++slot)
      if (spin_[slot] > 0) up_[g] = slot;
}

template <class Real>
void State<Real>::draw_value(std::size_t g, double beta, Real reach, QuickRandom& random) {
  // Value v has the weight exp(-2 beta (f_v - f_now)). Values that are dearer than one 32-bit word can tell are left
  // out; at low temperatures that is all of them, which a count tells without a single exponential.
  const std::size_t begin = layout().start[g], end = layout().start[g + 1], now = up_[g];
  const Real* field = field_.data();
  if (simd::run<simd::count_below<Real>>(simd::cpu_width(), field + begin, end - begin, field[now] + reach) <= 1)
    return;
  Real least = field[now];
  for (std::size_t v = begin; v < end; ++v) least = field[v] < least ? field[v] : least;
  const auto weight = [&](std::size_t v) {
    return model_->boltzmann(2 * beta * (static_cast<double>(field[v]) - static_cast<double>(least)));
  };
  double total = 0;
  for (std::size_t v = begin; v < end; ++v) total += weight(v);
  double left = random.unit() * total;
  std::size_t chosen = begin;
  for (std::size_t v = begin; v < end; ++v) {
    const double w = weight(v);
    if (w == 0) continue;
    chosen = v;
    left -= w;
    if (left < 0) break;
  }
  if (chosen != now) assign(g, chosen);
}

template <class Real>
void State<Real>::sweep(double beta, QuickRandom& random) {
  const auto reach = static_cast<Real>(Boltzmann::most / (2 * beta));
  for (std::size_t g = 0; g < up_.size(); ++g) draw_value(g, beta, reach, random);
  for (std::size_t slot = layout().first_plain(); slot < size(); ++slot) {
    const double x = -2 * beta * static_cast<double>(spin_[slot]) * static_cast<double>(field_[slot]);
    if (x >= Boltzmann::most) continue;
    if (x <= 0 || model_->boltzmann.accepts(x, random.unit())) flip_slot(slot);
  }
}

template <class Real>
double State<Real>::swap_cost(std::size_t g, std::size_t h, std::size_t new_g, std::size_t new_h) const {
  const std::size_t old_g = up_[g], old_h = up_[h];
  const auto f = [&](std::size_t slot) { return static_cast<double>(field_[slot]); };
  const auto j = [&](std::size_t a, std::size_t b) { return static_cast<double>(model_->rows.at(a, b)); };
  // Each single cost counts couplings between the flipped spins as if the other stayed: + 4 J s s for each such pair.
  return 2 * (f(new_g) - f(old_g) + f(new_h) - f(old_h)) +
         2 * (j(old_g, old_h) - j(old_g, new_h) - j(new_g, old_h) + j(new_g, new_h));
}

template <class Real>
void State<Real>::swap_groups(double beta, QuickRandom& random) {
  for (std::size_t g = 0; g < up_.size(); ++g) {
    const std::vector<std::size_t>& peers = model_->peers[model_->rank[g]];
    const std::size_t h = peers[random.under(static_cast<std::uint32_t>(peers.size()))];
    const std::size_t value_g = up_[g] - layout().start[g], value_h = up_[h] - layout().start[h];
    if (value_g == value_h) continue;
    const std::size_t new_g = layout().start[g] + value_h, new_h = layout().start[h] + value_g;
    const double x = beta * swap_cost(g, h, new_g, new_h);
    if (x >= Boltzmann::most || !model_->boltzmann.accepts(x, random.unit())) continue;
    assign(g, new_g);
    assign(h, new_h);
  }
}

template <class Real>
void State<Real>::descend() {
  // Rounded gains must not be traded back and forth.
  for (bool has_moved = true; has_moved;) {
    has_moved = false;
    for (std::size_t g = 0; g < up_.size(); ++g) {
      std::size_t least = up_[g];
      for (std::size_t v = layout().start[g]; v < layout().start[g + 1]; ++v)
        if (field_[v] < field_[least]) least = v;
      const double gain = 2 * (static_cast<double>(field_[up_[g]]) - static_cast<double>(field_[least]));
      if (least == up_[g] || energy_ - gain >= energy_) continue;
      assign(g, least);
      has_moved = true;
    }
    for (std::size_t slot = layout().first_plain(); slot < size(); ++slot) {
      const double gain = 2 * static_cast<double>(spin_[slot]) * static_cast<double>(field_[slot]);
      if (gain <= 0 || energy_ - gain >= energy_) continue;
      flip_slot(slot);
      has_moved = true;
    }
  }
}

template <class Real>
std::vector<double> State<Real>::move_costs() const {
  std::vector<double> costs;
  for (std::size_t g = 0; g < up_.size(); ++g)
    for (std::size_t v = layout().start[g]; v < layout().start[g + 1]; ++v)
      if (v != up_[g])
        costs.push_back(2 * std::abs(static_cast<double>(field_[v]) - static_cast<double>(field_[up_[g]])));
  for (std::size_t slot = layout().first_plain(); slot < size(); ++slot)
    costs.push_back(2 * std::abs(static_cast<double>(field_[slot])));
  return costs;
}

}  // namespace

std::unique_ptr<ThermalState> make_thermal_state(const IsingProblem& problem) {
  // Sums of multiples of a power of two below 2^24 of them are exact in single precision.
  if (integer_unit(problem, 24)) return std::make_unique<State<float>>(std::make_shared<const Model<float>>(problem));
  return std::make_unique<State<double>>(std::make_shared<const Model<double>>(problem));
}

TemperatureRange temperature_range(const IsingProblem& problem, ThermalState& state) {
  constexpr int states = 8;
  constexpr double hot_share = 0.9, cold_share = 0.1, hot_factor = 0.45, cold_factor = 0.3;
  std::vector<double> costs;
  for (int k = 0; k < states; ++k) {
    QuickRandom random(0, k, 1);
    state.set(random_state(problem, random));
    const std::vector<double> more = state.move_costs();
    costs.insert(costs.end(), more.begin(), more.end());
  }
  std::erase_if(costs, [](double c) { return c <= 0; });
  if (costs.empty()) return {};
  std::ranges::sort(costs);
  const auto at = [&](double share) {
    return costs[static_cast<std::size_t>(share * static_cast<double>(costs.size() - 1))];
  };
  const double hot = hot_factor * at(hot_share);
  return {hot, std::min(cold_factor * at(cold_share), hot / 2)};
}

}  // namespace isinglass::ising
