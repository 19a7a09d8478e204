#include "qcbo/counts.hpp"

#include "qcbo/symmetry.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <set>
#include <utility>

namespace isinglass::qcbo {

namespace {

std::int64_t pairs_of(std::int64_t n) { return n * (n - 1) / 2; }

using Pairs = std::set<std::pair<int, int>>;

void add_pair(Pairs& pairs, int i, int j) {
  if (i != j) pairs.insert({std::min(i, j), std::max(i, j)});
}

void add_all_pairs(Pairs& pairs, const std::vector<LocalTerm>& terms) {
  for (std::size_t a = 0; a < terms.size(); ++a)
    for (std::size_t b = a + 1; b < terms.size(); ++b) add_pair(pairs, terms[a].variable, terms[b].variable);
}

/// Pairs within the block of one unit. The next layer's rows couple all variables of its activation.
std::int64_t unit_pairs(const UnitPlan& unit, bool is_in_next_rows) {
  Pairs pairs;
  for (int k = 0; k < unit.indicators; ++k)
    for (int m = 0; m < k; ++m) add_pair(pairs, m, k);
  add_all_pairs(pairs, unit.row);
  for (std::size_t p = 0; p < unit.products.size(); ++p) {
    const int t = unit.product_at(static_cast<int>(p)), beta = unit.products[p].piece,
              sigma = unit.slack_at(unit.products[p].bit);
    add_pair(pairs, t, beta);
    add_pair(pairs, t, sigma);
    add_pair(pairs, beta, sigma);
  }
  for (const LocalPair& pair : unit.objective) add_pair(pairs, pair.i, pair.j);
  if (is_in_next_rows) add_all_pairs(pairs, unit.activation);
  return static_cast<std::int64_t>(pairs.size());
}

/// Terms of z of one unit, by kind.
struct ZTerms {
  std::int64_t parameters = 0;  ///< weight and bias bits with a coefficient
  std::int64_t active = 0;      ///< variables of the layer before, with a coefficient of their own
  std::int64_t products = 0;    ///< of weight bits with them
  bool has_weights = false;     ///< the weights of later layers are among the parameters, or none is
};

ZTerms z_terms(const ProblemPlan& plan, std::size_t s, std::size_t l) {
  const network::Layer& layer = plan.layer(l);
  const LayerInput input = plan.input(s, l);
  std::int64_t inputs = 0;
  for (int i = 0; i < layer.inputs; ++i) inputs += input.at(i) != 0 ? 1 : 0;
  const std::int64_t active = static_cast<std::int64_t>(input.active.size()) * layer.inputs;
  return {inputs * layer.weights.bits() + layer.bias.bits(), layer.weights.offset != 0 ? active : 0,
          active * layer.weights.bits(), inputs > 0};
}

/// Pairs of one layer's z terms and blocks, without those within a unit's block.
std::int64_t layer_pairs(const ProblemPlan& plan, std::size_t s, std::size_t l) {
  const ZTerms z = z_terms(plan, s, l);
  const UnitPlan& unit = plan.unit(s, l);
  const std::int64_t units = plan.layer(l).units;
  if (!unit.squares_z()) return units * 3 * z.products;  // linear in z: the pairs of the Rosenberg forms alone
  const auto local = static_cast<std::int64_t>(unit.row.size());
  const std::int64_t among = pairs_of(z.products) + z.products * z.parameters + (z.products + z.parameters) * local +
                             z.active * (z.products + z.parameters + local);
  // Of a Rosenberg form's pairs the row has (u, w) and (w, b) if w has a term of its own, and (u, b) and (w, b) if b
  // has.
  const std::int64_t rosenberg = (z.has_weights ? 0 : z.products) + (z.active > 0 ? 0 : z.products) +
                                 (z.has_weights && z.active > 0 ? 0 : z.products);
  // The variables of different units of the layer before meet in the row of every unit, and are one pair.
  const std::int64_t inputs = plan.layer(l).inputs, each = z.active / inputs;
  return units * (among + rosenberg) + each * each * pairs_of(inputs);
}

/// Which parameters of one unit of a layer any row or square couples. All its units are alike.
class InputPairs {
public:
  InputPairs(const network::Layer& layer, bool all_alike)
      : layer_(layer), nodes_(all_alike ? 1 : static_cast<std::size_t>(layer.inputs)) {
    words_ = (nodes_ + 63) / 64;
    bits_.resize(nodes_ * words_);
  }

  /// A sample's row with these inputs; later layers have all or none.
  void add(const LayerInput& input) {
    has_row_ = 1;
    std::vector<std::uint64_t> mask(words_);
    for (std::size_t i = 0; i < nodes_; ++i)
      if (input.at(static_cast<int>(i)) != 0) mask[i / 64] |= std::uint64_t{1} << (i % 64);
    for (std::size_t i = 0; i < nodes_; ++i)
      if (((mask[i / 64] >> (i % 64)) & 1U) != 0)
        for (std::size_t word = 0; word < words_; ++word) bits_[i * words_ + word] |= mask[word];
  }

  /// Joins the ranks. Collective.
  void join(const parallel::Communicator& comm) {
    counts_.assign(nodes_ * nodes_ + 1, has_row_);
    for (std::size_t i = 0; i < nodes_; ++i)
      for (std::size_t j = 0; j < nodes_; ++j)
        counts_[i * nodes_ + j] = static_cast<std::int64_t>((bits_[i * words_ + j / 64] >> (j % 64)) & 1U);
    comm.all_sum(counts_);
  }

  [[nodiscard]] bool coupled(int input, int other) const {
    if (nodes_ == 1) return counts_[0] != 0;
    return counts_[static_cast<std::size_t>(input) * nodes_ + static_cast<std::size_t>(other)] != 0;
  }

  /// Pairs of parameter bits of one unit.
  [[nodiscard]] std::int64_t pairs() const {
    const std::int64_t bits = layer_.weights.bits(), biases = layer_.bias.bits();
    std::int64_t sum = counts_.back() != 0 ? pairs_of(biases) : 0;
    for (int i = 0; i < layer_.inputs; ++i) {
      if (coupled(i, i)) sum += pairs_of(bits) + bits * biases;
      for (int j = 0; j < i; ++j) sum += coupled(i, j) ? bits * bits : 0;
    }
    return sum;
  }

private:
  const network::Layer& layer_;
  std::size_t nodes_, words_ = 0;
  std::vector<std::uint64_t> bits_;  // [input][word], symmetric
  std::vector<std::int64_t> counts_;
  std::int64_t has_row_ = 0;
};

/// Pairs that the symmetry rows of one layer add to those within its units.
std::int64_t symmetry_pairs(const network::Layer& layer, const InputPairs& coupled) {
  if (layer.units < 2) return 0;
  const int bits = code_bits(layer), each = layer.weights.bits();
  std::int64_t within = 0;
  for (int a = 0; a < bits; ++a)
    for (int b = 0; b < a; ++b) within += coupled.coupled(a / each, b / each) ? 0 : 1;
  const std::int64_t square = static_cast<std::int64_t>(bits) * bits;
  return layer.units * within + (layer.units - 1) * (3 * square + pairs_of(bits));
}

}  // namespace

std::int64_t sample_couplers(const ProblemPlan& plan) {
  std::map<std::pair<const UnitPlan*, bool>, std::int64_t> known;
  std::int64_t sum = 0;
  for (std::size_t s = 0; s < plan.samples().size(); ++s)
    for (std::size_t l = 0; l < plan.layers(); ++l) {
      if (!plan.is_built(s, l)) continue;
      const UnitPlan& unit = plan.unit(s, l);
      const bool in_next = l + 1 < plan.layers() && plan.is_built(s, l + 1) && plan.unit(s, l + 1).squares_z() &&
                           plan.layer(l + 1).weights.offset != 0;
      const auto [entry, is_new] = known.try_emplace({&unit, in_next}, 0);
      if (is_new) entry->second = unit_pairs(unit, in_next);
      sum += plan.layer(l).units * entry->second + layer_pairs(plan, s, l);
    }
  return sum;
}

std::int64_t shared_couplers(const ProblemPlan& plan, const parallel::Communicator& comm) {
  std::int64_t sum = 0;
  for (std::size_t l = 0; l < plan.layers(); ++l) {
    const network::Layer& layer = plan.layer(l);
    InputPairs coupled(layer, l > 0);
    for (std::size_t s = 0; s < plan.samples().size(); ++s)
      if (plan.is_built(s, l) && plan.unit(s, l).squares_z()) coupled.add(plan.input(s, l));
    coupled.join(comm);
    sum += layer.units * coupled.pairs();
    if (plan.options().break_symmetry && !layer.is_output()) sum += symmetry_pairs(layer, coupled);
  }
  return sum;
}

}  // namespace isinglass::qcbo
