#include "ising/descent.hpp"

#include "ising/rounding.hpp"

#include <algorithm>
#include <cmath>

namespace isinglass::ising {

namespace {

/// products += change * (column i of J).
struct AddColumn {
  std::span<const std::int8_t> spins;
  std::size_t i;
  double change;
  std::vector<double>& products;

  void operator()(const SparseCouplings& j) const {
    for (SparseCouplings::InnerIterator k(j, i); k; ++k) products[k.col()] += change * k.value();
  }
  void operator()(const DenseCouplings& j) const { vector_view(products) += change * j.row(i).transpose(); }
  void operator()(const FactoredCouplings& j) const {
    const double before = products[i];
    for (Eigen::Index r = 0; r < j.weight.size(); ++r) {
      const double f = change * j.weight[r] * static_cast<double>(j.factor(r, i));
      if (f != 0) vector_view(products) += f * j.factor.row(r).transpose().cast<double>();
    }
    products[i] = before;  // J has no diagonal
  }
  void operator()(const MatrixFreeCouplings& j) const {
    const std::vector<float> x(spins.begin(), spins.end());
    std::vector<float> out(x.size());
    j.multiply(x, out, 1);
    std::ranges::copy(out, products.begin());
  }
};

/// A descent in motion.
class Descent {
public:
  Descent(const IsingProblem& problem, std::span<std::int8_t> spins, std::vector<double> products)
      : problem_(problem),
        spins_(spins),
        products_(std::move(products)),
        is_grouped_(problem.groups.empty() ? 0 : spins.size()) {
    for (const OneHotGroup& group : problem.groups)
      for (const std::int32_t i : group) is_grouped_[static_cast<std::size_t>(i)] = 1;
    // A callback works in floats and shows no coefficients: what is small beside the largest field is rounding.
    constexpr double share_of_callbacks = 1e-5;
    if (std::holds_alternative<MatrixFreeCouplings>(problem.couplings))
      for (std::size_t i = 0; i < spins.size(); ++i) least_ = std::max(least_, share_of_callbacks * std::abs(field(i)));
  }

  /// Until no move gains; products are summed anew in between, for sums of changes drift.
  void run() {
    for (int round = 0; round < most_rounds && improve(); ++round)
      if (least_ == 0) products_ = coupling_products(problem_, spins_);
  }

  [[nodiscard]] double energy() const {
    double sum = problem_.offset;
    for (std::size_t i = 0; i < spins_.size(); ++i) sum += (0.5 * products_[i] + problem_.fields[i]) * spins_[i];
    return sum;
  }

private:
  /// Rounding could make moves go round in circles; nothing that is none needs as many.
  static constexpr int most_rounds = 8, most_passes = 10'000;

  [[nodiscard]] double field(std::size_t i) const { return products_[i] + problem_.fields[i]; }
  [[nodiscard]] double rounding(std::size_t i) const { return least_ > 0 ? least_ : field_rounding(problem_, i); }

  void flip(std::size_t i) {
    spins_[i] = static_cast<std::int8_t>(-spins_[i]);
    std::visit(AddColumn{spins_, i, 2.0 * spins_[i], products_}, problem_.couplings);
  }

  /// Passes over all moves; whether any was made.
  bool improve() {
    bool has_moved = false;
    for (int pass = 0; pass < most_passes; ++pass) {
      const bool has_flipped = flip_all(), has_assigned = assign_all();
      if (!has_flipped && !has_assigned) break;
      has_moved = true;
    }
    return has_moved;
  }

  bool flip_all() {
    bool has_moved = false;
    for (std::size_t i = 0; i < spins_.size(); ++i) {
      const double gain = spins_[i] * field(i);
      // Most spins gain nothing: only of the others coefficients are looked at.
      if (gain <= 0 || (!is_grouped_.empty() && is_grouped_[i] != 0) || gain <= rounding(i)) continue;
      flip(i);
      has_moved = true;
    }
    return has_moved;
  }

  bool assign_all() {
    bool has_moved = false;
    for (const OneHotGroup& group : problem_.groups) {
      const auto at = [](std::int32_t i) { return static_cast<std::size_t>(i); };
      const auto up = std::ranges::find_if(group, [&](std::int32_t i) { return spins_[at(i)] > 0; });
      const auto least = std::ranges::min_element(group, {}, [&](std::int32_t i) { return field(at(i)); });
      if (up == group.end() || field(at(*up)) - field(at(*least)) <= rounding(at(*up)) + rounding(at(*least))) continue;
      flip(at(*up));
      flip(at(*least));
      has_moved = true;
    }
    return has_moved;
  }

  const IsingProblem& problem_;
  std::span<std::int8_t> spins_;
  std::vector<double> products_;
  std::vector<std::uint8_t> is_grouped_;  // empty without groups
  double least_ = 0;                      // of callbacks
};

}  // namespace

double descend(const IsingProblem& problem, std::span<std::int8_t> spins, std::vector<double> products) {
  Descent descent(problem, spins, std::move(products));
  descent.run();
  return descent.energy();
}

void end_by_descent(const IsingProblem& problem, Read& read, double seconds) {
  Descent descent(problem, read.spins, coupling_products(problem, read.spins));
  const double before = descent.energy();
  if (!read.history.empty()) read.history.back().energy = before;
  descent.run();
  read.energy = descent.energy();
  if (read.history.empty() || read.energy < before) read.history.push_back({seconds, read.energy});
}

std::vector<double> coupling_products(const IsingProblem& problem, std::span<const std::int8_t> spins) {
  std::vector<double> products(spins.size());
  if (const auto* dense = std::get_if<DenseCouplings>(&problem.couplings)) {
    // J is symmetric: whole rows in order, instead of one long sum after the other.
    for (std::size_t k = 0; k < spins.size(); ++k) AddColumn{spins, k, static_cast<double>(spins[k]), products}(*dense);
    return products;
  }
  products = local_fields(problem, spins);
  for (std::size_t i = 0; i < spins.size(); ++i) products[i] -= problem.fields[i];
  return products;
}

}  // namespace isinglass::ising
