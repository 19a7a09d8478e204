#include "group_problems.hpp"
#include "ising/groups/fold.hpp"
#include "ising/tabu/elite.hpp"
#include "ising/tabu/pick.hpp"
#include "ising/tabu/tabu.hpp"
#include "namespaces.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cmath>
#include <limits>

BOOST_AUTO_TEST_SUITE(ising_tabu)

using namespace isinglass;
using namespace isinglass::testing;
using testing::Coefficients;
using testing::Words;

namespace {

/// Costs with many ties, stamps and rows for one scan.
template <class Cost, class Row>
struct Scan {
  std::vector<Cost> cost, sign;
  std::vector<Row> row;
  std::vector<Stamp<Cost>> until;
  MoveView<Cost> view{};

  Scan(Words& words, std::size_t blocks) {
    const std::size_t size = blocks * pick_lanes<Cost>;
    for (std::size_t i = 0; i < size; ++i) {
      cost.push_back(static_cast<Cost>(words.between(-6, 6)));
      sign.push_back(words.between(0, 1) == 0 ? -1 : 1);
      row.push_back(static_cast<Row>(words.between(-3, 3)));
      until.push_back(words.between(0, 9));
    }
    for (int k = words.between(0, 5); k > 0 && cost.size() >= 8; --k)
      cost[cost.size() - static_cast<std::size_t>(k)] = most();
    view = {cost.data(),
            until.data(),
            size,
            words.between(0, 4),
            static_cast<Cost>(words.between(-9, -4)),
            static_cast<std::size_t>(words.between(0, static_cast<int>(blocks) - 1))};
  }
  static Cost most() { return std::numeric_limits<Cost>::max(); }

  /// From the definition: the first least admissible cost in the order of the blocks.
  [[nodiscard]] Pick<Cost> expected() const {
    const std::size_t blocks = view.size / pick_lanes<Cost>;
    Pick<Cost> best{most(), -1};
    for (std::size_t b = 0; b < blocks; ++b)
      for (std::size_t lane = 0; lane < pick_lanes<Cost>; ++lane) {
        const std::size_t i = (view.first_block + b) % blocks * pick_lanes<Cost> + lane;
        if (cost[i] < best.cost && (until[i] <= view.now || cost[i] < view.aspiration))
          best = {cost[i], static_cast<std::int32_t>(i)};
      }
    return best;
  }
};

template <class Cost, class Row>
void all_widths_agree() {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    for (const simd::Width width : simd::cpu_widths()) {
      Words words(seed);
      Scan<Cost, Row> scan(words, static_cast<std::size_t>(words.between(1, 9)));
      const Pick<Cost> before = pick(scan.view, width), wanted = scan.expected();
      BOOST_TEST(before.move == wanted.move);
      BOOST_TEST(before.cost == wanted.cost);
      std::vector<Cost> changed = scan.cost;
      const bool plus = seed % 2 == 0;
      for (std::size_t i = 0; i < changed.size(); ++i) {
        if (scan.cost[i] == scan.most()) scan.row[i] = 0;
        const auto step = static_cast<Cost>(scan.sign[i] * static_cast<Cost>(scan.row[i]));
        changed[i] = plus ? changed[i] + step : changed[i] - step;
      }
      Scan<Cost, Row> alone = scan;
      const Pick<Cost> after = update_and_pick(
          Change<Cost, Row>{scan.cost.data(), scan.row.data(), scan.sign.data(), plus}, scan.view, width);
      BOOST_TEST(scan.cost == changed);
      BOOST_TEST(after.move == scan.expected().move);
      BOOST_TEST(after.cost == scan.expected().cost);
      update(Change<Cost, Row>{alone.cost.data(), alone.row.data(), alone.sign.data(), plus}, alone.cost.size(), width);
      BOOST_TEST(alone.cost == changed);
    }
  }
}

/// The same problem with its couplings as a matrix.
IsingProblem dense(IsingProblem problem) {
  problem.couplings = to_dense(problem);
  return problem;
}

/// What moving spin i costs, from the energy of the state after it.
double plain_cost(const IsingProblem& problem, Spins s, std::size_t i) {
  const double before = ising::energy(problem, s);
  for (const OneHotGroup& group : problem.groups)
    if (std::ranges::find(group, static_cast<std::int32_t>(i)) != group.end()) {
      for (const std::int32_t k : group) s[static_cast<std::size_t>(k)] = -1;
      s[i] = 1;
      return ising::energy(problem, s) - before;
    }
  s[i] = static_cast<std::int8_t>(-s[i]);
  return ising::energy(problem, s) - before;
}

void costs_are_right(const TabuWalk& walk, const IsingProblem& problem) {
  const Spins s = walk.spins();
  BOOST_TEST(keeps_groups(problem, s));
  BOOST_TEST(std::abs(walk.energy() - ising::energy(problem, s)) < 1e-9);
  const std::vector<std::int32_t> group = group_of_spins(problem);
  for (std::size_t i = 0; i < problem.spins; ++i)
    if (group[i] < 0 || s[i] < 0) BOOST_TEST(std::abs(walk.cost(i) - plain_cost(problem, s, i)) < 1e-9);
}

}  // namespace

BOOST_AUTO_TEST_CASE(scans_are_the_same_for_all_instruction_sets) {
  all_widths_agree<std::int32_t, std::int16_t>();
  all_widths_agree<std::int32_t, std::int32_t>();
  all_widths_agree<double, double>();
}

BOOST_AUTO_TEST_CASE(incremental_costs_equal_recomputed_ones) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    Words words(seed);
    IsingProblem problem = testing::random_grouped(words, 25, static_cast<Coefficients>(seed % 3));
    if (seed % 6 == 1)  // too large for 16-bit rows
      for (double& v : std::get<SparseCouplings>(problem.couplings).values()) v *= 50'000;
    for (const IsingProblem& form : {problem, dense(problem)}) {
      const auto walk = make_tabu_walk(fold_groups(form));
      QuickRandom random(seed, 0, 0);
      walk->reset();
      costs_are_right(*walk, form);
      walk->go_to(random_state(form, random));
      costs_are_right(*walk, form);
      ReadRequest request;
      TabuRun run{BestState(StopRule(request)), random, 60};
      const double before = walk->energy();
      walk->search(run, {2, 3}, 50);
      costs_are_right(*walk, form);
      BOOST_TEST(walk->energy() <= before + 1e-9);
      BOOST_TEST(std::abs(walk->energy() - run.best.energy()) < 1e-9);
      for (std::size_t i = 0; i < problem.spins; ++i)  // a search ends where no move helps, unless the budget ended it
        if (run.iterations_left > 0 && (group_of_spins(form)[i] < 0 || walk->spins()[i] < 0))
          BOOST_TEST(walk->cost(i) > -1e-9);
    }
  }
}

BOOST_AUTO_TEST_CASE(relinking_ends_between_the_two_states) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    Words words(seed);
    const IsingProblem problem = testing::random_grouped(words, 30, Coefficients::real);
    const auto walk = make_tabu_walk(fold_groups(problem));
    QuickRandom random(seed, 0, 0);
    const Spins from = random_state(problem, random), to = random_state(problem, random);
    walk->go_to(from);
    const std::size_t distance = walk->moves_towards(to).size();
    relink(*walk, from, to);
    BOOST_TEST(keeps_groups(problem, walk->spins()));
    const std::size_t left = walk->moves_towards(to).size(), made = distance - left;
    if (distance < 2) continue;
    BOOST_TEST(3 * made >= distance);
    BOOST_TEST(left >= distance / 3);
    const Spins end = walk->spins();
    for (std::size_t i = 0; i < end.size(); ++i) BOOST_TEST((end[i] == from[i] || end[i] == to[i]));
  }
}

BOOST_AUTO_TEST_CASE(the_elite_keeps_the_best_different_states) {
  EliteSet elite(3);
  QuickRandom random(1, 0, 0);
  const auto state = [](std::int8_t a, std::int8_t b, double energy) { return EliteState{{a, b}, energy}; };
  elite.offer(state(1, 1, 5));
  elite.offer(state(1, 1, 5));
  BOOST_TEST(elite.size() == 1U);
  BOOST_TEST(!elite.next_pair(random).has_value());
  elite.offer(state(1, -1, 3));
  elite.offer(state(-1, 1, 4));
  int pairs = 0;
  while (elite.next_pair(random)) ++pairs;
  BOOST_TEST(pairs == 3);
  elite.offer(state(-1, -1, 9));  // worse than all
  BOOST_TEST(!elite.next_pair(random).has_value());
  elite.offer(state(-1, -1, 1));  // instead of the worst, in two new pairs
  const auto pair = elite.next_pair(random);
  BOOST_REQUIRE(pair.has_value());
  BOOST_TEST(std::min(pair->first.energy, pair->second.energy) == 1);
  BOOST_TEST(elite.next_pair(random).has_value());
  BOOST_TEST(!elite.next_pair(random).has_value());
  elite.keep_best();
  BOOST_TEST(elite.size() == 1U);
}

BOOST_AUTO_TEST_CASE(agrees_with_enumeration) { testing::agrees_with_enumeration(Tabu(TabuConfig{}), 500, 1, 400); }

BOOST_AUTO_TEST_CASE(reads_depend_on_their_index_alone) {
  Words words(3);
  for (const auto kind : {Coefficients::small_integers, Coefficients::real})
    testing::reads_depend_on_their_index_alone(Tabu(TabuConfig{}), testing::random_ising(words, 40, 50, kind), 500);
}

BOOST_AUTO_TEST_CASE(restarts_alone_and_problems_without_moves_end) {
  Words words(9);
  IsingProblem problem = testing::random_ising(words, 12, 60, Coefficients::real);
  TabuConfig config;
  config.elite = 1;
  const double minimum = Enumeration().program(problem)->read({}).best()->energy;
  BOOST_TEST(std::abs(Tabu(config).program(problem)->read({}).best()->energy - minimum) < 1e-9);
  problem.groups.clear();
  for (std::int32_t i = 0; i < 12; ++i) problem.groups.push_back({i});
  BOOST_TEST(Tabu(config).program(problem)->read({}).best()->spins == Spins(12, 1));
}

BOOST_AUTO_TEST_CASE(reads_stop_at_target_and_deadline) {
  Words words(8);
  const IsingProblem problem = testing::random_ising(words, 60, 50, Coefficients::plus_minus_one);
  const auto machine = Tabu(TabuConfig{}).program(problem);
  ReadRequest request;
  request.sweeps = 3000;
  const double best = machine->read(request).best()->energy;
  request.sweeps = std::int64_t{1} << 40;
  request.target = best;
  const ReadSet reached = machine->read(request);
  BOOST_TEST(reached.was_cut);
  BOOST_TEST(reached.best()->energy <= best);
  BOOST_TEST(reached.field_evaluations <= 3000);
  BOOST_TEST(reached.spin_updates == reached.field_evaluations * 60);
  request.target.reset();
  request.count = 5;
  request.deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(20);
  const ReadSet late = machine->read(request);
  BOOST_TEST(late.was_cut);
  BOOST_TEST(late.reads.size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
