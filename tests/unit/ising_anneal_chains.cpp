#include "ising/anneal/choose_chains.hpp"
#include "namespaces.hpp"

#include "anneal_forms.hpp"
#include "ising/anneal/thresholds.hpp"
#include "machine_checks.hpp"
#include "simd/rows.hpp"

#include <cmath>
#include <vector>

#include <boost/test/unit_test.hpp>

namespace isinglass::testing {

BOOST_AUTO_TEST_SUITE(ising_anneal_chains)
namespace {

BOOST_AUTO_TEST_CASE(every_width_of_vectors_gives_the_same_bits) {
  Words words(12);
  for (int p = 0; p < 12; ++p) {
    const auto kind = static_cast<Coefficients>(p % 3);
    IsingProblem problem = random_ising(words, 150, words.one_of<int>({5, 30, 100}), kind);
    if (p >= 6) problem = as_dense(problem);
    ReadRequest request;
    request.count = 64;
    request.sweeps = 30;
    const ReadSet plain = SimulatedAnnealing(SaConfig{}, {}, simd::Width::plain).program(problem)->read(request);
    for (const simd::Width width : simd::cpu_widths())
      same_reads(SimulatedAnnealing(SaConfig{}, {}, width).program(problem)->read(request), plain);
  }
}

BOOST_AUTO_TEST_CASE(thresholds_of_every_width_are_those_of_the_plain_one) {
  ThresholdPool pool;
  (void)pool.shuffle(3, 5);
  for (const double temperature : {0.0, 1e-4, 0.3, 7.0, 1e3, 1e8}) {
    std::vector<std::int8_t> bytes(ThresholdPool::padded), plain_bytes = bytes;
    std::vector<std::int16_t> halves(ThresholdPool::padded), plain_halves = halves;
    std::vector<std::int32_t> words(ThresholdPool::padded), plain_words = words;
    pool.scale(temperature, plain_bytes, simd::Width::plain);
    pool.scale(temperature, plain_halves, simd::Width::plain);
    pool.scale(temperature, plain_words, simd::Width::plain);
    for (const simd::Width width : simd::cpu_widths()) {
      pool.scale(temperature, bytes, width);
      pool.scale(temperature, halves, width);
      pool.scale(temperature, words, width);
      BOOST_TEST((bytes == plain_bytes && halves == plain_halves && words == plain_words));
    }
  }
}

template <class Real>
void check_rows_of_every_width(Words& random) {
  const auto n = static_cast<std::size_t>(random.between(1, 100));
  std::vector<Real> field, row, other;
  for (std::vector<Real>* values : {&field, &row, &other})
    for (std::size_t i = 0; i < n; ++i) values->push_back(static_cast<Real>(random.between(-999, 999)) / 7);
  for (const simd::Width width : simd::cpu_widths()) {
    std::vector<Real> added = field, subtracted = field, scaled = field, exchanged = field;
    simd::run<simd::add_row<Real>>(width, added.data(), row.data(), n);
    simd::run<simd::subtract_row<Real>>(width, subtracted.data(), row.data(), n);
    simd::run<simd::add_scaled_row<Real>>(width, scaled.data(), row.data(), Real{3} / 7, n);
    simd::run<simd::exchange_rows<Real>>(width, exchanged.data(), row.data(), other.data(), n);
    int below = 0;
    for (std::size_t i = 0; i < n; ++i) {
      BOOST_TEST(added[i] == field[i] + row[i]);
      BOOST_TEST(subtracted[i] == field[i] - row[i]);
      BOOST_TEST(scaled[i] == field[i] + Real{3} / 7 * row[i]);
      BOOST_TEST(exchanged[i] == field[i] + (row[i] - other[i]));
      below += field[i] < 1 ? 1 : 0;
    }
    BOOST_TEST(simd::run<simd::count_below<Real>>(width, field.data(), n, Real{1}) == below);
  }
}

BOOST_AUTO_TEST_CASE(rows_of_every_width_equal_their_definitions) {
  Words words(21);
  for (int round = 0; round < 50; ++round) {
    check_rows_of_every_width<float>(words);
    check_rows_of_every_width<double>(words);
  }
}

/// A hub with `leaves` neighbours: its field reaches the sum of all couplings.
IsingProblem star(int leaves, double coupling, double field) {
  std::vector<Coupling> pairs;
  for (int k = 1; k <= leaves; ++k) pairs.push_back({0, k, coupling});
  IsingProblem problem;
  problem.spins = static_cast<std::size_t>(leaves) + 1;
  problem.couplings = sparse_couplings(problem.spins, pairs);
  problem.fields.assign(problem.spins, 0);
  problem.fields[0] = field;
  return problem;
}

BOOST_AUTO_TEST_CASE(fields_at_the_end_of_their_range_are_exact) {
  struct Case {
    int leaves;
    double coupling, field;
    ChainKind kind;
  };
  for (const Case& c : {Case{126, 1, 1, ChainKind::lanes8}, Case{127, 1, 1, ChainKind::lanes16},
                        Case{1, 126, 1, ChainKind::lanes8}, Case{1, 32766, 1, ChainKind::lanes16},
                        Case{1, 32767, 1, ChainKind::lanes32}, Case{126, -0.25, 0.25, ChainKind::lanes8}}) {
    const IsingProblem problem = star(c.leaves, c.coupling, c.field);
    BOOST_TEST((ChosenChains(problem, simd::cpu_width()).choice().kind == c.kind));
    ReadRequest request;
    request.count = 64;
    request.sweeps = 50;
    const ReadSet set = SimulatedAnnealing(SaConfig{}).program(problem)->read(request);
    check_reads(problem, set, false);
    BOOST_TEST(set.best()->energy == -std::abs(c.coupling) * c.leaves - c.field);
  }
}

BOOST_AUTO_TEST_CASE(small_whole_problems_run_in_lanes_and_large_or_real_ones_by_rows) {
  struct Case {
    std::size_t spins;
    double coupling;  ///< of the first pair; all others are 1
    ChainKind kind;
  };
  for (const Case& c :
       {Case{100, 1, ChainKind::lanes8}, Case{199, 1, ChainKind::lanes16}, Case{200, 1, ChainKind::dense16},
        Case{100, std::sqrt(2.0), ChainKind::dense_real}, Case{63, std::sqrt(2.0), ChainKind::lanes32}}) {
    std::vector<Coupling> pairs;
    for (std::int32_t i = 0; i < static_cast<std::int32_t>(c.spins); ++i)
      for (std::int32_t k = i + 1; k < static_cast<std::int32_t>(c.spins); ++k)
        pairs.push_back({i, k, pairs.empty() ? c.coupling : 1.0});
    IsingProblem problem{c.spins, sparse_couplings(c.spins, pairs), std::vector<double>(c.spins), 0};
    const auto kind = [](const IsingProblem& p) {
      return ChosenChains(in_suitable_form(p), simd::cpu_width()).choice().kind;
    };
    BOOST_TEST_CONTEXT(c.spins << " spins") {
      BOOST_TEST((kind(problem) == c.kind));
      problem.couplings = to_dense(problem);
      BOOST_TEST((kind(problem) == c.kind));
    }
  }
}

BOOST_AUTO_TEST_CASE(units_of_coefficients) {
  const auto unit = [](const std::vector<double>& couplings, const std::vector<double>& fields) {
    std::vector<Coupling> pairs;
    for (std::size_t k = 0; k < couplings.size(); ++k)
      pairs.push_back({0, static_cast<std::int32_t>(k) + 1, couplings[k]});
    std::vector<double> h(couplings.size() + 1);
    std::ranges::copy(fields, h.begin());
    return CoefficientUnits(IsingProblem{h.size(), sparse_couplings(h.size(), pairs), h}).unit(h);
  };
  BOOST_TEST(unit({0.5, -1.5, 3}, {}) == 0.5);
  BOOST_TEST(unit({4, -6}, {}) == 2);
  BOOST_TEST(unit({4, -6}, {3}) == 1);
  BOOST_TEST(unit({0.1, 0.3, -0.7}, {0.2}) == 0.1, boost::test_tools::tolerance(1e-9));
  BOOST_TEST(unit({1, std::sqrt(2.0)}, {}) == 0);
  BOOST_TEST(unit({1, 2}, {std::sqrt(2.0)}) == 0);
  BOOST_TEST(unit({}, {}) == 1);
  BOOST_TEST(unit({}, {6}) == 6);
}

}  // namespace
BOOST_AUTO_TEST_SUITE_END()

}  // namespace isinglass::testing
